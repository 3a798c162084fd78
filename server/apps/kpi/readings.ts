import type { KpisAnswer, SeriesAnswer } from '../../../lib/api.ts'
import { DEFAULT_CURRENCY } from '../../../lib/event.ts'
import { type KpiValue, NO_VALUE } from '../../../lib/kpi-value.ts'
import { KPI_IDS, KPIS, type KpiId, type MoneyField, OTHER_KEY } from '../../../lib/kpis.ts'
import type { Filter } from '../../../lib/view.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import type { Cell } from '../../window/cell.ts'
import { KEY_PRECISION, TOTAL_PRECISION } from '../../window/distinct.ts'
import {
  amountsOf,
  type CurrencyChoice,
  kpiOfCell,
  largestCurrency,
} from '../../window/kpi-of-cell.ts'
import { finestLevel, LEVELS, levelAt } from '../../window/levels.ts'
import { EVERYTHING, selectionFor } from '../../window/measures.ts'
import { cellOf, keyCount } from '../../window/pane.ts'
import { rangeBefore, stepEnd, windowRange } from '../../window/window-range.ts'
import { type PaneReader, type Subject, subjectOf } from './pane-reader.ts'
import type { KpisQuery, SeriesQuery, ValueQuery } from './questions.ts'
import { rankedKeys } from './ranking.ts'

/** A series is never longer; a finer step is made coarser instead. */
export const MAX_POINTS = 5_000

export const precisionOf = ({ dimension }: Subject): number =>
  dimension === '' ? TOTAL_PRECISION : KEY_PRECISION

const moneyField = (kpi: KpiId): MoneyField | undefined => {
  const { formula } = KPIS[kpi]
  return formula.kind === 'money' || formula.kind === 'money_per' ? formula.field : undefined
}

/**
 * The currency that a KPI's figures are given in: the one in which most of the first cell is that has any;
 * not money: undefined.
 */
export function currencyFor(kpi: KpiId, ...cells: (Cell | undefined)[]): string | undefined {
  const field = moneyField(kpi)
  if (field === undefined) return undefined
  for (const cell of cells) {
    const currency = largestCurrency(amountsOf(cell, field))
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
    const cells = {
      now: reader.cell(range, subject, EVERYTHING),
      before: reader.cell(before, subject, EVERYTHING),
    }
    const precision = precisionOf(subject)
    const currencies = new Map(KPI_IDS.map((id) => [id, currencyFor(id, cells.now, cells.before)]))
    const valuesOf = (cell: Cell | undefined) =>
      everyKpi((id) => kpiOfCell(id, cell, KEY_PRECISION, preferring(currencies.get(id))))
    const answer: KpisAnswer = {
      asOf: now,
      window: query.window,
      spanMs: window.spanMs,
      ...filterOf(query.filter),
      kpis: everyKpi((id) => {
        const choice = preferring(currencies.get(id))
        return {
          value: kpiOfCell(id, cells.now, precision, choice),
          before: kpiOfCell(id, cells.before, precision, choice),
          unit: KPIS[id].unit,
        }
      }),
    }
    if (by === undefined) return answer
    const all = reader.keys(range, by.dimension, selectionFor([by.rankedBy]))
    const ranked = rankedKeys(all, by.rankedBy, currencies.get(by.rankedBy)).slice(0, by.limit)
    const whole = reader.keys(range, by.dimension, EVERYTHING, new Set([...ranked, OTHER_KEY]))
    const other = all.rows.has(OTHER_KEY) ? cellOf(whole, OTHER_KEY) : undefined
    return {
      ...answer,
      by: {
        dimension: by.dimension,
        rankedBy: by.rankedBy,
        rows: ranked.map((key) => ({ key, kpis: valuesOf(cellOf(whole, key)) })),
        other: other === undefined ? null : valuesOf(other),
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
  const selection = selectionFor([query.kpi])
  const precision = precisionOf(subject)
  const steps: number[] = []
  for (let t = from; t < to; t += stepMs) steps.push(t)
  const needs = steps.map((t) => ({ from: t, to: t + stepMs, dimension: subject.dimension }))
  const field = moneyField(query.kpi)
  if (field !== undefined) needs.push({ from, to, dimension: subject.dimension })
  return reader.read(needs, () => {
    const currency = field && currencyFor(query.kpi, reader.cell({ from, to }, subject, selection))
    const choice: CurrencyChoice = currency === undefined ? {} : { only: currency }
    const valueAt = (t: number): KpiValue => {
      if (t + stepMs <= reader.oldest()) return NO_VALUE
      const cell = reader.cell({ from: t, to: t + stepMs }, subject, selection)
      return kpiOfCell(query.kpi, cell, precision, choice)
    }
    return {
      asOf: now,
      kpi: query.kpi,
      unit: KPIS[query.kpi].unit,
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
    const cell = reader.cell(range, subject, selectionFor([query.kpi]))
    const only = query.currency ?? DEFAULT_CURRENCY
    return kpiOfCell(query.kpi, cell, precisionOf(subject), { only })
  })
}

function everyKpi<T>(value: (id: KpiId) => T): Record<KpiId, T> {
  return Object.fromEntries(KPI_IDS.map((id) => [id, value(id)])) as Record<KpiId, T>
}

const filterOf = (filter: Filter | undefined) => (filter === undefined ? {} : { filter })
