import { restriction } from '../../../lib/crossed.ts'
import type { Cells, Point, ViewState } from '../../../lib/frames.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import { NO_VALUE } from '../../../lib/kpi-value.ts'
import { addsUp, DIMENSIONS, type Kpi, type KpiId } from '../../../lib/kpis.ts'
import { filterList, type View } from '../../../lib/view.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import type { Cell } from '../../window/cell.ts'
import type { CurrencyChoice } from '../../window/kpi-of-cell.ts'
import { type Subject, subjectOf } from '../../window/subject.ts'
import {
  coveredMs,
  rangeBefore,
  stepEnd,
  type TimeRange,
  windowRange,
} from '../../window/window-range.ts'
import { createFeed } from './feed.ts'
import type { KpiApp } from './kpi-app.ts'
import { createListCell } from './list-cell.ts'
import { type Need, needsOf, type PaneReader } from './pane-reader.ts'
import { currencyFor, preferring } from './readings.ts'
import { sparkStep } from './spark-step.ts'
import { createStepValues } from './step-values.ts'

export type OverviewView = Extract<View, { kind: 'overview' }>

export interface LiveView {
  /** Its part of the view's state as of `now`, epoch ms. Calls must not overlap. */
  state(now: number): Promise<ViewPart>
  /** Nobody watches it any more. */
  close(): void
}

export interface ViewPart {
  cells: Partial<Cells>
  series: ViewState['series']
}

/** Cells `kpi.*`, `list.*`, `chart` and `feed`, series `main` and `spark.*`. Lists are restricted by a filter of a crossed dimension; others are of all events. */
export function createOverviewView(view: OverviewView, app: KpiApp): LiveView {
  const { reader } = app
  const window = WINDOWS[view.window]
  const { chart } = window
  const subject = subjectOf(view.filter)
  const feed = createFeed(app.recent, view.filter)
  const lists = DIMENSIONS.map((dimension) => {
    const of = restriction(reader.catalog, filterList(view.filter), dimension)
    return createListCell(reader, {
      ...{ dimension, of },
      window: `${view.window} now`,
      chosen: view.kpi,
    })
  })
  const current = reader.windows.cell(`${view.window} now`, subject)
  const before = reader.windows.cell(`${view.window} before`, subject)
  let figures = createFigures(reader, view, subject, new Map())

  function windowNeeds(range: TimeRange): Need[] {
    return [
      ...needsOf(current, subject.dimension, range),
      ...needsOf(before, subject.dimension, rangeBefore(range)),
    ]
  }

  /** Moves the windows on, and answers which currency each KPI that is money is in. */
  function move(range: TimeRange): Map<KpiId, string> {
    const cells = cellsAt(range)
    for (const list of lists) list.rank(range)
    return new Map(
      reader.catalog.kpis.flatMap(({ id }): [KpiId, string][] => {
        const currency = currencyFor(reader, id, ...cells)
        return currency === undefined ? [] : [[id, currency]]
      }),
    )
  }

  function cellsAt(range: TimeRange): [Cell | undefined, Cell | undefined] {
    current.moveTo(range)
    before.moveTo(rangeBefore(range))
    return [current.cell(), before.cell()]
  }

  function compute(range: TimeRange, now: number): ViewPart {
    const [cell, cellBefore] = cellsAt(range)
    // A change against a part of the window before would say nothing.
    const oldest = reader.oldest(subject.dimension)
    const sinceOf = (id: KpiId) => reader.measuredFrom(subject.dimension, id)
    const since = sinceOf(view.kpi)
    const chartFrom = Math.min(range.from, now - chart.spanMs)
    const { currencies } = figures
    const cells: Record<string, unknown> = {
      chart: {
        kpi: view.kpi,
        window: view.window,
        ...(view.filter !== undefined && { filter: view.filter }),
        spanMs: chart.spanMs,
        stepMs: chart.stepMs,
        coveredMs: coveredMs(range, oldest),
        ...(since > chartFrom && { measuredFrom: since }),
        endsAt: stepEnd(now, chart.stepMs),
        ...(currencies.has(view.kpi) && { currency: currencies.get(view.kpi) }),
      },
      feed: feed.events(now),
    }
    for (const { id } of reader.catalog.kpis) {
      const choice = preferring(currencies.get(id))
      const value = (cell: Cell | undefined) => reader.value(id, cell, choice)
      const from = sinceOf(id)
      const known = rangeBefore(range).from >= Math.max(oldest, from)
      cells[`kpi.${id}`] = {
        now: from < range.to ? value(cell) : NO_VALUE,
        before: known ? value(cellBefore) : NO_VALUE,
        ...(from > range.from && { young: { from, coveredMs: coveredMs(range, from) } }),
      }
    }
    for (const [index, dimension] of DIMENSIONS.entries()) {
      cells[`list.${dimension}`] = lists[index]?.cell(range)
    }
    return { cells: cells as Partial<Cells>, series: figures.series(now) }
  }

  return {
    async state(now) {
      const range = windowRange(window, now)
      const currencies = await reader.read(
        () => [...windowNeeds(range), ...lists.flatMap((list) => list.needs(range))],
        () => move(range),
      )
      // A chart is in one currency: when it becomes another, all of it is computed anew.
      if (!figures.in(currencies)) {
        const old = figures
        figures = createFigures(reader, view, subject, currencies)
        old.close()
      }
      return reader.read(
        () => [
          ...windowNeeds(range),
          ...lists.flatMap((list) => list.cellNeeds(range)),
          ...figures.needs(now),
        ],
        () => compute(range, now),
      )
    },
    close() {
      for (const one of [...lists, current, before, figures]) one.close()
    },
  }
}

