import type { KpisAnswer, SeriesAnswer, SeriesPoint } from '../../../lib/api.ts'
import { crossedProblem } from '../../../lib/crossed.ts'
import { DEFAULT_CURRENCY } from '../../../lib/event.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import type { KpisQuery, SeriesQuery, ValueQuery } from '../../../lib/kpi-questions.ts'
import { type KpiValue, NO_VALUE } from '../../../lib/kpi-value.ts'
import type { Kpi, KpiId } from '../../../lib/kpis.ts'
import { type Filters, filterList } from '../../../lib/view.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import type { Cell } from '../../window/cell.ts'
import { decompose } from '../../window/decompose.ts'
import { levelAt } from '../../window/levels.ts'
import { type Subject, subjectOf } from '../../window/subject.ts'
import { rangeBefore, type TimeRange, windowRange } from '../../window/window-range.ts'
import { isReadable, kpisRange, type SteppedRange, seriesRange } from './asked-range.ts'
import { coveredPart } from './covered-part.ts'
import { currencyFor, onlyIn } from './currency-choice.ts'
import { gatherCell, panesATurn } from './gather-cell.ts'
import { coveredIn, knownFrom } from './known-time.ts'
import { everyKpi, readKpisBy } from './kpis-by.ts'
import { lateOf, latePart } from './late-of.ts'
import { incompleteIn, lostPart } from './lost-part.ts'
import type { PaneReader } from './pane-reader.ts'
import { readSeriesBy } from './series-by.ts'

/** A series is never longer; a finer step is made coarser instead. */
export const MAX_POINTS = 5_000

export async function readKpis(
  reader: PaneReader,
  query: KpisQuery,
  now: number,
): Promise<KpisAnswer> {
  const asked = 'window' in query ? { spanMs: WINDOWS[query.window].spanMs } : query
  const { stepMs, ...range } = kpisRange(reader.retention, asked, now)
  const subject = subjectOf(query.filter)
  const { by } = query
  const { currencyOf, kpis, measured, lost } = await readCells(reader, range, { subject, now })
  const gone = !isReadable(reader.retention, range.from, now)
  return {
    asOf: now,
    ...('window' in query && { window: query.window }),
    ...range,
    spanMs: range.to - range.from,
    alignedToMs: stepMs,
    ...filterOf(query.filter),
    ...measured,
    ...lost,
    kpis,
    ...(by !== undefined && {
      by: await readKpisBy(reader, by, {
        ...range,
        now,
        of: filterList(query.filter)[0],
        gone,
        currencyOf,
      }),
    }),
  }
}

/** Every KPI of one subject over a range and the one before, and which currency it is in. */
async function readCells(
  reader: PaneReader,
  range: TimeRange,
  { subject, now }: { subject: Subject; now: number },
) {
  const { dimension } = subject
  const before = rangeBefore(range)
  const readable = [range, before].filter(({ from }) => isReadable(reader.retention, from, now))
  const read = async (one: TimeRange) =>
    readable.includes(one)
      ? gatherCell(reader, one, subject, reader.measures.everything)
      : undefined
  const cell = await read(range)
  const cellBefore = await read(before)
  return reader.read([], () => {
    const currencies = new Map(
      reader.catalog.kpis.map(({ id }) => [id, currencyFor(reader, id, subject, cell, cellBefore)]),
    )
    const currencyOf = (id: KpiId) => currencies.get(id)
    const since = reader.measuredFrom(dimension)
    const isMeasured = (one: TimeRange, id: KpiId) => {
      const from = reader.measuredFrom(dimension, id)
      return one === range ? from < one.to : from <= one.from
    }
    const valueIn = (one: TimeRange, held: Cell | undefined, id: KpiId) =>
      readable.includes(one) && isMeasured(one, id)
        ? reader.value(id, held, onlyIn(currencyOf(id)))
        : NO_VALUE
    const kpis = everyKpi(reader, ({ id, unit }) => ({
      value: valueIn(range, cell, id),
      before: valueIn(before, cellBefore, id),
      unit,
      coveredMs: coveredIn(reader, range, { dimension, kpi: id, now }),
      beforeCoveredMs: coveredIn(reader, before, { dimension, kpi: id, now }),
      ...measuredOf(reader.measuredFrom(dimension, id), range),
    }))
    const lost = incompleteIn(reader, readable, dimension)
    return { currencyOf, kpis, measured: measuredOf(since, range), lost }
  })
}

export async function readSeries(
  reader: PaneReader,
  query: SeriesQuery,
  now: number,
): Promise<SeriesAnswer> {
  const range = seriesRange(reader.retention, query, leastStep(query, now), now)
  const { points, steps, choice, measured } = await readPoints(reader, query, { ...range, now })
  const { kpi, by, filter } = query
  const answer: SeriesAnswer = {
    asOf: now,
    kpi,
    unit: kpiOf(reader.catalog, kpi).unit,
    ...filterOf(query.filter),
    ...range,
    ...measured,
    points,
  }
  if (by === undefined) return answer
  const rankIn = (total: Cell) => onlyIn(currencyFor(reader, by.rankedBy, subjectOf(filter), total))
  const { stepMs } = range
  const whole = {
    ...{ kpi, stepMs, steps, points, choice, rankIn, now },
    of: filterList(query.filter)[0],
  }
  return { ...answer, by: await readSeriesBy(reader, by, whole) }
}

