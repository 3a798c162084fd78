import { OTHER_KEY } from '../../lib/kpis.ts'
import type { Cell } from './cell.ts'
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
import { COUNTS, EVENTS, EVERYTHING, type Measured, type Selection } from './measures.ts'
import { addMoney, type MoneySum, mergeMoney } from './money-sum.ts'
import { addBucket, type Buckets, mergeBuckets } from './quantile.ts'

/**
 * Measures by key, for one stretch of event time: a row a key, a column a measure. Columns, because a stream
 * touches thousands of keys a second and an object for each would be the garbage collector's work. The total
 * over all events is a pane with the one key ''.
 *
 * Memory of keys is bounded: a pane that holds twice `cap` keys folds the lightest (by number of events)
 * into `OTHER_KEY` until `cap` are left. Every measure of "other" is exact, so the rows of a pane always
 * merge to its total. What it costs: a key that was folded in one pane lacks that part in a query over
 * several, so of a dimension with more than `cap` keys in a pane only the heavy keys are whole.
 */
export interface Pane {
  precision: number
  cap: number
  /** The row of each key. */
  rows: Map<string, number>
  /** By row. */
  keys: string[]
  /** `COUNTS.length` numbers a row, with room for more rows behind them. */
  counts: Float64Array
  cost: (MoneySum | null)[]
  revenue: (MoneySum | null)[]
  visitors: (Distinct | null)[]
  latency: (Buckets | null)[]
  /** Which keys were folded into "other", as a sketch, to say how many there are. */
  folded: Distinct | null
}

/** Keys that are never folded: those that alert rules watch. */
export type Pinned = ReadonlySet<string>
export const NONE_PINNED: Pinned = new Set()

export const TOTAL_KEY = ''

/** Numbers a row. */
const WIDTH = COUNTS.length
/** Rows that there is room for at first. */
const FIRST_ROWS = 4

export const totalPane = (): Pane => emptyPane(TOTAL_PRECISION, 1, 1)

export const keyedPane = (cap: number): Pane => emptyPane(KEY_PRECISION, cap, FIRST_ROWS)

const emptyPane = (precision: number, cap: number, room: number): Pane => ({
  precision,
  cap,
  rows: new Map(),
  keys: [],
  counts: new Float64Array(room * WIDTH),
  cost: [],
  revenue: [],
  visitors: [],
  latency: [],
  folded: null,
})

/** What a key holds; undefined: no event. Valid until the pane changes. */
export function cellOf(pane: Pane, key: string): Cell | undefined {
  const row = pane.rows.get(key)
  return row === undefined ? undefined : cellAt(pane, row)
}

/** Valid until the pane changes. */
export const cellAt = (pane: Pane, row: number): Cell => ({
  counts: pane.counts.subarray(row * WIDTH, (row + 1) * WIDTH),
  cost: pane.cost[row] as MoneySum | null,
  revenue: pane.revenue[row] as MoneySum | null,
  visitors: pane.visitors[row] as Distinct | null,
  latency: pane.latency[row] as Buckets | null,
})

/** A count of a row, by its place in `COUNTS`. */
export const countAt = (pane: Pane, row: number, slot: number): number =>
  pane.counts[row * WIDTH + slot] as number

export function addCount(pane: Pane, row: number, slot: number, count: number): void {
  const at = row * WIDTH + slot
  pane.counts[at] = (pane.counts[at] as number) + count
}

/** The row of a key, which it gets if it has none. */
export function rowOf(pane: Pane, key: string): number {
  const known = pane.rows.get(key)
  if (known !== undefined) return known
  const row = pane.keys.length
  pane.rows.set(key, row)
  pane.keys.push(key)
  pane.cost.push(null)
  pane.revenue.push(null)
  pane.visitors.push(null)
  pane.latency.push(null)
  if ((row + 1) * WIDTH > pane.counts.length) pane.counts = larger(pane.counts)
  return row
}

function larger(counts: Float64Array): Float64Array {
  const more = new Float64Array(2 * counts.length)
  more.set(counts)
  return more
}

export function addToPane(pane: Pane, key: string, event: Measured): void {
  const row = rowOf(pane, key)
  const { slots } = event
  for (let at = 0; at < slots.length; at++) addCount(pane, row, slots[at] as number, 1)
  if (event.costMicros !== undefined) {
    pane.cost[row] = addMoney(pane.cost[row] ?? null, event.currency, event.costMicros, 0)
  }
  if (event.revenueMicros !== undefined) {
    pane.revenue[row] = addMoney(pane.revenue[row] ?? null, event.currency, event.revenueMicros, 0)
  }
  if (event.totalEntry >= 0) {
    const entry = pane.precision === TOTAL_PRECISION ? event.totalEntry : event.keyEntry
    pane.visitors[row] = addEntry(pane.visitors[row] ?? null, entry, pane.precision)
  }
  if (event.bucket >= 0) pane.latency[row] = addBucket(pane.latency[row] ?? null, event.bucket)
}

