import { kpiOf } from '../../../lib/kpi-catalog.ts'
import type { Kpi, KpiId } from '../../../lib/kpis.ts'
import type { Cell } from '../../window/cell.ts'
import { amountsOf, type CurrencyChoice, firstCurrency } from '../../window/kpi-of-cell.ts'
import type { MeasureSet } from '../../window/measures.ts'
import type { Subject } from '../../window/subject.ts'
import type { Currencies } from './currencies.ts'
import type { PaneReader } from './pane-reader.ts'

/**
 * The currency that a KPI's figures are given in: that of the KPI, whatever the cells hold. Of what was picked out, by a
 * filter or by the KPI itself, nothing may be in it: then the one of most events that occurs. Not money: undefined.
 */
export function currencyFor(
  reader: Pick<PaneReader, 'catalog' | 'currencies' | 'measures'>,
  id: KpiId,
  subject: Pick<Subject, 'dimension'>,
  ...cells: (Cell | undefined)[]
): string | undefined {
  const kpi = kpiOf(reader.catalog, id)
  const isAll = subject.dimension === '' && !isPicked(kpi)
  return isAll ? reader.currencies.of(kpi) : currencyAmong(reader, kpi, cells)
}

function isPicked({ formula }: Kpi): boolean {
  if (formula.kind !== 'money' && formula.kind !== 'money_per') return false
  return formula.of?.type !== undefined || formula.of?.where !== undefined
}

const ANY: CurrencyChoice = { order: [] }

export const onlyIn = (currency: string | undefined): CurrencyChoice =>
  currency === undefined ? ANY : { only: currency }

/** For what is one of many: in `first` where it has any of it, else in what it has. */
export function orderFrom(
  { catalog, currencies }: Pick<PaneReader, 'catalog' | 'currencies'>,
  id: KpiId,
  first?: string,
): CurrencyChoice {
  const order = currencies.order(kpiOf(catalog, id))
  return { order: first === undefined ? order : [first, ...order] }
}

/**
 * A currency for what was picked out by a filter or a condition: the KPI's own where any of it is in that, else the
 * one of the most events that occurs; of the first cell that has any.
 */
export function currencyAmong(
  { currencies, measures }: { currencies: Currencies; measures: MeasureSet },
  kpi: Kpi,
  cells: readonly (Cell | undefined)[],
): string | undefined {
  const own = currencies.of(kpi)
  if (own === undefined) return undefined
  const amounts = cells.map((cell) => amountsOf(kpi, cell, measures))
  if (amounts.some((each) => each.has(own))) return own
  for (const each of amounts) {
    const first = firstCurrency(each, currencies.order(kpi))
    if (first !== undefined) return first
  }
  return own
}
