import type { KpisAnswer, SeriesAnswer } from '../../../lib/api.ts'
import { DEFAULT_CURRENCY } from '../../../lib/event.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import { type KpiValue, NO_VALUE } from '../../../lib/kpi-value.ts'
import { type Kpi, type KpiId, OTHER_KEY } from '../../../lib/kpis.ts'
import type { Filter } from '../../../lib/view.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import type { Cell } from '../../window/cell.ts'
import { amountsOf, type CurrencyChoice, largestCurrency } from '../../window/kpi-of-cell.ts'
import { finestLevel, LEVELS, levelAt } from '../../window/levels.ts'
import { cellOf, keyCount } from '../../window/pane.ts'
import { rangeBefore, stepEnd, windowRange } from '../../window/window-range.ts'
import { type PaneReader, subjectOf } from './pane-reader.ts'
import type { KpisQuery, SeriesQuery, ValueQuery } from './questions.ts'
import { rankedKeys } from './ranking.ts'

/** A series is never longer; a finer step is made coarser instead. */
export const MAX_POINTS = 5_000

const isMoney = ({ formula }: Kpi): boolean =>
  formula.kind === 'money' || formula.kind === 'money_per'

/**
 * The currency that a KPI's figures are given in: the one in which most of the first cell is that has any;
 * not money: undefined.
 */
export function currencyFor(
  { catalog, measures }: Pick<PaneReader, 'catalog' | 'measures'>,
  id: KpiId,
  ...cells: (Cell | undefined)[]
): string | undefined {
  const kpi = kpiOf(catalog, id)
  if (!isMoney(kpi)) return undefined
  for (const cell of cells) {
    const currency = largestCurrency(amountsOf(kpi, cell, measures))
    if (currency !== undefined) return currency
  }
  return DEFAULT_CURRENCY
}

export const preferring = (currency: string | undefined): CurrencyChoice =>
  currency === undefined ? {} : { prefer: currency }

export async function readKpis(
  reader: PaneReader,
  query: KpisQuery,
  now: number,
): Promise<KpisAnswer> {
  const window = WINDOWS[query.window]
  const range = windowRange(window, now)
  const before = rangeBefore(range)
  const subject = subjectOf(query.filter)
  const { by } = query
  const needs = [range, before].map((one) => ({ ...one, dimension: subject.dimension }))
  if (by !== undefined) needs.push({ ...range, dimension: by.dimension })
  return reader.read(needs, () => {
    const everything = reader.measures.everything
    const cells = {
      now: reader.cell(range, subject, everything),
      before: reader.cell(before, subject, everything),
    }
    const currencies = new Map(
      reader.catalog.kpis.map(({ id }) => [id, currencyFor(reader, id, cells.now, cells.before)]),
    )
    const choiceOf = (id: KpiId) => preferring(currencies.get(id))
    const answer: KpisAnswer = {
      asOf: now,
      window: query.window,
      spanMs: window.spanMs,
      ...filterOf(query.filter),
      kpis: everyKpi(reader, ({ id, unit }) => ({
        value: reader.value(id, cells.now, subject.dimension, choiceOf(id)),
        before: reader.value(id, cells.before, subject.dimension, choiceOf(id)),
        unit,
      })),
    }
    if (by === undefined) return answer
    const { dimension, rankedBy } = by
    const valuesOf = (cell: Cell | undefined) =>
      everyKpi(reader, ({ id }) => reader.value(id, cell, dimension, choiceOf(id)))
    const all = reader.keys(range, dimension, reader.select([rankedBy]))
    const rank = rankedKeys(reader, dimension, rankedBy)
    const ranked = rank(all, choiceOf(rankedBy)).slice(0, by.limit)
    const whole = reader.keys(range, dimension, everything, new Set([...ranked, OTHER_KEY]))
    return {
      ...answer,
      by: {
        dimension,
        rankedBy,
        rows: ranked.map((key) => ({ key, kpis: valuesOf(cellOf(whole, key)) })),
        other: all.rows.has(OTHER_KEY) ? valuesOf(cellOf(whole, OTHER_KEY)) : null,
        keys: keyCount(all),
      },
    }
  })
}

/** The step grows to what is still kept of the range's beginning; the answer says what it is. */
export function seriesRange({ spanMs, stepMs, to }: SeriesQuery, now: number) {
  const asked = Math.max(stepMs, Math.ceil(spanMs / MAX_POINTS), levelAt(0).ms)
  const from = Math.min(to ?? now, now) - spanMs
  const level = finestLevel(from - asked, now) ?? LEVELS.length - 1
  const step = Math.ceil(asked / levelAt(level).ms) * levelAt(level).ms
  const newest = stepEnd(now, step)
  const end = to === undefined ? newest : Math.min(newest, to - (to % step))
  const steps = Math.max(1, Math.floor(spanMs / step))
  return { from: end - steps * step, to: end, stepMs: step }
}

export async function readSeries(
  reader: PaneReader,
  query: SeriesQuery,
  now: number,
): Promise<SeriesAnswer> {
  const { from, to, stepMs } = seriesRange(query, now)
  const subject = subjectOf(query.filter)
  const selection = reader.select([query.kpi])
  const kpi = kpiOf(reader.catalog, query.kpi)
  const steps: number[] = []
  for (let t = from; t < to; t += stepMs) steps.push(t)
  const needs = steps.map((t) => ({ from: t, to: t + stepMs, dimension: subject.dimension }))
  if (isMoney(kpi)) needs.push({ from, to, dimension: subject.dimension })
  return reader.read(needs, () => {
    const currency = isMoney(kpi)
      ? currencyFor(reader, query.kpi, reader.cell({ from, to }, subject, selection))
      : undefined
    const choice: CurrencyChoice = currency === undefined ? {} : { only: currency }
    const valueAt = (t: number): KpiValue => {
      if (t + stepMs <= reader.oldest()) return NO_VALUE
      const cell = reader.cell({ from: t, to: t + stepMs }, subject, selection)
      return reader.value(query.kpi, cell, subject.dimension, choice)
    }
    return {
      asOf: now,
      kpi: query.kpi,
      unit: kpi.unit,
      ...filterOf(query.filter),
      from,
      to,
      stepMs,
      points: steps.map((t) => ({ t, value: valueAt(t), open: t + stepMs > now })),
    }
  })
}

export async function readValue(
  reader: PaneReader,
  query: ValueQuery,
  now: number,
): Promise<KpiValue> {
  const range = windowRange(WINDOWS[query.window], now)
  const subject = subjectOf(query.filter)
  return reader.read([{ ...range, dimension: subject.dimension }], () => {
    const cell = reader.cell(range, subject, reader.select([query.kpi]))
    const only = query.currency ?? DEFAULT_CURRENCY
    return reader.value(query.kpi, cell, subject.dimension, { only })
  })
}

function everyKpi<T>({ catalog }: PaneReader, value: (kpi: Kpi) => T): Record<KpiId, T> {
  return Object.fromEntries(catalog.kpis.map((kpi) => [kpi.id, value(kpi)])) as Record<KpiId, T>
}

const filterOf = (filter: Filter | undefined) => (filter === undefined ? {} : { filter })
