import { DEFAULT_CURRENCY } from '../../lib/event.ts'
import { type KpiValue, NO_VALUE } from '../../lib/kpi-value.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { type Micros, micros, moneyNumber, moneyText, ZERO_MICROS } from '../../lib/money.ts'
import type { Cell } from './cell.ts'
import { estimateDistinct } from './distinct.ts'
import type { MeasureSet } from './measures.ts'
import { moneyByCurrency } from './money-sum.ts'
import { quantileOf } from './quantile.ts'

/** `order`: the first of these that anything was added up in. `only`: whatever else there is. */
export type CurrencyChoice = { order: readonly string[] } | { only: string }

const ANY: CurrencyChoice = { order: [] }

/** A KPI over what a cell holds. Without a cell: over no event at all. */
export function kpiOfCell(
  { formula }: Kpi,
  cell: Cell | undefined,
  { measures }: MeasuredBy,
  choice: CurrencyChoice = ANY,
): KpiValue {
  const [first = 0, second = 0] = measures.columnsOf(formula)
  const countIn = (column: number): number => cell?.counts[column] ?? 0
  switch (formula.kind) {
    case 'count':
      return { value: countIn(first) }
    case 'ratio':
      return countIn(second) === 0 ? NO_VALUE : { value: countIn(first) / countIn(second) }
    case 'distinct':
      return { value: Math.round(distinctOf(cell, first)) }
    case 'quantile':
      return { value: quantileOf(cell?.quantiles[first] ?? null, formula.q) }
    case 'money':
      return moneyValue(moneyByCurrency(cell?.money[first] ?? null), choice)
    case 'money_per': {
      const under = countIn(second)
      if (under === 0) return NO_VALUE
      const amounts = moneyByCurrency(cell?.money[first] ?? null)
      for (const [currency, amount] of amounts) {
        amounts.set(currency, perCount(amount, formula.times, under))
      }
      return moneyValue(amounts, choice)
    }
  }
}

/** The columns of a cell. */
export interface MeasuredBy {
  measures: MeasureSet
}

const distinctOf = (cell: Cell | undefined, column: number): number =>
  cell === undefined ? 0 : estimateDistinct(cell.distinct[column] ?? null, cell.precision)

/**
 * The first in `order` that there is an amount in; of those that are not in it the first by name. Never by amount: there
 * are no exchange rates here, and 2,000 JPY are not more than 200 USD.
 */
export function firstCurrency(
  amounts: ReadonlyMap<string, Micros>,
  order: readonly string[],
): string | undefined {
  return order.find((currency) => amounts.has(currency)) ?? [...amounts.keys()].sort()[0]
}

/** The amounts that a money KPI adds up; nothing where it is not money. */
export function amountsOf(
  { formula }: Kpi,
  cell: Cell | undefined,
  measures: MeasureSet,
): Map<string, Micros> {
  if (formula.kind !== 'money' && formula.kind !== 'money_per') return new Map()
  const [column = 0] = measures.columnsOf(formula)
  return moneyByCurrency(cell?.money[column] ?? null)
}

function moneyValue(amounts: ReadonlyMap<string, Micros>, choice: CurrencyChoice): KpiValue {
  const currency =
    'only' in choice
      ? choice.only
      : (firstCurrency(amounts, choice.order) ?? choice.order[0] ?? DEFAULT_CURRENCY)
  const money: Record<string, string> = {}
  for (const [name, amount] of amounts) money[name] = moneyText(amount)
  const amount = amounts.get(currency) ?? ZERO_MICROS
  money[currency] ??= moneyText(amount)
  return { value: moneyNumber(amount), money, currency }
}

/** amount × times / count, rounded to the nearest micro-unit, halves away from zero. */
function perCount(amount: Micros, times: number, count: number): Micros {
  const [dividend, divisor] = [amount * BigInt(times), BigInt(count)]
  const half = (dividend < 0n ? -divisor : divisor) / 2n
  return micros((dividend + half) / divisor)
}
