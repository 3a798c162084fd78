import { setImmediate as nextRound } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { type Catalog, kpiOf } from '../../../lib/kpi-catalog.ts'
import type { KpiValue } from '../../../lib/kpi-value.ts'
import type { Kpi, KpiId } from '../../../lib/kpis.ts'
import type { Damage } from '../../damage/damage.ts'
import type { Schema } from '../../store/schema.ts'
import type { Cell } from '../../window/cell.ts'
import { decompose } from '../../window/decompose.ts'
import type { PlacedRef } from '../../window/held.ts'
import { type CurrencyChoice, kpiOfCell } from '../../window/kpi-of-cell.ts'
import { levelAt, MAX_QUERY_KEYS } from '../../window/levels.ts'
import { stretchesOf } from '../../window/lost-panes.ts'
import type { MeasureSet, Selection } from '../../window/measures.ts'
import { cellOf, type KeyChoice, keyedPane, type Pane, totalPane } from '../../window/pane.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { Pins } from '../../window/pins.ts'
import type { Pyramid } from '../../window/pyramid.ts'
import type { Retention } from '../../window/retention.ts'
import type { SlidingWindow } from '../../window/sliding-window.ts'
import type { Subject } from '../../window/subject.ts'
import type { Touches } from '../../window/touches.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { Currencies } from './currencies.ts'
import { readRows } from './pane-rows.ts'
import { createSharedWindows, type SharedWindows } from './shared-windows.ts'

/** Panes that are brought in during one turn; each may hold thousands of keys, and commits wait meanwhile. */
const PANES_A_TURN = 24
/** Those of the total have one row. */
const TOTAL_COST = 1 / 16

/** Event time in one dimension that is about to be read. */
export interface Need extends TimeRange {
  dimension: PaneDimension
}

/** What a sliding window has to read to get to a range. */
export const needsOf = (
  window: SlidingWindow,
  dimension: PaneDimension,
  range: TimeRange,
): Need[] =>
  window
    .needs(range)
    .map(({ level, start }) => ({ dimension, from: start, to: start + levelAt(level).ms }))

/** Answers over any range of whole seconds, as of one moment. */
export interface PaneReader {
  /**
   * Brings what is needed into memory, then calls `use` at once, so that all it reads is of one moment. Where what is
   * needed depends on what comes meanwhile, it is asked for anew after each loading.
   */
  read<T>(needs: readonly Need[] | (() => readonly Need[]), use: () => T): Promise<T>
  /** Inside `read`: one subject's cell; undefined: no event. */
  cell(range: TimeRange, subject: Subject, selection: Selection): Cell | undefined
  /** Inside `read`: all keys of a dimension, or these. */
  keys(range: TimeRange, dimension: PaneDimension, selection: Selection, choice?: KeyChoice): Pane
  /** Inside `read`: adds to `target` what `keys` would answer. */
  add(
    target: Pane,
    range: TimeRange,
    dimension: PaneDimension,
    selection: Selection,
    choice?: KeyChoice,
  ): void
  /** What a cell says of a KPI. */
  value(kpi: KpiId, cell: Cell | undefined, choice?: CurrencyChoice): KpiValue
  /** The columns that these KPIs are computed from. */
  select(kpis: readonly KpiId[]): Selection
  readonly catalog: Catalog
  readonly measures: MeasureSet
  readonly currencies: Currencies
  readonly retention: Retention
  /** Event time before this is not known about, in a dimension or, without one, in total; Infinity: nothing is known. */
  oldest(dimension?: PaneDimension): number
  /**
   * Event time before this was not measured in a dimension, or of a KPI in it, though the stream may have had events;
   * −∞: all was.
   */
  measuredFrom(dimension: PaneDimension, kpi?: KpiId): number
  /** Inside `read`: of the panes that a range is made of, where those lie that lack something for good. */
  lost(range: TimeRange, dimension: PaneDimension): TimeRange[]
  readonly touches: Touches
  /** Windows that are kept up to date: for whoever asks again and again. */
  readonly windows: SharedWindows
  /** Lets others have their turns, and resolves when it is one's own again. Nothing read before it need still hold. */
  turn(): Promise<void>
  /** The same, for one who has these turns. */
  inTurns(turn: () => Promise<void>): PaneReader
}

