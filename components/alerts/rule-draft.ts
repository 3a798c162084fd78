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
import type { Filter } from '../../lib/view.ts'
import type { WindowId } from '../../lib/windows.ts'

/** A threshold as it is being typed: every blank of the sentence has something in it, perhaps wrong. */
export interface RuleDraft {
  kpi: KpiId
  /** `all`: of everything. */
  dimension: Dimension | 'all'
  key: string
  window: WindowId
  when: RuleInput['when']
  value: string
  currency: string
}

/** The blanks, and the form as a whole. */
export type DraftField = keyof RuleDraft | 'form'
export type DraftErrors = Partial<Record<DraftField, string>>

export interface DraftStart {
  window?: WindowId
  filter?: Filter | undefined
  currency?: string | undefined
}

export const newDraft = ({ window = '1h', filter, currency }: DraftStart = {}): RuleDraft => ({
  kpi: 'spend',
  dimension: filter?.dimension ?? 'all',
  key: filter?.key ?? '',
  window,
  when: 'above',
  value: '',
  currency: currency ?? DEFAULT_CURRENCY,
})

export const draftOf = (rule: AlertRule): RuleDraft => ({
  kpi: rule.kpi,
  dimension: rule.filter?.dimension ?? 'all',
  key: rule.filter?.key ?? '',
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
  const { dimension, window, when } = draft
  const kpi = catalog.kpi(draft.kpi)
  const money = kpi !== undefined && isMoney(kpi)
  return {
    kpi: draft.kpi,
    window,
    when,
    value: draft.value.trim(),
    ...(dimension !== 'all' && { filter: { dimension, key: draft.key.trim() } }),
    ...(money && { currency: draft.currency.trim().toUpperCase() }),
  }
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
  const [first = '', second] = path
  if (first === 'filter') return second === 'dimension' ? 'dimension' : 'key'
  return FIELDS.includes(first) ? (first as DraftField) : 'form'
}

function wordsFor(field: DraftField, message: string, draft: RuleDraft): string {
  if (field === 'kpi') return 'There is no such KPI any more, choose another'
  if (field !== 'key' || draft.dimension === 'all') return withoutName(message)
  const { one } = DIMENSION_LABELS[draft.dimension]
  return draft.key.trim() === '' ? `Enter which ${one}` : `This ${one} is too long`
}

/** "value: enter a number" stands at its field, which needs no name. */
function withoutName(message: string): string {
  const words = message.replace(/^[a-z]+: /, '')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
