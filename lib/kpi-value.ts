/**
 * A KPI's value on the wire.
 * `value`: the figure for charts and comparing (a count, a ratio 0..1, milliseconds, or the amount in `currency`);
 * null: it has no value (a ratio over nothing, a quantile of nothing).
 * `money`: for money KPIs the exact amount of every currency, as decimal strings.
 */
export interface KpiValue {
  value: number | null
  money?: Record<string, string>
  /** The currency `value` is in: the main one, where nothing else is said. */
  currency?: string
}

export const NO_VALUE: KpiValue = { value: null }
