import { type AlertRule, ruleThreshold } from '../../lib/alert-rule.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { parseDecimal } from '../../lib/money.ts'
import { SECOND_MS } from '../../lib/time.ts'

/**
 * A rule fires as soon as its value is beyond the threshold, and clears once it has not been for this
 * long: a value that trembles around its threshold is one alert, not many.
 */
export const CLEAR_AFTER_MS = 5 * SECOND_MS

export type FiringState =
  | { kind: 'quiet' }
  | {
      kind: 'firing'
      since: number
      /** As it crossed. */
      value: KpiValue
      /** Furthest beyond the threshold. */
      peak: KpiValue
      /** Since when it has not been beyond; null: it is. */
      withinSince: number | null
      /** Whether there was a value since then. */
      wasWithin: boolean
    }

/** `no_data`: it ended since there is no value any more, which says nothing of whether all is well. */
export type Transition = 'none' | 'fired' | 'cleared' | 'no_data'

export interface Seen {
  rule: AlertRule
  /** The rule's; undefined: the catalog has it no longer. */
  kpi: Kpi | undefined
  value: KpiValue
  /** Epoch ms. */
  now: number
}

/** The state after seeing `value` at `now` (epoch ms). Pure. */
export function nextFiringState(
  state: FiringState,
  seen: Seen,
): { state: FiringState; transition: Transition } {
  const { rule, kpi, value, now } = seen
  const beyond = isBeyond(rule, kpi, value)
  if (state.kind === 'quiet') {
    if (!beyond) return { state, transition: 'none' }
    const firing: FiringState = {
      kind: 'firing',
      since: now,
      value,
      peak: value,
      withinSince: null,
      wasWithin: false,
    }
    return { state: firing, transition: 'fired' }
  }
  if (beyond) {
    const peak = isFurther(seen, state.peak) ? value : state.peak
    return { state: { ...state, peak, withinSince: null, wasWithin: false }, transition: 'none' }
  }
  const withinSince = state.withinSince ?? now
  const wasWithin = state.wasWithin || compare(rule, kpi, value) !== undefined
  if (now - withinSince < CLEAR_AFTER_MS) {
    return { state: { ...state, withinSince, wasWithin }, transition: 'none' }
  }
  return { state: { kind: 'quiet' }, transition: wasWithin ? 'cleared' : 'no_data' }
}

/** Money is compared to the micro-unit. A KPI without a value is never beyond. */
function isBeyond(rule: AlertRule, kpi: Kpi | undefined, value: KpiValue): boolean {
  const difference = compare(rule, kpi, value)
  if (difference === undefined) return false
  return rule.when === 'above' ? difference > 0 : difference < 0
}

function compare(rule: AlertRule, kpi: Kpi | undefined, value: KpiValue): number | undefined {
  if (kpi === undefined || value.value === null) return undefined
  const exact = value.money?.[rule.currency ?? 'USD']
  if (exact !== undefined) {
    const [amount, threshold] = [parseDecimal(exact), parseDecimal(rule.value.trim())]
    if (amount !== undefined && threshold !== undefined) return Number(amount - threshold)
  }
  return value.value - ruleThreshold(kpi, rule)
}

/** Than the peak so far, to the micro-unit: of two that are as far the earlier one stays. */
function isFurther({ rule, kpi, value }: Seen, peak: KpiValue): boolean {
  const [from, to] = [compare(rule, kpi, peak), compare(rule, kpi, value)]
  if (from === undefined || to === undefined) return to !== undefined
  return rule.when === 'above' ? to > from : to < from
}
