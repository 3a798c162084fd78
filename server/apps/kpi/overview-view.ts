import { restriction } from '../../../lib/crossed.ts'
import type { Cells, ChartCell, ViewState } from '../../../lib/frames.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import { NO_VALUE } from '../../../lib/kpi-value.ts'
import { addsUp, DIMENSIONS, type KpiId } from '../../../lib/kpis.ts'
import { isFixed } from '../../../lib/period.ts'
import { filterList, periodOf, type View } from '../../../lib/view.ts'
import type { Cell } from '../../window/cell.ts'
import { subjectOf } from '../../window/subject.ts'
import { rangeBefore, type TimeRange } from '../../window/window-range.ts'
import { approach, approachTogether, isNear, type Way } from './approach.ts'
import { createAsOf } from './as-of.ts'
import { currencyFor, onlyIn } from './currency-choice.ts'
import { createFeed } from './feed.ts'
import { knownFrom, knownTime, sentKnownFrom } from './known-time.ts'
import type { KpiApp } from './kpi-app.ts'
import { createFigures, type Figures } from './kpi-figures.ts'
import { createListCell } from './list-cell.ts'
import { incompleteView } from './lost-part.ts'
import { type Need, needsOf } from './pane-reader.ts'
import { createOneAtATime, patiently } from './patience.ts'
import { type Shown, shownPeriod } from './shown-period.ts'
import { createStill } from './still.ts'

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

/**
 * Cells `asOf` of a window, `kpi.*`, `list.*`, `chart` and `feed`, series `main` and `spark.*`. Lists are restricted by a filter of a crossed
 * dimension; others are of all events. What lists need is waited for no longer than `patienceMs` a frame: those that
 * are not there yet come with a later one.
 */
export function createOverviewView(
  view: OverviewView,
  app: KpiApp,
  { patienceMs = Number.POSITIVE_INFINITY }: { patienceMs?: number } = {},
): LiveView {
  const { reader } = app
  const period = periodOf(view)
  const feed = createFeed(app.recent, view.filter)
  const still = createStill<ViewPart>(reader)
  let parts: Parts | undefined
  let isOpen = true

  async function partOf(shown: Shown, now: number) {
    // A fixed range is cut anew where panes that it was made of are no longer kept.
    if (parts?.name !== shown.name) {
      parts?.close()
      parts = createParts(view, app, { name: shown.name, patienceMs })
    }
    return parts.state(shown, now, () => isOpen)
  }

  return {
    async state(now) {
      const shown = shownPeriod(period, reader.retention, now)
      const { cells, series } = isFixed(period)
        ? await still(shown, now, () => partOf(shown, now))
        : (await partOf(shown, now)).value
      return { cells: { ...cells, feed: feed.events(now) }, series }
    },
    close() {
      isOpen = false
      parts?.close()
    },
  }
}

type Parts = ReturnType<typeof createParts>

