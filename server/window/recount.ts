import { DEFAULT_CURRENCY, type StreamEvent } from '../../lib/event.ts'
import { type EventFilter, matchesFilter } from '../../lib/event-filter.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import type { Kpi, MoneyField } from '../../lib/kpis.ts'
import { ALLOWED_LATENESS_MS } from '../../lib/lateness.ts'
import { micros, moneyNumber, moneyText } from '../../lib/money.ts'
import { type Filters, filterList } from '../../lib/view.ts'
import {
  addEntry,
  type Distinct,
  distinctEntry,
  estimateDistinct,
  KEY_PRECISION,
  TOTAL_PRECISION,
} from './distinct.ts'
import { hashText } from './hash.ts'
import { dimensionKey, eventKey } from './keys.ts'
import { bucketOf, quantileOf } from './quantile.ts'
import type { TimeRange } from './window-range.ts'

/**
 * The naive oracle: keeps nothing but the events and counts anew for every question. It shares with the
 * window engine what an answer is built of (hashes, sketches), none of how it is put together.
 */
export function recount(
  events: readonly StreamEvent[],
  range: TimeRange,
  { formula }: Kpi,
  filter?: Filters,
  /** The first by name that occurs if absent. */
  currency?: string,
): KpiValue {
  const within = eventsIn(events, range, filter)
  const those = (of: EventFilter = {}) => within.filter((event) => matchesFilter(event, of))
  const count = (of: EventFilter) => those(of).length
  switch (formula.kind) {
    case 'count':
      return { value: count(formula.of) }
    case 'ratio': {
      const under = count(formula.under)
      return { value: under === 0 ? null : count(formula.over) / under }
    }
    case 'distinct':
      return {
        value: distinct(
          those(formula.of).map((event) => event[formula.field]),
          filter ? KEY_PRECISION : TOTAL_PRECISION,
        ),
      }
    case 'quantile': {
      const buckets = new Map<number, number>()
      for (const { durationMs } of those(formula.of)) {
        if (durationMs === undefined) continue
        const bucket = bucketOf(durationMs)
        buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
      }
      return { value: quantileOf(buckets, formula.q) }
    }
    case 'money':
      return money(those(formula.of), formula.field, currency)
    case 'money_per': {
      const under = count(formula.under)
      return under === 0
        ? { value: null }
        : money(those(formula.of), formula.field, currency, BigInt(formula.times), BigInt(under))
    }
  }
}

/** Of the late events that a KPI is computed from: how many, and when the last came; undefined: none. */
export function recountLate(
  arrivals: readonly { event: StreamEvent; arrivedAt: number }[],
  range: TimeRange,
  { formula }: Kpi,
  filter?: Filters,
): { events: number; lastAt: number } | undefined {
  const late = arrivals.filter(
    ({ event, arrivedAt }) =>
      arrivedAt - event.time > ALLOWED_LATENESS_MS &&
      eventsIn([event], range, filter).length > 0 &&
      isComputedFrom(formula, event),
  )
  const lastAt = Math.max(...late.map(({ arrivedAt }) => arrivedAt))
  return late.length === 0 ? undefined : { events: late.length, lastAt }
}

function isComputedFrom(formula: Kpi['formula'], event: StreamEvent): boolean {
  const isOf = (of: EventFilter = {}) => matchesFilter(event, of)
  const amount = (field: MoneyField) => (field === 'cost' ? event.costMicros : event.revenueMicros)
  switch (formula.kind) {
    case 'count':
      return isOf(formula.of)
    case 'ratio':
      return isOf(formula.over) || isOf(formula.under)
    case 'distinct':
      return isOf(formula.of) && (event[formula.field] ?? '') !== ''
    case 'quantile':
      return isOf(formula.of) && event.durationMs !== undefined
    case 'money':
      return isOf(formula.of) && amount(formula.field) !== undefined
    case 'money_per':
      return isOf(formula.under) || (isOf(formula.of) && amount(formula.field) !== undefined)
  }
}

export function eventsIn(
  events: readonly StreamEvent[],
  range: TimeRange,
  filter?: Filters,
): StreamEvent[] {
  return events.filter(
    (event) =>
      event.time >= range.from &&
      event.time < range.to &&
      filterList(filter).every(
        ({ dimension, key }) => eventKey(event, dimension) === dimensionKey(key),
      ),
  )
}

function distinct(texts: readonly (string | undefined)[], precision: number): number {
  let sketch: Distinct | null = null
  const hash = { hi: 0, lo: 0 }
  for (const text of texts) {
    if (text === undefined || text === '') continue
    hashText(text, hash)
    sketch = addEntry(sketch, distinctEntry(hash, precision), precision)
  }
  return Math.round(estimateDistinct(sketch, precision))
}

function money(
  events: readonly StreamEvent[],
  field: MoneyField,
  only: string | undefined,
  times = 1n,
  under = 1n,
): KpiValue {
  const sums = new Map<string, bigint>()
  for (const event of events) {
    const amount = field === 'cost' ? event.costMicros : event.revenueMicros
    if (amount !== undefined)
      sums.set(event.currency, (sums.get(event.currency) ?? 0n) + BigInt(amount))
  }
  const amounts = [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([name, sum]) => ({ name, amount: roundedQuotient(sum * times, under) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const currency = only ?? amounts[0]?.name ?? DEFAULT_CURRENCY
  const record = Object.fromEntries(
    amounts.map(({ name, amount }) => [name, moneyText(micros(amount))]),
  )
  const chosen = amounts.find(({ name }) => name === currency)?.amount ?? 0n
  record[currency] ??= '0'
  return { value: moneyNumber(micros(chosen)), money: record, currency }
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value)

function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const quotient = (2n * abs(dividend) + divisor) / (2n * divisor)
  return dividend < 0n ? -quotient : quotient
}
