import type { Kpi } from '../../lib/kpis.ts'
import { micros, moneyNumber } from '../../lib/money.ts'
import type { Part } from '../insight/explain.ts'
import type { Reading } from '../insight/reading.ts'
import type { Cell } from '../window/cell.ts'
import { estimateDistinct } from '../window/distinct.ts'
import { amountsOf } from '../window/kpi-of-cell.ts'
import { EVENTS, type MeasureSet } from '../window/measures.ts'
import { bucketOf, quantileOf, sortedBuckets } from '../window/quantile.ts'

/** What is judged by itself: a KPI, and of money each currency. */
export interface Subject {
  kpi: Kpi
  currency?: string
}

/** Where a cell comes from: its columns, and how fine its sketches of different things are. */
export interface CellKind {
  measures: MeasureSet
  precision: number
}

/** What a subject read where `cell` was measured; undefined: no event. Of money, events are those of every type. */
export function readingOf(
  { kpi, currency = '' }: Subject,
  cell: Cell | undefined,
  { measures, precision }: CellKind,
): Reading {
  const { formula } = kpi
  const [first = 0, second = 0] = measures.columnsOf(formula)
  const countIn = (column: number): number => cell?.counts[column] ?? 0
  const sum = () => amountIn(kpi, cell, measures, currency)
  switch (formula.kind) {
    case 'count':
      return { kind: 'count', count: countIn(first) }
    case 'distinct':
      return { kind: 'count', count: estimateDistinct(cell?.distinct[first] ?? null, precision) }
    case 'ratio':
      return { kind: 'ratio', over: countIn(first), under: countIn(second) }
    case 'money':
      return { kind: 'money', sum: sum(), events: countIn(EVENTS) }
    case 'money_per':
      return {
        kind: 'money_per',
        sum: formula.times * sum(),
        events: countIn(EVENTS),
        under: countIn(second),
      }
    case 'quantile': {
      const buckets = cell?.quantiles[first] ?? null
      const of = buckets === null ? 0 : valuesIn(sortedBuckets(buckets))
      return { kind: 'quantile', value: quantileOf(buckets, formula.q) ?? 0, of, q: formula.q }
    }
  }
}

/** What a cell brings to a change of the subject; of a quantile, how many values are above the `usual` one. */
export function partOf(
  subject: Subject,
  cell: Cell | undefined,
  kind: CellKind,
  usual: number,
): Part {
  const { formula } = subject.kpi
  if (formula.kind === 'quantile') {
    const [column = 0] = kind.measures.columnsOf(formula)
    const buckets = cell?.quantiles[column] ?? null
    const sorted = buckets === null ? [] : sortedBuckets(buckets)
    const slow = sorted.filter(([bucket]) => bucket > bucketOf(usual))
    return { over: valuesIn(slow), under: valuesIn(sorted) }
  }
  const reading = readingOf(subject, cell, kind)
  switch (reading.kind) {
    case 'count':
      return { over: reading.count, under: 0 }
    case 'money':
      return { over: reading.sum, under: 0 }
    case 'money_per':
      return { over: reading.sum, under: reading.under }
    case 'ratio':
      return { over: reading.over, under: reading.under }
    case 'quantile':
      return { over: 0, under: 0 }
  }
}

/** A longer time's reading as if each step had brought the same. */
export function perStep(reading: Reading, steps: number): Reading {
  switch (reading.kind) {
    case 'count':
      return { ...reading, count: reading.count / steps }
    case 'ratio':
      return { ...reading, over: reading.over / steps, under: reading.under / steps }
    case 'money':
      return { ...reading, sum: reading.sum / steps, events: reading.events / steps }
    case 'money_per':
      return {
        ...reading,
        sum: reading.sum / steps,
        events: reading.events / steps,
        under: reading.under / steps,
      }
    case 'quantile':
      return { ...reading, of: reading.of / steps }
  }
}

/** In which currencies the cell has any of a money KPI; of any other KPI one, without a name. */
export function currenciesIn(kpi: Kpi, cell: Cell | undefined, measures: MeasureSet): string[] {
  return [...amountsOf(kpi, cell, measures).keys()]
}

function amountIn(
  kpi: Kpi,
  cell: Cell | undefined,
  measures: MeasureSet,
  currency: string,
): number {
  return moneyNumber(amountsOf(kpi, cell, measures).get(currency) ?? micros(0n))
}

const valuesIn = (buckets: readonly (readonly [bucket: number, count: number])[]): number =>
  buckets.reduce((sum, [, count]) => sum + count, 0)