/** The series of the chart and of the sparklines, in given currencies. */
function createFigures(
  reader: PaneReader,
  view: OverviewView,
  subject: Subject,
  currencies: ReadonlyMap<KpiId, string>,
) {
  const { chart } = WINDOWS[view.window]
  const number = (id: KpiId, cell: Cell | undefined): number | null => {
    const currency = currencies.get(id)
    const choice: CurrencyChoice = currency === undefined ? {} : { only: currency }
    return reader.value(id, cell, choice).value
  }
  const sparkMs = sparkStep(chart.spanMs)
  const { spanMs: windowMs } = WINDOWS[view.window]
  const sparksOf = (ids: readonly KpiId[], windowOfPoint: { windowMs?: number }) => ({
    ids,
    steps: createStepValues(reader, {
      subject,
      stepMs: sparkMs,
      ...windowOfPoint,
      selection: reader.select(ids),
      value: (cell) => ids.map((id) => number(id, cell)),
    }),
  })
  const { kpis } = reader.catalog
  const idsOf = (some: readonly Kpi[]) => some.map(({ id }) => id)
  const sparks = [
    sparksOf(idsOf(kpis.filter(addsUp)), {}),
    sparksOf(idsOf(kpis.filter((kpi) => !addsUp(kpi))), { windowMs }),
  ]
  const main = createStepValues(reader, {
    subject,
    stepMs: chart.stepMs,
    ...(!addsUp(kpiOf(reader.catalog, view.kpi)) && { windowMs }),
    selection: reader.select([view.kpi]),
    value: (cell) => number(view.kpi, cell),
  })
  /** Steps that ended before the KPI was measured have no value, whatever late events came to them. */
  function measured(points: { t: number; value: number | null }[], id: KpiId, stepMs: number) {
    const since = reader.measuredFrom(subject.dimension, id)
    return points.map((point) => (point.t + stepMs <= since ? { ...point, value: null } : point))
  }
  const upTo = (now: number, stepMs: number, spanMs: number): TimeRange => {
    const to = stepEnd(now, stepMs)
    return { from: to - spanMs, to }
  }
  const mainRange = (now: number) => upTo(now, chart.stepMs, 2 * chart.spanMs)
  const sparkRange = (now: number) => upTo(now, sparkMs, chart.spanMs)

  return {
    currencies,
    close() {
      for (const steps of [main, ...sparks.map((spark) => spark.steps)]) steps.close()
    },
    in: (others: ReadonlyMap<KpiId, string>) =>
      others.size === currencies.size &&
      [...others].every(([id, currency]) => currencies.get(id) === currency),
    needs: (now: number) => [
      ...main.needs(mainRange(now)),
      ...sparks.flatMap(({ steps }) => steps.needs(sparkRange(now))),
    ],
    series(now: number): Record<string, Point[]> {
      const points = measured(main.values(mainRange(now)), view.kpi, chart.stepMs)
      const half = points.length / 2
      const series: Record<string, Point[]> = {
        main: points
          .slice(half)
          .map(({ t, value }, index) => [t, value, points[index]?.value ?? null]),
      }
      for (const { ids, steps } of sparks) {
        const values = steps.values(sparkRange(now))
        for (const [index, id] of ids.entries()) {
          const points = values.map(({ t, value }) => ({ t, value: value?.[index] ?? null }))
          series[`spark.${id}`] = measured(points, id, sparkMs).map(({ t, value }) => [t, value])
        }
      }
      return series
    },
  }
}