/** Every step, those of which something is known, and which currency they are in. */
async function readPoints(
  reader: PaneReader,
  query: SeriesQuery,
  { from, to, stepMs, now }: SteppedRange & { now: number },
) {
  const subject = subjectOf(query.filter)
  const { dimension } = subject
  const selection = reader.select([query.kpi])
  const all: number[] = []
  for (let t = from; t < to; t += stepMs) all.push(t)
  const kept = all.filter((t) => isReadable(reader.retention, t, now))
  const readable = new Set(kept)
  const whole = { from: kept[0] ?? to, to, dimension }
  const money = reader.currencies.of(kpiOf(reader.catalog, query.kpi)) !== undefined
  const total = money ? await gatherCell(reader, whole, subject, selection) : undefined
  const choice = onlyIn(currencyFor(reader, query.kpi, subject, total))
  const late = lateOf(reader, query.kpi)
  const since = () => reader.measuredFrom(dimension, query.kpi)
  const isKnown = (t: number): boolean =>
    readable.has(t) && t + stepMs > Math.max(reader.oldest(dimension), since())

  function pointAt(t: number): SeriesPoint {
    const open = t + stepMs > now
    const step = { from: t, to: t + stepMs }
    const covered = coveredPart(reader, step, { dimension, kpi: query.kpi, now })
    const lost = lostPart(reader, step, dimension)
    if (!isKnown(t)) return { t, value: NO_VALUE, open, ...covered, ...lost }
    const cell = reader.cell(step, subject, selection)
    return {
      t,
      value: reader.value(query.kpi, cell, choice),
      open,
      ...covered,
      ...latePart(late(cell), step),
      ...lost,
    }
  }

  const points: SeriesPoint[] = []
  for (const some of inTurns(all, { stepMs, most: panesATurn(dimension) })) {
    if (points.length > 0) await reader.turn()
    const needs = some.flatMap((t) =>
      readable.has(t) ? [{ from: t, to: t + stepMs, dimension }] : [],
    )
    points.push(...(await reader.read(needs, () => some.map(pointAt))))
  }
  return {
    ...{ points, choice, steps: kept.filter(isKnown) },
    measured: measuredOf(since(), { from, to }),
  }
}

/** Steps in groups that are made of about `most` panes each. */
function inTurns(
  steps: readonly number[],
  { stepMs, most }: { stepMs: number; most: number },
): number[][] {
  const groups: number[][] = []
  let panes = most
  for (const t of steps) {
    if (panes >= most) {
      groups.push([])
      panes = 0
    }
    groups.at(-1)?.push(t)
    panes += decompose(t, t + stepMs).length
  }
  return groups
}

/** As it was asked for, but never so short that there are too many. */
function leastStep(query: SeriesQuery, now: number): number {
  const spanMs = 'spanMs' in query ? query.spanMs : Math.min(query.to ?? now, now) - query.from
  return Math.max(query.stepMs, Math.ceil(spanMs / MAX_POINTS), levelAt(0).ms)
}

export async function readValue(
  reader: PaneReader,
  query: ValueQuery,
  now: number,
): Promise<KpiValue> {
  const range = windowRange(WINDOWS[query.window], now)
  const filtered = filterList(query.filter).map(({ dimension }) => dimension)
  // A rule outlives the pair that it was made for.
  if (crossedProblem(reader.catalog, filtered) !== undefined) return NO_VALUE
  const subject = subjectOf(query.filter)
  return reader.read([{ ...range, dimension: subject.dimension }], () => {
    if (reader.measuredFrom(subject.dimension, query.kpi) >= range.to) return NO_VALUE
    if (query.when === 'below' && isSum(kpiOf(reader.catalog, query.kpi))) {
      const at = { dimension: subject.dimension, kpi: query.kpi, now }
      if (knownFrom(reader, range, at) > range.from) return NO_VALUE
    }
    const cell = reader.cell(range, subject, reader.select([query.kpi]))
    const only = query.currency ?? DEFAULT_CURRENCY
    return reader.value(query.kpi, cell, { only })
  })
}

/** What grows with the time that it is over. */
const isSum = ({ formula: { kind } }: Kpi): boolean =>
  kind === 'count' || kind === 'money' || kind === 'distinct'

/** Said where not all of the range was measured. */
const measuredOf = (since: number, { from }: TimeRange) =>
  since > from ? { measuredFrom: since } : {}

const filterOf = (filter: Filters | undefined) => (filter === undefined ? {} : { filter })
