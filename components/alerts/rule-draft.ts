import {
  type AlertRule,
  isMoney,
  type RuleInput,
  type RulePatch,
  ruleInputSchema,
} from '../../lib/alert-rule.ts'
import type { Problem } from '../../lib/api.ts'
import { DEFAULT_CURRENCY } from '../../lib/event.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { DIMENSION_LABELS, type Dimension, type KpiId } from '../../lib/kpis.ts'
import { type Filter, type Filters, filterList } from '../../lib/view.ts'
import type { RuleWindowId } from '../../lib/windows.ts'

/** A threshold as it is being typed: every blank of the sentence has something in it, perhaps wrong. */
export interface RuleDraft {
  kpi: KpiId
  /** `all`: of everything. */
  dimension: Dimension | 'all'
  key: string
  /** A second filter, which must hold too; `none`: there is none. */
  second: Dimension | 'none'
  secondKey: string
  window: RuleWindowId
  when: RuleInput['when']
  value: string
  currency: string
}

/** The blanks, and the form as a whole. */
export type DraftField = keyof RuleDraft | 'form'
export type DraftErrors = Partial<Record<DraftField, string>>

export interface DraftStart {
  window?: RuleWindowId
  filter?: Filters | undefined
  currency?: string | undefined
}

export const newDraft = ({ window = '1h', filter, currency }: DraftStart = {}): RuleDraft => ({
  kpi: 'spend',
  ...blanksOf(filter),
  window,
  when: 'above',
  value: '',
  currency: currency ?? DEFAULT_CURRENCY,
})

function blanksOf(filters: Filters | undefined) {
  const [one, other] = filterList(filters)
  return {
    dimension: one?.dimension ?? ('all' as const),
    key: one?.key ?? '',
    second: other?.dimension ?? ('none' as const),
    secondKey: other?.key ?? '',
  }
}

export const draftOf = (rule: AlertRule): RuleDraft => ({
  kpi: rule.kpi,
  ...blanksOf(rule.filter),
  window: rule.window,
  when: rule.when,
  value: rule.value,
  currency: rule.currency ?? DEFAULT_CURRENCY,
})

export const sameDraft = (a: RuleDraft, b: RuleDraft): boolean =>
  (Object.keys(a) as (keyof RuleDraft)[]).every((name) => a[name] === b[name])

export type Checked = { ok: true; input: RuleInput } | { ok: false; errors: DraftErrors }

/** Checks the draft with the same schema as the server. */
export function checkDraft(catalog: Catalog, draft: RuleDraft): Checked {
  const parsed = ruleInputSchema(catalog).safeParse(inputOf(catalog, draft))
  if (parsed.success) return { ok: true, input: parsed.data }
  const errors: DraftErrors = {}
  for (const issue of parsed.error.issues) {
    const field = fieldAt(issue.path.map(String))
    errors[field] ??= wordsFor(field, issue.message, draft)
  }
  return { ok: false, errors }
}

/** What the draft says, whether it is right or not. */
function inputOf(catalog: Catalog, draft: RuleDraft): RuleInput {
  const { window, when } = draft
  // In the order in which they are typed, so that what is wrong is said at its blank.
  const [one, other] = filtersIn(draft)
  const kpi = catalog.kpi(draft.kpi)
  const money = kpi !== undefined && isMoney(kpi)
  return {
    kpi: draft.kpi,
    window,
    when,
    value: draft.value.trim(),
    ...(one !== undefined && { filter: other === undefined ? one : [one, other] }),
    ...(money && { currency: draft.currency.trim().toUpperCase() }),
  }
}

/** The filters that are typed, perhaps without a key. */
export function filtersIn({ dimension, key, second, secondKey }: RuleDraft): Filter[] {
  if (dimension === 'all') return []
  const one = { dimension, key: key.trim() }
  return second === 'none' ? [one] : [one, { dimension: second, key: secondKey.trim() }]
}

/** Everything is said, so that what the draft leaves out is taken away. */
export const patchOf = (input: RuleInput): RulePatch => ({
  ...input,
  filter: input.filter ?? null,
})

/** What the server found wrong, at its field; what belongs to no field is about the form. */
export function errorsOf(problem: Problem): DraftErrors {
  const errors: DraftErrors = {}
  for (const { field, message } of problem.errors ?? []) {
    errors[fieldAt(field.split('.'))] ??= withoutName(message)
  }
  return Object.keys(errors).length > 0 ? errors : { form: problem.detail }
}

const FIELDS: readonly string[] = ['kpi', 'window', 'when', 'value', 'currency']

function fieldAt(path: readonly string[]): DraftField {
  const [first = '', ...within] = path
  if (first === 'filter') return filterFieldAt(within)
  return FIELDS.includes(first) ? (first as DraftField) : 'form'
}

/** Within one filter, or a list of two; what is wrong with the two together is said at the second. */
function filterFieldAt([first, second]: readonly string[]): DraftField {
  if (first === undefined) return 'second'
  if (first === '1') return second === 'dimension' ? 'second' : 'secondKey'
  return (first === '0' ? second : first) === 'dimension' ? 'dimension' : 'key'
}

function wordsFor(field: DraftField, message: string, draft: RuleDraft): string {
  if (field === 'kpi') return 'There is no such KPI any more, choose another'
  const [one, other] = filtersIn(draft)
  const filter = field === 'key' ? one : field === 'secondKey' ? other : undefined
  if (filter === undefined) return withoutName(message)
  const name = DIMENSION_LABELS[filter.dimension].one
  return filter.key === '' ? `Enter which ${name}` : `This ${name} is too long`
}

/** "value: enter a number" stands at its field, which needs no name. */
function withoutName(message: string): string {
  const words = message.replace(/^[a-z]+: /, '')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
