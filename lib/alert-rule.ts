import { z } from 'zod'
import { crossedProblem } from './crossed.ts'
import { DEFAULT_CURRENCY } from './event.ts'
import { type Catalog, unknownKpi } from './kpi-catalog.ts'
import type { KpiValue } from './kpi-value.ts'
import type { Kpi } from './kpis.ts'
import { parseDecimal } from './money.ts'
import { textInWords } from './shown-text.ts'
import { askedFilters, filterList, MAX_KPI_ID_LENGTH } from './view.ts'
import { RULE_WINDOW_IDS, WINDOWS } from './windows.ts'

/** Of a threshold's value, as text: exact decimals. */
const MAX_VALUE_LENGTH = 40

/**
 * A threshold on what a KPI measures over a sliding window: the amount for money, the count for counts,
 * percent for ratios, milliseconds for latencies. `value` is a decimal string, exact.
 */
export const ruleFields = z.strictObject({
  kpi: z.string().min(1).max(MAX_KPI_ID_LENGTH),
  filter: askedFilters.optional(),
  window: z.enum(RULE_WINDOW_IDS, { error: `window: choose one of ${RULE_WINDOW_IDS.join(', ')}` }),
  when: z.enum(['above', 'below'], { error: 'when: choose "above" or "below"' }),
  value: z.string().max(MAX_VALUE_LENGTH),
  /** ISO 4217; for money KPIs only. Absent when it is set: the main currency; in rules of older versions: USD. */
  currency: z
    .string()
    .toUpperCase()
    .regex(/^[A-Z]{3}$/, 'currency: three letters, such as USD')
    .optional(),
})

/** Its threshold is checked against the KPI that the catalog has. */
export const ruleInputSchema = (catalog: Catalog) =>
  ruleFields.superRefine((rule, context) => {
    const issue = (path: keyof RuleInput, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const filtered = filterList(rule.filter).map(({ dimension }) => dimension)
    const crossed = crossedProblem(catalog, filtered)
    if (crossed !== undefined) issue('filter', `filter: ${crossed}`)
    const kpi = catalog.kpi(rule.kpi)
    if (kpi === undefined) {
      issue('kpi', `kpi: ${unknownKpi(catalog, rule.kpi)}`)
      return
    }
    const problem = thresholdProblem(kpi, rule.value)
    if (problem !== undefined) issue('value', problem)
    if (rule.currency !== undefined && !isMoney(kpi)) {
      issue('currency', `currency: ${kpi.label} is not money, leave it out`)
    }
  })
/** Merged into the existing rule, which is then checked as a whole. `null` takes the filter away. */
export const rulePatchSchema = ruleFields.partial().extend({ filter: askedFilters.nullish() })

export type RuleInput = z.infer<typeof ruleFields>
export type RulePatch = z.infer<typeof rulePatchSchema>

export interface AlertRule extends RuleInput {
  id: string
  createdAt: number
  updatedAt: number
  /** Whether Kinesight made it as a sample for the demo stream. */
  sample: boolean
}

export const isMoney = ({ formula }: Kpi): boolean =>
  formula.kind === 'money' || formula.kind === 'money_per'

/** The unit a rule's value is entered in. */
export function ruleUnit(
  { formula, label }: Kpi,
  { currency = DEFAULT_CURRENCY }: Pick<RuleInput, 'currency'>,
): string {
  switch (formula.kind) {
    case 'count':
      return label.toLowerCase()
    case 'distinct':
      return `${formula.field}s`
    case 'money':
      return currency
    case 'money_per':
      return `${currency} per ${formula.times.toLocaleString('en-US')}`
    case 'ratio':
      return '%'
    case 'quantile':
      return 'ms'
  }
}

/** The value in the terms of `KpiValue.value`: percent becomes a ratio. For comparing and drawing. */
export function ruleThreshold({ formula }: Kpi, rule: Pick<RuleInput, 'value'>): number {
  const value = Number(rule.value)
  return formula.kind === 'ratio' ? value / 100 : value
}

/** Credits and refunds bring sums of money below 0, nothing else. */
function thresholdProblem(kpi: Kpi, value: string): string | undefined {
  const { id, formula, label } = kpi
  const amount = parseDecimal(value.trim())
  if (value.trim() === '') return 'value: enter a number, such as 50'
  if (amount === undefined) {
    return 'value: enter a plain number with at most 6 decimals, such as 50 or 12.5'
  }
  if (amount < 0n && !isMoney(kpi)) {
    return `value: must not be negative, ${label} never is; only money goes below 0, by credits`
  }
  const percent = formula.kind === 'ratio' && AT_MOST_ONE.has(id)
  if (percent && amount > 100_000_000n) return 'value: a percentage is at most 100'
  return undefined
}

/** Ratios of a part to its whole. */
const AT_MOST_ONE: ReadonlySet<string> = new Set(['conversion_rate', 'error_rate'])

/** The words of `ruleSentence`, and the keys between them as producers wrote them. */
export function ruleParts(catalog: Catalog, rule: RuleInput) {
  const kpi = catalog.kpi(rule.kpi)
  const unit = kpi === undefined ? '' : ` ${ruleUnit(kpi, rule)}`
  return {
    before: kpi?.label ?? rule.kpi,
    keys: filterList(rule.filter).map(({ dimension, key }, at) => ({
      words: ` ${at === 0 ? 'of' : 'and'} ${dimension} `,
      key,
    })),
    after: ` over ${WINDOWS[rule.window].label} ${rule.when} ${rule.value}${unit}`,
  }
}

/** "spend of account acme over 1 h above 50 USD"; a KPI that is gone is named by its id. */
export function ruleSentence(catalog: Catalog, rule: RuleInput): string {
  const { before, keys, after } = ruleParts(catalog, rule)
  const of = keys.map(({ words, key }) => `${words}${textInWords(key)}`)
  return `${before}${of.join('')}${after}`
}

/** Where a rule stands: it fires while the value is beyond its threshold, and clears by itself. */
export type RuleState =
  | { kind: 'ok' }
  | { kind: 'no_value' }
  | { kind: 'firing'; since: number; peak: KpiValue }

export interface RuleStanding {
  rule: AlertRule
  state: RuleState
  value: KpiValue
}

export interface FiringAlert {
  rule: AlertRule
  since: number
  value: KpiValue
}

/** `value`: it came back within its threshold. `no_data`: there is no value any more, so nobody knows. */
export const ALERT_ENDINGS = [
  'value',
  'no_data',
  'rule_changed',
  'rule_deleted',
  'stream_anew',
] as const
export type AlertEnding = (typeof ALERT_ENDINGS)[number]

/** One firing, from when to when. `clearedAt` null: it still fires. */
export interface AlertEvent {
  id: number
  ruleId: string
  /** The rule as it was when it fired; it may have been changed or deleted since. */
  rule: RuleInput
  firedAt: number
  clearedAt: number | null
  /** Why it ended; null: it still fires. */
  cleared: AlertEnding | null
  /** The value as it crossed and the one furthest beyond the threshold. */
  value: KpiValue
  peak: KpiValue
}
