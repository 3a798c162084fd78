import { OTHER_KEY } from '../../lib/kpis.ts'
import { addMeasured, type Cell, mergeCell, newCell } from './cell.ts'
import {
  addEntry,
  type Distinct,
  distinctEntry,
  estimateDistinct,
  KEY_PRECISION,
  mergeDistinct,
  TOTAL_PRECISION,
} from './distinct.ts'
import { type Hash64, hashText } from './hash.ts'
import { EVENTS, type Measured, type Selection } from './measures.ts'

/**
 * Cells by key, for one stretch of event time. The total over all events is a pane with the one key ''.
 *
 * Memory of keys is bounded: a pane that holds twice `cap` keys folds the lightest (by number of events)
 * into `OTHER_KEY` until `cap` are left. Every measure of "other" is exact, so the cells of a pane always
 * merge to its total. What it costs: a key that was folded in one pane lacks that part in a query over
 * several, so of a dimension with more than `cap` keys in a pane only the heavy keys are whole.
 */
export interface Pane {
  precision: number
  cap: number
  cells: Map<string, Cell>
  /** Which keys were folded into "other", as a sketch, to say how many there are. */
  folded: Distinct | null
}

/** Keys that are never folded: those that alert rules watch. */
export type Pinned = ReadonlySet<string>
export const NONE_PINNED: Pinned = new Set()

export const TOTAL_KEY = ''

export const totalPane = (): Pane => ({
  precision: TOTAL_PRECISION,
  cap: 1,
  cells: new Map(),
  folded: null,
})

export const keyedPane = (cap: number): Pane => ({
  precision: KEY_PRECISION,
  cap,
  cells: new Map(),
  folded: null,
})

export function addToPane(pane: Pane, key: string, event: Measured): void {
  addMeasured(cellOf(pane, key), event, pane.precision)
}

export function cellOf(pane: Pane, key: string): Cell {
  let cell = pane.cells.get(key)
  if (cell === undefined) {
    cell = newCell()
    pane.cells.set(key, cell)
  }
  return cell
}

/** Adds `source` cell by cell; it stays as it is. `only`: leaves out all other keys. */
export function mergePane(
  target: Pane,
  source: Pane,
  selection?: Selection,
  only?: ReadonlySet<string>,
): void {
  if (only === undefined) {
    for (const [key, cell] of source.cells) {
      mergeCell(cellOf(target, key), cell, target.precision, selection)
    }
  } else {
    for (const key of only) {
      const cell = source.cells.get(key)
      if (cell !== undefined) mergeCell(cellOf(target, key), cell, target.precision, selection)
    }
  }
  target.folded = mergeDistinct(target.folded, source.folded, KEY_PRECISION)
}

/** To be called after adding: folds keys if there are twice as many as may stay apart. */
export function boundPane(pane: Pane, pinned: Pinned): void {
  if (pane.cells.size > 2 * pane.cap) trimPane(pane, pinned)
}

/** Leaves at most `cap` keys beside "other" and the pinned ones; of equals the first by name stay. */
export function trimPane(pane: Pane, pinned: Pinned): void {
  const foldable = [...pane.cells].filter(([key]) => key !== OTHER_KEY && !pinned.has(key))
  if (foldable.length <= pane.cap) return
  foldable.sort((a, b) => weight(b[1]) - weight(a[1]) || (a[0] < b[0] ? -1 : 1))
  const other = cellOf(pane, OTHER_KEY)
  for (const [key, cell] of foldable.slice(pane.cap)) {
    mergeCell(other, cell, pane.precision)
    pane.cells.delete(key)
    pane.folded = addEntry(pane.folded, keyEntry(key), KEY_PRECISION)
  }
}

/** How many keys were added, "other" apart: exact while nothing was folded, else estimated within a few percent. */
export function keyCount(pane: Pane): number {
  const apart = pane.cells.size - (pane.cells.has(OTHER_KEY) ? 1 : 0)
  if (pane.folded === null) return apart
  let all: Distinct | null = mergeDistinct(null, pane.folded, KEY_PRECISION)
  for (const key of pane.cells.keys()) {
    if (key !== OTHER_KEY) all = addEntry(all, keyEntry(key), KEY_PRECISION)
  }
  return Math.max(apart, Math.round(estimateDistinct(all, KEY_PRECISION)))
}

const weight = (cell: Cell): number => cell.counts[EVENTS] as number

const hash: Hash64 = { hi: 0, lo: 0 }

function keyEntry(key: string): number {
  hashText(key, hash)
  return distinctEntry(hash, KEY_PRECISION)
}