/** All but the feed, of windows by one name. */
function createParts(
  view: OverviewView,
  { reader }: KpiApp,
  { name, patienceMs }: { name: string; patienceMs: number },
) {
  const period = periodOf(view)
  const subject = subjectOf(view.filter)
  const lists = DIMENSIONS.map((dimension) => {
    const of = restriction(reader.catalog, filterList(view.filter), dimension)
    return createListCell(reader, {
      ...{ dimension, of },
      window: `${name} now`,
      chosen: view.kpi,
    })
  })
  const current = reader.windows.cell(`${name} now`, subject)
  const before = reader.windows.cell(`${name} before`, subject)
  const asOf = createAsOf(reader)
  let figures: Figures | undefined
  const [bringLists, bringRows] = [createOneAtATime(), createOneAtATime()]

  const ways = ({ range }: Shown): Way[] => [
    { window: current, dimension: subject.dimension, range },
    { window: before, dimension: subject.dimension, range: rangeBefore(range) },
  ]

  const listsThere = (range: TimeRange) => lists.filter((list) => list.ways(range).every(isNear))

  function windowNeeds(range: TimeRange): Need[] {
    return [
      ...needsOf(current, subject.dimension, range),
      ...needsOf(before, subject.dimension, rangeBefore(range)),
    ]
  }

  /** Moves the windows on, and answers which currency each KPI that is money is in. */
  function move(range: TimeRange): Map<KpiId, string> {
    const cells = cellsAt(range)
    return new Map(
      reader.catalog.kpis.flatMap(({ id }): [KpiId, string][] => {
        const currency = currencyFor(reader, id, subject, ...cells)
        return currency === undefined ? [] : [[id, currency]]
      }),
    )
  }

  function cellsAt(range: TimeRange): [Cell | undefined, Cell | undefined] {
    current.moveTo(range)
    before.moveTo(rangeBefore(range))
    return [current.cell(), before.cell()]
  }

  /** A chart is in one currency: when it becomes another, all of it is computed anew. */
  function figuresIn(currencies: ReadonlyMap<KpiId, string>, shown: Shown): Figures {
    if (figures?.suit(currencies, shown) === true) return figures
    figures?.close()
    figures = createFigures(reader, { kpi: view.kpi, subject, shown, currencies })
    return figures
  }

  function compute(shown: Shown, now: number, { currencies, ...steps }: Figures): ViewPart {
    const { range } = shown
    const currency = currencies.get(view.kpi)
    const [cell, cellBefore] = cellsAt(range)
    const known = knownTime(reader, now)
    const { dimension } = subject
    const isBeforeKnown = knownFrom(reader, range, { dimension, now }) >= range.to
    const beforeFrom = knownFrom(reader, rangeBefore(range), { dimension, now })
    const sinceOf = (id: KpiId) => reader.measuredFrom(subject.dimension, id)
    const cells: Record<string, unknown> = {
      ...(!isFixed(period) && { asOf: asOf(now, range) }),
      chart: {
        ...chartCell(shown, sinceOf(view.kpi)),
        known,
        knownFrom: sentKnownFrom(reader, range, { dimension, now }),
        ...(currency !== undefined && { currency }),
        ...incompleteView(reader, [current, before], {
          ...shown.chart,
          dimension,
          overMs: addsUp(kpiOf(reader.catalog, view.kpi)) ? undefined : shown.windowMs,
        }),
      } satisfies ChartCell,
    }
    for (const { id } of reader.catalog.kpis) {
      const choice = onlyIn(currencies.get(id))
      const value = (cell: Cell | undefined) => reader.value(id, cell, choice)
      const from = sinceOf(id)
      // A change against a part of the window before would say nothing.
      const isWhole = rangeBefore(range).from >= Math.max(beforeFrom, from)
      const isKnown = from < range.to && !(isFixed(period) && isBeforeKnown)
      cells[`kpi.${id}`] = {
        now: isKnown ? value(cell) : NO_VALUE,
        before: isWhole ? value(cellBefore) : NO_VALUE,
        ...(from > range.from && { young: { from } }),
      }
    }
    const there = listsThere(range)
    for (const [index, dimension] of DIMENSIONS.entries()) {
      const list = lists[index]
      if (list !== undefined && there.includes(list))
        cells[`list.${dimension}`] = list.cell(range, now)
    }
    return { cells: cells as Partial<Cells>, series: steps.series(shown, now) }
  }

  function chartCell({ range, chart }: Shown, since: number) {
    return {
      kpi: view.kpi,
      period,
      ...(isFixed(period) && { range }),
      ...(view.filter !== undefined && { filter: view.filter }),
      spanMs: chart.to - chart.from,
      stepMs: chart.stepMs,
      ...(since > Math.min(range.from, chart.from) && { measuredFrom: since }),
      endsAt: chart.to,
    }
  }

  return {
    name,
    async state(shown: Shown, now: number, isWanted: () => boolean): Promise<Computed> {
      const { range } = shown
      /** What of `needs` is read while somebody wants it, and what `use` makes of it. */
      const read = <T>(needs: () => Need[], use: () => T): Promise<T | undefined> =>
        reader.read(
          () => (isWanted() ? needs() : []),
          () => (isWanted() ? use() : undefined),
        )
      await approach(reader, ways(shown), isWanted)
      const currencies = await read(
        () => windowNeeds(range),
        () => move(range),
      )
      if (currencies === undefined) return NOTHING
      const steps = figuresIn(currencies, shown)
      await steps.approach(shown, isWanted)
      await patiently(
        bringLists(() =>
          approach(
            reader,
            lists.flatMap((list) => list.ways(range)),
            isWanted,
          ),
        ),
        patienceMs,
      )
      const needsOfLists = () => listsThere(range).flatMap((list) => list.needs(range))
      await read(needsOfLists, () => {
        for (const list of listsThere(range)) list.rank(range)
      })
      await patiently(
        bringRows(async () => {
          for (const list of lists) {
            await approachTogether(reader, () => list.rowWays(range), isWanted)
          }
        }),
        patienceMs,
      )
      const value = await read(
        () => [
          ...windowNeeds(range),
          ...listsThere(range).flatMap((list) => [...list.needs(range), ...list.cellNeeds(range)]),
          ...steps.needs(shown),
        ],
        () => compute(shown, now, steps),
      )
      const isWhole =
        listsThere(range).length === lists.length &&
        lists.every((list) => list.rowWays(range).every(isNear))
      return value === undefined ? NOTHING : { value, isWhole }
    },
    close() {
      for (const one of [...lists, current, before]) one.close()
      figures?.close()
    },
  }
}

interface Computed {
  value: ViewPart
  /** With all lists. */
  isWhole: boolean
}

/** For nobody. */
const NOTHING: Computed = { value: { cells: {}, series: {} }, isWhole: false }
