import { OTHER_KEY } from '../../lib/kpis.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { Cell } from './cell.ts'
import type { PaneRef } from './decompose.ts'
import { coarser, KEY_PRECISION, TOTAL_PRECISION } from './distinct.ts'
import { EVENTS, type Selection } from './measures.ts'
import {
  cellAt,
  countAt,
  keyedPane,
  mergeRow,
  type Pane,
  rowIn,
  rowOf,
  subtractRow,
  totalPane,
} from './pane.ts'
import type { PaneDimension } from './pane-dimension.ts'
import type { Pyramid } from './pyramid.ts'
import { subtractBuckets } from './quantile.ts'
import { createSlidingDistinct, type SlidingDistinct } from './sliding-distinct.ts'
import { createSlidingWindow, type SlidingSum, type SlidingWindow } from './sliding-window.ts'

/** Every measure of one key, or of all events, over a sliding window: the merge of its panes. */
export interface SlidingCell extends SlidingWindow {
  /** After `moveTo`; undefined: no event. Valid until the next call of anything. */
  cell(): Cell | undefined
}

export interface SlidingCellOptions {
  pyramid: Pyramid
  subject: { dimension: PaneDimension; key: string }
  /** Everything if left out. */
  selection?: Selection
  /** A pane that was read for this key among others; undefined: it was not. */
  readAlready?: (place: PaneRef) => Pane | undefined
}

export function createSlidingCell(options: SlidingCellOptions): SlidingCell {
  const { pyramid, subject } = options
  const { measures } = pyramid
  const selected = options.selection ?? measures.everything
  const { dimension, key } = subject
  const only = new Set([key])
  const empty = (): Pane => (dimension === '' ? totalPane(measures) : keyedPane(measures, 1))
  const finest = dimension === '' ? TOTAL_PRECISION : KEY_PRECISION
  let sketches = newSketches()
  /** Sketches of different things slide by themselves, the rest is added and taken away. */
  const additive = { ...selected, counts: measures.everything.counts, distinct: [] }
  let pane = empty()
  let precision = finest

  function newSketches(): (SlidingDistinct | undefined)[] {
    return measures.columns.distinct.map((_, column) =>
      selected.distinct[column] === true ? createSlidingDistinct(finest) : undefined,
    )
  }

  /** Panes of an old store are less precise. */
  function coarsen(to: number): void {
    if (to >= precision) return
    sketches = sketches.map((sketch) => sketch?.coarser(to))
    precision = to
  }

  function add({ start }: PaneRef, source: Pane): void {
    const from = rowIn(source, key)
    if (from === undefined) return
    mergeRow(pane, rowOf(pane, key), source, from, additive)
    coarsen(source.precision)
    for (const [column, sketch] of sketches.entries()) {
      const added = source.distinct[column]?.[from] ?? null
      if (added === null) continue
      const like =
        source.precision === precision ? added : coarser(added, source.precision, precision)
      sketch?.add(like, start / SECOND_MS)
    }
  }

  function read(place: PaneRef, selection = selected): Pane {
    const source = empty()
    pyramid.read([place], dimension, source, selection, only)
    return source
  }

  const sum: SlidingSum = {
    clear() {
      pane = empty()
      sketches = newSketches()
      precision = finest
    },
    enter: (place) => add(place, options.readAlready?.(place) ?? read(place)),
    leave(place) {
      const source = read(place, additive)
      const from = rowIn(source, key)
      if (from === undefined) return
      const row = rowOf(pane, key)
      subtractRow(pane, row, source, from)
      for (const [column, buckets] of pane.quantiles.entries()) {
        const gone = source.quantiles[column]?.[from] ?? null
        if (gone !== null) buckets[row] = subtractBuckets(buckets[row] ?? null, gone)
      }
    },
    moved({ from }) {
      for (const sketch of sketches) sketch?.dropBefore(from / SECOND_MS)
    },
    added: add,
    // What a sketch holds of one pane cannot be taken out of the middle.
    folding: (_place, _pane, lost) => (gone) => {
      if (gone === key || key === OTHER_KEY) lost()
    },
  }

  return {
    ...createSlidingWindow(pyramid, dimension, sum),
    cell() {
      const row = rowIn(pane, key)
      if (row === undefined || countAt(pane, row, EVENTS) === 0) return undefined
      const distinct = sketches.map((sketch) => sketch?.sketch() ?? null)
      return { ...cellAt(pane, row), distinct, precision, late: null }
    },
  }
}
