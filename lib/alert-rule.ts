import { z } from 'zod'
import type { KpiValue } from './kpi-value.ts'
import { KPI_IDS, KPIS, type KpiId } from './kpis.ts'
import { parseMoney } from './money.ts'
import { filterSchema } from './view.ts'
import { WINDOW_IDS, WINDOWS } from './windows.ts'

/**
 * A threshold on what a KPI measures over a sliding window: the amount for money, the count for counts,
 * percent for ratios, milliseconds for latencies. `value` is a decimal string, exact.
 */
const ruleFields = z.strictObject({
  kpi: z.enum(KPI_IDS, { error: 'kpi: choose one of the KPIs' }),
  filter: filterSchema.optional(),
  window: z.enum(WINDOW_IDS, { error: `window: choose one of ${WINDOW_IDS.join(', ')}` }),
  when: z.enum(['above', 'below'], { error: 'when: choose "above" or "below"' }),
  value: z.string().max(40),
  /** ISO 4217; for money KPIs only, USD if absent. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'currency: three capital letters, such as USD')
    .optional(),
})

export const ruleInputSchema = ruleFields.superRefine((rule, context) => {
  const problem = thresholdProblem(rule.kpi, rule.value)
  if (problem !== undefined) context.addIssue({ code: 'custom', path: ['value'], message: problem })
  if (rule.currency !== undefined && !isMoney(rule.kpi)) {
    const message = `currency: ${KPIS[rule.kpi].label} is not money, leave it out`
    context.addIssue({ code: 'custom', path: ['currency'], message })
  }
})
/** Merged into the existing rule, which is then checked as a whole. `null` takes the filter away. */
export const rulePatchSchema = ruleFields.partial().extend({ filter: filterSchema.nullish() })

export type RuleInput = z.infer<typeof ruleInputSchema>
export type RulePatch = z.infer<typeof rulePatchSchema>

export interface AlertRule extends RuleInput {
  id: string
  createdAt: number
  updatedAt: number
  /** Whether Kinesight made it as a sample for the demo stream. */
  sample: boolean
}

export const isMoney = (kpi: KpiId): boolean => {
  const { kind } = KPIS[kpi].formula
  return kind === 'money' || kind === 'money_per'
}

/** The unit a rule's value is entered in. */
export function ruleUnit(rule: Pick<RuleInput, 'kpi' | 'currency'>): string {
  const { formula } = KPIS[rule.kpi]
  switch (formula.kind) {
    case 'count':
      return KPIS[rule.kpi].label.toLowerCase()
    case 'distinct':
      return 'visitors'
    case 'money':
      return rule.currency ?? 'USD'
    case 'money_per':
      return `${rule.currency ?? 'USD'} per 1,000`
    case 'ratio':
      return '%'
    case 'quantile':
      return 'ms'
  }
}

/** The value in the terms of `KpiValue.value`: percent becomes a ratio. For comparing and drawing. */
export function ruleThreshold(rule: Pick<RuleInput, 'kpi' | 'value'>): number {
  const value = Number(rule.value)
  return KPIS[rule.kpi].formula.kind === 'ratio' ? value / 100 : value
}

function thresholdProblem(kpi: KpiId, value: string): string | undefined {
  const parsed = parseMoney(value)
  if (value.trim() === '') return 'value: enter a number, such as 50'
  if (!parsed.ok) return 'value: enter a plain number with at most 6 decimals, such as 50 or 12.5'
  if (parsed.micros < 0n) return 'value: must not be negative'
  const percent = KPIS[kpi].formula.kind === 'ratio' && kpi !== 'coverage' && kpi !== 'ctr'
  if (percent && parsed.micros > 100_000_000n) return 'value: a percentage is at most 100'
  return undefined
}

/** "spend of account acme over 1 h above 50 USD" */
export function ruleSentence(rule: RuleInput): string {
  const kpi = KPIS[rule.kpi].label
  const of = rule.filter === undefined ? '' : ` of ${rule.filter.dimension} ${rule.filter.key}`
  const unit = KPIS[rule.kpi].formula.kind === 'ratio' ? ' %' : ` ${ruleUnit(rule)}`
  return `${kpi}${of} over ${WINDOWS[rule.window].label} ${rule.when} ${rule.value}${unit}`
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

/** One firing, from when to when. `clearedAt` null: it still fires. */
export interface AlertEvent {
  id: number
  ruleId: string
  /** The rule as it was when it fired; it may have been changed or deleted since. */
  rule: RuleInput
  firedAt: number
  clearedAt: number | null
  /** Why it ended. */
  cleared: 'value' | 'rule_changed' | 'rule_deleted' | null
  /** The value as it crossed and the one furthest beyond the threshold. */
  value: KpiValue
  peak: KpiValue
}
