import type { KpisAnswer, SeriesAnswer, SeriesPoint } from '../../lib/api.ts'
import { type KpiValue, NO_VALUE } from '../../lib/kpi-value.ts'
import type { FixedRange } from '../../lib/period.ts'
import { type Filters, filterList } from '../../lib/view.ts'
import type { CsvCell, CsvFile } from './csv.ts'

/** What a row is about: everything, what the filter lets through, one key, or all the keys that have no rows. */
type Part =
  | { part: 'total' }
  | { part: 'filter' | 'key'; dimension: string; key: string }
  | { part: 'other'; dimension: string }

const PART = ['part', 'dimension', 'key'] as const

const text = (value: string): CsvCell => ({ kind: 'text', text: value })
const time = (ms: number): CsvCell => ({ kind: 'time', ms })

const partCells = (part: Part): CsvCell[] => [
  text(part.part),
  text('dimension' in part ? part.dimension : ''),
  text('key' in part ? part.key : ''),
]

/** Two filters are in one row: their dimensions and their keys as lists in JSON. */
function wholePart(filters: Filters | undefined): Part {
  const [one, other] = filterList(filters)
  if (one === undefined) return { part: 'total' }
  if (other === undefined) return { part: 'filter', ...one }
  const [dimension, key] = [
    [one.dimension, other.dimension],
    [one.key, other.key],
  ].map((both) => JSON.stringify(both))
  return { part: 'filter', dimension: dimension ?? '', key: key ?? '' }
}

export function kpisCsv(answer: KpisAnswer): CsvFile {
  const { from, to, by } = answer
  const inRange = (lost: readonly FixedRange[] = []) => lost.some((one) => one.to > from)
  const [lacks, keysLack] = [inRange(answer.incomplete), inRange(by?.incomplete)]
  function* rows(): Generator<CsvCell[]> {
    for (const [kpi, { unit: _unit, ...figures }] of Object.entries(answer.kpis)) {
      yield* kpiRows(wholePart(answer.filter), kpi, { ...figures, incomplete: lacks })
    }
    if (by === undefined) return
    const { dimension } = by
    for (const { key, kpis } of by.rows) {
      yield* keyRows({ part: 'key', dimension, key }, kpis, by.coveredMs)
    }
    if (by.other !== null) yield* keyRows({ part: 'other', dimension }, by.other, by.coveredMs)
  }
  function* keyRows(
    part: Part,
    kpis: Record<string, KpiValue>,
    covered: Record<string, number>,
  ): Generator<CsvCell[]> {
    for (const [kpi, value] of Object.entries(kpis)) {
      const coveredMs = covered[kpi] ?? 0
      const figures = { value, before: NO_VALUE, coveredMs, beforeCoveredMs: null }
      yield* kpiRows(part, kpi, { ...figures, incomplete: keysLack })
    }
  }
  function* kpiRows(
    part: Part,
    kpi: string,
    {
      value,
      before,
      coveredMs,
      beforeCoveredMs,
      incomplete,
    }: {
      value: KpiValue
      before: KpiValue
      coveredMs: number
      beforeCoveredMs: number | null
      incomplete: boolean
    },
  ): Generator<CsvCell[]> {
    const start = [time(from), time(to), ...partCells(part), text(kpi)]
    for (const currency of currenciesOf(value, before)) {
      const figures = [figure(value, currency), figure(before, currency)]
      const end: CsvCell[] = [
        { kind: 'flag', value: incomplete },
        { kind: 'number', value: coveredMs },
        { kind: 'number', value: beforeCoveredMs },
      ]
      yield [...start, text(currency), ...figures, ...end]
    }
  }
  return {
    name: csvFileName('kpis', answer),
    columns: [
      'from',
      'to',
      ...PART,
      'kpi',
      'currency',
      'value',
      'before',
      'incomplete',
      'covered_ms',
      'before_covered_ms',
    ],
    rows: rows(),
  }
}

export function seriesCsv(answer: SeriesAnswer): CsvFile {
  const { kpi, stepMs, by } = answer
  function* rows(): Generator<CsvCell[]> {
    yield* pointRows(wholePart(answer.filter), answer.points)
    if (by === undefined) return
    const { dimension } = by
    for (const { key, points } of by.series) {
      yield* pointRows({ part: 'key', dimension, key }, points)
    }
    if (by.other !== null) yield* pointRows({ part: 'other', dimension }, by.other)
  }
  function* pointRows(part: Part, points: readonly SeriesPoint[]): Generator<CsvCell[]> {
    const middle = [...partCells(part), text(kpi)]
    for (const { t, value, open, late, correctedAt, incomplete = false, ...point } of points) {
      for (const currency of currenciesOf(value)) {
        const end: CsvCell[] = [
          text(currency),
          figure(value, currency),
          { kind: 'flag', value: open },
          { kind: 'number', value: late ?? 0 },
          correctedAt === undefined ? text('') : time(correctedAt),
          { kind: 'flag', value: incomplete },
          { kind: 'number', value: point.coveredMs ?? stepMs },
        ]
        yield [time(t), time(t + stepMs), ...middle, ...end]
      }
    }
  }
  return {
    name: csvFileName(kpi, answer),
    columns: [
      ...['from', 'to', ...PART, 'kpi', 'currency', 'value', 'open', 'late', 'corrected_at'],
      ...['incomplete', 'covered_ms'],
    ],
    rows: rows(),
  }
}

/** A row for each: the one of the values first; '' where it is not about money. */
function currenciesOf(...values: KpiValue[]): string[] {
  const currencies = values.flatMap(({ currency, money = {} }) => [
    ...(currency === undefined ? [] : [currency]),
    ...Object.keys(money),
  ])
  return currencies.length === 0 ? [''] : [...new Set(currencies)]
}

/** Exact where it is money; of a currency that does not occur there is none. */
function figure({ value, money }: KpiValue, currency: string): CsvCell {
  if (money === undefined) return { kind: 'number', value: currency === '' ? value : null }
  return { kind: 'decimal', text: money[currency] ?? '0' }
}

/** kinesight-ctr-by-page-20260131T080000Z-20260131T090000Z */
export function csvFileName(
  what: string,
  { from, to, by }: Pick<KpisAnswer, 'from' | 'to'> & { by?: { dimension: string } },
): string {
  const short = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
  const parts = ['kinesight', what, ...(by === undefined ? [] : ['by', by.dimension])]
  return [...parts, short(from), short(to)].join('-')
}