/** Adds `source` row by row; it stays as it is and nothing of it is shared. `only`: leaves out all other keys. */
export function mergePane(
  target: Pane,
  source: Pane,
  selection: Selection = EVERYTHING,
  only?: ReadonlySet<string>,
): void {
  if (only === undefined) {
    for (let from = 0; from < source.keys.length; from++) {
      mergeRow(target, rowOf(target, source.keys[from] as string), source, from, selection)
    }
  } else {
    for (const key of only) {
      const from = source.rows.get(key)
      if (from !== undefined) mergeRow(target, rowOf(target, key), source, from, selection)
    }
  }
  target.folded = mergeDistinct(target.folded, source.folded, KEY_PRECISION)
}

/** Adds the selected measures of a row of `source` to a row of `target`. */
export function mergeRow(
  target: Pane,
  row: number,
  source: Pane,
  from: number,
  selection: Selection = EVERYTHING,
): void {
  const { counts } = target
  const [to, at] = [row * WIDTH, from * WIDTH]
  for (let slot = 0; slot < WIDTH; slot++) {
    counts[to + slot] = (counts[to + slot] as number) + (source.counts[at + slot] as number)
  }
  const cost = source.cost[from] ?? null
  if (cost !== null && selection.cost) target.cost[row] = mergeMoney(target.cost[row] ?? null, cost)
  const revenue = source.revenue[from] ?? null
  if (revenue !== null && selection.revenue) {
    target.revenue[row] = mergeMoney(target.revenue[row] ?? null, revenue)
  }
  const visitors = source.visitors[from] ?? null
  if (visitors !== null && selection.visitors) {
    target.visitors[row] = mergeDistinct(target.visitors[row] ?? null, visitors, target.precision)
  }
  const latency = source.latency[from] ?? null
  if (latency !== null && selection.latency) {
    target.latency[row] = mergeBuckets(target.latency[row] ?? null, latency)
  }
}

/** To be called after adding: folds keys if there are twice as many as may stay apart. */
export function boundPane(pane: Pane, pinned: Pinned): void {
  if (pane.keys.length > 2 * pane.cap) trimPane(pane, pinned)
}

/** Leaves at most `cap` keys beside "other" and the pinned ones; of equals the first by name stay. */
export function trimPane(pane: Pane, pinned: Pinned): void {
  const foldable: number[] = []
  for (const [row, key] of pane.keys.entries()) {
    if (key !== OTHER_KEY && !pinned.has(key)) foldable.push(row)
  }
  if (foldable.length <= pane.cap) return
  const key = (row: number) => pane.keys[row] as string
  const weight = (row: number) => countAt(pane, row, EVENTS)
  foldable.sort((a, b) => weight(b) - weight(a) || (key(a) < key(b) ? -1 : 1))
  const light = new Set(foldable.slice(pane.cap))
  const other = rowOf(pane, OTHER_KEY)
  for (const row of light) {
    mergeRow(pane, other, pane, row)
    pane.folded = addEntry(pane.folded, keyEntry(key(row)), KEY_PRECISION)
  }
  dropRows(pane, light)
}

/** The others move together, in their order. */
function dropRows(pane: Pane, rows: ReadonlySet<number>): void {
  const { keys, counts, cost, revenue, visitors, latency } = pane
  const left = emptyPane(pane.precision, pane.cap, keys.length - rows.size)
  for (const [row, key] of keys.entries()) {
    if (rows.has(row)) continue
    const to = rowOf(left, key)
    left.counts.set(counts.subarray(row * WIDTH, (row + 1) * WIDTH), to * WIDTH)
    left.cost[to] = cost[row] ?? null
    left.revenue[to] = revenue[row] ?? null
    left.visitors[to] = visitors[row] ?? null
    left.latency[to] = latency[row] ?? null
  }
  Object.assign(pane, left, { folded: pane.folded })
}

/** How many keys were added, "other" apart: exact while nothing was folded, else estimated within a few percent. */
export function keyCount(pane: Pane): number {
  const apart = pane.keys.length - (pane.rows.has(OTHER_KEY) ? 1 : 0)
  if (pane.folded === null) return apart
  let all: Distinct | null = mergeDistinct(null, pane.folded, KEY_PRECISION)
  for (const key of pane.keys) {
    if (key !== OTHER_KEY) all = addEntry(all, keyEntry(key), KEY_PRECISION)
  }
  return Math.max(apart, Math.round(estimateDistinct(all, KEY_PRECISION)))
}

const hash: Hash64 = { hi: 0, lo: 0 }

function keyEntry(key: string): number {
  hashText(key, hash)
  return distinctEntry(hash, KEY_PRECISION)
}