export interface PaneReaderPorts {
  db: Kysely<Schema>
  streamId: number
  pyramid: Pyramid
  pins: Pins
  damage: Damage
  catalog: Catalog
  currencies: Currencies
  /** Infinity: no event came yet. */
  knownSince: () => number
  measuredFrom: (dimension: PaneDimension) => number
  kpiMeasuredFrom: (kpi: Kpi) => number
}

export function createPaneReader(ports: PaneReaderPorts): PaneReader {
  const { db, streamId, pyramid, pins, damage, catalog, currencies } = ports
  const { knownSince, measuredFrom, kpiMeasuredFrom } = ports
  const { measures } = pyramid

  function missing(needs: readonly Need[]): PlacedRef[] {
    const found = new Map<string, PlacedRef>()
    for (const { from, to, dimension } of needs) {
      for (const { level, start } of pyramid.missing(decompose(from, to), dimension)) {
        found.set(`${level} ${dimension} ${start}`, { level, dimension, start })
      }
    }
    return [...found.values()]
  }

  async function bringIn(places: readonly PlacedRef[]): Promise<void> {
    const generation = pyramid.generation()
    const rows = await readRows(db, { streamId, pyramid, damage }, places)
    // A commit came between: what was read may be old. The caller asks again.
    if (generation !== pyramid.generation()) return
    const stored = new Map(
      rows.map((row) => [`${row.level} ${row.dimension} ${row.start}`, row.frozen]),
    )
    for (const place of places) {
      pyramid.load(place, stored.get(`${place.level} ${place.dimension} ${place.start}`))
    }
  }

  const readIn = (turn: PaneReader['turn']): PaneReader['read'] =>
    async function read(needs, use) {
      const release = pyramid.hold()
      try {
        const missingNow = () => missing(typeof needs === 'function' ? needs() : needs)
        for (let places = missingNow(); places.length > 0; places = missingNow()) {
          const some = firstOf(places)
          await bringIn(some)
          if (some.length < places.length) await turn()
        }
        return use()
      } finally {
        release()
      }
    }

  const reader: PaneReader = {
    read: readIn(nextRound),
    turn: nextRound,
    inTurns: (turn) => ({ ...reader, read: readIn(turn), turn }),
    cell({ from, to }, { dimension, key }, selection) {
      const pane = dimension === '' ? totalPane(measures) : keyedPane(measures, 1)
      pyramid.read(decompose(from, to), dimension, pane, selection, new Set([key]))
      return cellOf(pane, key)
    },
    keys({ from, to }, dimension, selection, choice) {
      const pane = keyedPane(measures, MAX_QUERY_KEYS)
      pyramid.read(decompose(from, to), dimension, pane, selection, choice)
      return pane
    },
    add: (target, { from, to }, dimension, selection, choice) =>
      pyramid.read(decompose(from, to), dimension, target, selection, choice),
    value: (kpi, cell, choice) => kpiOfCell(kpiOf(catalog, kpi), cell, { measures }, choice),
    select: (kpis) => measures.select(kpis.map((kpi) => kpiOf(catalog, kpi))),
    catalog,
    measures,
    currencies,
    retention: pyramid.retention,
    oldest: (dimension = '') => Math.max(knownSince(), measuredFrom(dimension)),
    measuredFrom: (dimension, kpi) =>
      kpi === undefined
        ? measuredFrom(dimension)
        : Math.max(measuredFrom(dimension), kpiMeasuredFrom(kpiOf(catalog, kpi))),
    lost: ({ from, to }, dimension) =>
      pyramid.lost.of(dimension).length === 0
        ? []
        : stretchesOf(decompose(from, to).filter((pane) => pyramid.lost.has(pane, dimension))),
    touches: pyramid.touches,
    windows: createSharedWindows(pyramid, pins),
  }
  return reader
}

/** As many as are brought in during one turn. */
function firstOf(places: readonly PlacedRef[]): readonly PlacedRef[] {
  let cost = 0
  const end = places.findIndex(({ dimension }) => {
    cost += dimension === '' ? TOTAL_COST : 1
    return cost > PANES_A_TURN
  })
  return end === -1 ? places : places.slice(0, end)
}
