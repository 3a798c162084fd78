import { OTHER_KEY } from '../../lib/kpis.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { PaneRef } from './decompose.ts'
import { KEY_PRECISION } from './distinct.ts'
import { MAX_QUERY_KEYS } from './levels.ts'
import { EVENTS, type MeasureSet, type Selection } from './measures.ts'
import {
  countAt,
  dropRows,
  keyedPane,
  mergeRow,
  newRow,
  type Pane,
  rowIn,
  rowOf,
  subtractRow,
  trimPane,
} from './pane.ts'
import type { PaneDimension } from './pane-dimension.ts'
import type { Pins } from './pins.ts'
import type { Pyramid } from './pyramid.ts'
import { createSlidingDistinct } from './sliding-distinct.ts'
import { createSlidingWindow, type SlidingSum, type SlidingWindow } from './sliding-window.ts'

/** Enough for the top of a list, few enough to stay in the processor's cache. */
const MAX_WINDOW_KEYS = 5_000

/**
 * The counts and the money of every key of a dimension over a sliding window: the sum of its panes.
 *
 * Keys are bounded: with twice `maxKeys` the lightest go into "other" until so many are left. A key that comes back
 * after that counts for itself from the next slide on; what it has in the panes that are inside by then stays in
 * "other", and is taken from there when they leave. So all rows together are exact at any time.
 */
export interface SlidingKeys extends SlidingWindow {
  /** After `moveTo`: a row a key. Valid until the next call of anything. */
  pane(): Pane
}

export interface SlidingKeysOptions {
  pyramid: Pyramid
  pins: Pins
  dimension: PaneDimension
  maxKeys?: number
}

export function createSlidingKeys(options: SlidingKeysOptions): SlidingKeys {
  const { pyramid, pins, dimension, maxKeys = MAX_WINDOW_KEYS } = options
  const { measures } = pyramid
  const selection = countsAndMoney(measures)
  const folded = createSlidingDistinct(KEY_PRECISION)
  let pane = keyedPane(measures, maxKeys)
  /** By row, of keys that were in "other" before: the first pane whose part is in their own row. */
  let since: number[] = []
  let wasTrimmed = false
  let hasEmptyRows = false

  const isOwn = (row: number, { start }: PaneRef): boolean => start >= (since[row] ?? 0)

  /** The row that holds the key's part of a pane inside. */
  function rowHeldBy(key: string, place: PaneRef): number {
    const row = rowIn(pane, key)
    return row !== undefined && isOwn(row, place) ? row : rowOf(pane, OTHER_KEY)
  }

  /** The row that takes in the key's part of a pane inside. */
  function rowFor(key: string, place: PaneRef, windowEnd: number): number {
    const known = rowIn(pane, key)
    if (known !== undefined) return isOwn(known, place) ? known : rowOf(pane, OTHER_KEY)
    const row = newRow(pane, key)
    if (!wasTrimmed || key === OTHER_KEY) return row
    while (since.length < row) since.push(0)
    since[row] = windowEnd
    return rowOf(pane, OTHER_KEY)
  }

  const keep = (rows: Int32Array): void => {
    if (since.length > 0) since = Array.from(rows, (row) => since[row] ?? 0)
  }

  function add(place: PaneRef, source: Pane, windowEnd: number): void {
    for (let from = 0; from < source.keys.length; from++) {
      const row = rowFor(source.keys[from] as string, place, windowEnd)
      mergeRow(pane, row, source, from, selection)
    }
    folded.add(source.folded, place.start / SECOND_MS)
    if (pane.keys.length > 2 * maxKeys) trim(windowEnd)
  }

  function trim(windowEnd: number): void {
    wasTrimmed = true
    pane.folded = null
    const kept = trimPane(pane, pins.of(dimension))
    if (kept !== undefined) keep(kept)
    folded.add(pane.folded, windowEnd / SECOND_MS - 1)
    pane.folded = null
  }

  function read(place: PaneRef): Pane {
    const whole = keyedPane(measures, MAX_QUERY_KEYS)
    pyramid.read([place], dimension, whole, selection)
    return whole
  }

  /** Those that came back and were in no pane since they count for themselves may go. */
  function dropEmptyRows(windowEnd: number): void {
    const empty: number[] = []
    for (let row = 0; row < pane.keys.length; row++) {
      if (countAt(pane, row, EVENTS) !== 0) continue
      if ((since[row] ?? 0) < windowEnd) empty.push(row)
    }
    if (empty.length > 0) keep(dropRows(pane, empty))
    hasEmptyRows = false
  }

  const sum: SlidingSum = {
    clear() {
      pane = keyedPane(measures, maxKeys)
      since = []
      folded.clear()
      wasTrimmed = false
    },
    enter: (place, windowEnd) => add(place, read(place), windowEnd),
    leave(place) {
      const source = read(place)
      for (let from = 0; from < source.keys.length; from++) {
        subtractRow(pane, rowHeldBy(source.keys[from] as string, place), source, from)
      }
      hasEmptyRows = true
    },
    moved({ from, to }) {
      folded.dropBefore(from / SECOND_MS)
      dropEmptyRows(to)
    },
    added: add,
    folding: (place, source) => (key, from, entry) => {
      const row = rowHeldBy(key, place)
      const other = rowOf(pane, OTHER_KEY)
      if (row === other) return
      subtractRow(pane, row, source, from)
      mergeRow(pane, other, source, from, selection)
      folded.add(entry, place.start / SECOND_MS)
      hasEmptyRows = true
    },
  }
  const window = createSlidingWindow(pyramid, dimension, sum)
  let end = 0

  return {
    ...window,
    moveTo(range) {
      window.moveTo(range)
      end = range.to
    },
    pane() {
      if (hasEmptyRows) dropEmptyRows(end)
      pane.folded = folded.sketch()
      return pane
    },
  }
}

const countsAndMoney = ({ everything }: MeasureSet): Selection => ({
  ...everything,
  distinct: [],
  quantiles: [],
})
