import { OTHER_KEY } from '../../lib/kpis.ts'
import type { Cell } from './cell.ts'
import {
  addEntry,
  coarser,
  type Distinct,
  distinctEntry,
  estimateDistinct,
  KEY_PRECISION,
  mergeDistinct,
  TOTAL_PRECISION,
} from './distinct.ts'
import { type Hash64, hashText } from './hash.ts'
import { addLate, type Lates, mergeLates } from './late.ts'
import { lightKeys } from './light-keys.ts'
import { EVENTS, type Measured, type MeasureSet, type Selection } from './measures.ts'
import { addMoney, type MoneySum, mergeMoney, subtractMoney } from './money-sum.ts'
import { addBucket, type Buckets, mergeBuckets } from './quantile.ts'

/**
 * Measures by key, for one stretch of event time: a row a key, a column a measure. Columns, because a stream
 * touches thousands of keys a second and an object for each would be the garbage collector's work. The total
 * over all events is a pane with the one key ''.
 *
 * Memory of keys is bounded: a pane that holds twice `cap` keys folds the lightest into `OTHER_KEY` until
 * `cap` are left. Every measure of "other" is exact, so the rows of a pane always merge to its total.
 * What it costs: a key that was folded lacks that part, so of a dimension with more than `cap` keys in a
 * pane only the heavy keys are whole.
 *
 * How light a key is says a counter of its own (Misra and Gries 1982; merged as in Agarwal et al.,
 * "Mergeable summaries", 2012): its events, less the heaviest counter of each fold that it outlived. Were
 * it the events alone, a key that comes late could never push out those that were heavy before. So any
 * key lacks at most 1/cap of the pane's events, and one that has more than that is there.
 */
export interface Pane {
  readonly measures: MeasureSet
  /** Of all its sketches of different things: that of the least precise pane merged into it. */
  precision: number
  cap: number
  /** The row of each key; null: nobody has asked yet, see `rowIn`. */
  rows: Map<string, number> | null
  /** By row. */
  keys: string[]
  /** By row: how far its counter is below its number of events. Not kept at rest. */
  outlived: number[]
  /** Numbers a row in `counts`: its columns. */
  readonly width: number
  /** `width` numbers a row, with room for more rows behind them. */
  counts: Float64Array
  /** By column, then by row, up to the last that has something; so are the next two. */
  money: (MoneySum | null)[][]
  distinct: (Distinct | null)[][]
  quantiles: (Buckets | null)[][]
  /** By row, up to the last that has any. Sliding sums do not take it away again. */
  late: (Lates | null)[]
  /** Which keys were folded into "other", as a sketch, to say how many there are. */
  folded: Distinct | null
}

/** Keys that are never folded: those that alert rules watch. */
export type Pinned = ReadonlySet<string>
export const NONE_PINNED: Pinned = new Set()

export const TOTAL_KEY = ''

/** Rows that there is room for at first. */
const FIRST_ROWS = 4

export const totalPane = (measures: MeasureSet): Pane => emptyPane(measures, TOTAL_PRECISION, 1, 1)

export const keyedPane = (measures: MeasureSet, cap: number): Pane =>
  emptyPane(measures, KEY_PRECISION, cap, FIRST_ROWS)

function emptyPane(measures: MeasureSet, precision: number, cap: number, room: number): Pane {
  const { counts, money, distinct, quantiles } = measures.columns
  return {
    measures,
    precision,
    cap,
    rows: null,
    keys: [],
    outlived: [],
    width: counts.length,
    counts: new Float64Array(room * counts.length),
    money: money.map(() => []),
    distinct: distinct.map(() => []),
    quantiles: quantiles.map(() => []),
    late: [],
    folded: null,
  }
}

/** What a key holds; undefined: no event. Valid until the pane changes. */
export function cellOf(pane: Pane, key: string): Cell | undefined {
  const row = rowIn(pane, key)
  return row === undefined ? undefined : cellAt(pane, row)
}

/** Valid until the pane changes. */
export function cellAt(pane: Pane, row: number): Cell {
  const { width } = pane
  return {
    counts: pane.counts.subarray(row * width, (row + 1) * width),
    money: pane.money.map((column) => column[row] ?? null),
    distinct: pane.distinct.map((column) => column[row] ?? null),
    precision: pane.precision,
    quantiles: pane.quantiles.map((column) => column[row] ?? null),
    late: pane.late[row] ?? null,
  }
}

/** A count of a row. */
export const countAt = (pane: Pane, row: number, column: number): number =>
  pane.counts[row * pane.width + column] as number

export function addCount(pane: Pane, row: number, column: number, count: number): void {
  const at = row * pane.width + column
  pane.counts[at] = (pane.counts[at] as number) + count
}

/** The row of a key; undefined: it has none. */
export const rowIn = (pane: Pane, key: string): number | undefined =>
  (pane.rows ?? findRows(pane)).get(key)

/** Of most panes only all rows are ever read: these never need it. */
function findRows(pane: Pane): Map<string, number> {
  const rows = new Map<string, number>()
  for (let row = 0; row < pane.keys.length; row++) rows.set(pane.keys[row] as string, row)
  pane.rows = rows
  return rows
}

/** The row of a key, which it gets if it has none. */
export function rowOf(pane: Pane, key: string): number {
  return rowIn(pane, key) ?? newRow(pane, key)
}

/** Gives an empty pane its rows, with nothing in them. Takes the keys, which differ, over. */
export function setRows(pane: Pane, keys: string[]): void {
  pane.keys = keys
  pane.outlived = new Array<number>(keys.length).fill(0)
  pane.rows = null
  const size = keys.length * pane.width
  if (size > pane.counts.length) pane.counts = new Float64Array(size)
}

/** Gives a row to a key that has none. */
export function newRow(pane: Pane, key: string): number {
  const row = pane.keys.length
  pane.rows?.set(key, row)
  pane.keys.push(key)
  pane.outlived.push(0)
  if ((row + 1) * pane.width > pane.counts.length) pane.counts = larger(pane.counts)
  return row
}

/** What a row has in a column, whose rows before it may have nothing yet. */
export function setAt<T>(column: (T | null)[], row: number, value: T | null): void {
  while (column.length < row) column.push(null)
  column[row] = value
}

function larger(counts: Float64Array): Float64Array {
  const more = new Float64Array(2 * counts.length)
  more.set(counts)
  return more
}

/** To a pane that no less precise one was merged into. */
export function addToPane(pane: Pane, key: string, event: Measured): void {
  const { size, columns } = event
  const row = rowOf(pane, key)
  const { counts, precision } = pane
  const first = row * pane.width
  for (let at = 0; at < size.counts; at++) {
    const place = first + (columns.counts[at] as number)
    counts[place] = (counts[place] as number) + 1
  }
  for (let at = 0; at < size.money; at++) {
    const sums = pane.money[columns.money[at] as number] as (MoneySum | null)[]
    setAt(sums, row, addMoney(sums[row] ?? null, event.currency, event.micros[at] as number, 0))
  }
  const entries = precision === TOTAL_PRECISION ? event.totalEntries : event.keyEntries
  for (let at = 0; at < size.distinct; at++) {
    const sketches = pane.distinct[columns.distinct[at] as number] as (Distinct | null)[]
    setAt(sketches, row, addEntry(sketches[row] ?? null, entries[at] as number, precision))
  }
  for (let at = 0; at < size.quantiles; at++) {
    const buckets = pane.quantiles[columns.quantiles[at] as number] as (Buckets | null)[]
    setAt(buckets, row, addBucket(buckets[row] ?? null, event.buckets[at] as number))
  }
  if (event.late.length === 0) return
  const lates = latesAt(pane, row)
  for (const column of event.late) addLate(lates, column, 1, event.lateAt)
}

/** What a row has of late events, which it gets if it has none. */
export function latesAt(pane: Pane, row: number): Lates {
  const known = pane.late[row]
  if (known) return known
  const lates: Lates = []
  setAt(pane.late, row, lates)
  return lates
}

/** These keys and no other; or the key that a key is counted under, undefined: it is left out. */
export type KeyChoice = ReadonlySet<string> | ((key: string) => string | undefined)

/** Adds `source` row by row; it stays as it is and nothing of it is shared. Every key, if none are chosen. */
export function mergePane(
  target: Pane,
  source: Pane,
  selection: Selection = target.measures.everything,
  choice?: KeyChoice,
): void {
  coarsenPane(target, source.precision)
  if (choice === undefined || typeof choice === 'function') {
    for (let from = 0; from < source.keys.length; from++) {
      const key = source.keys[from] as string
      const to = choice === undefined ? key : choice(key)
      if (to !== undefined) mergeRow(target, rowOf(target, to), source, from, selection)
    }
  } else {
    for (const key of choice) {
      const from = rowIn(source, key)
      if (from !== undefined) mergeRow(target, rowOf(target, key), source, from, selection)
    }
  }
  target.folded = mergeDistinct(target.folded, source.folded, KEY_PRECISION)
}

/** Makes a pane's sketches no more precise than this. */
export function coarsenPane(pane: Pane, precision: number): void {
  const { precision: from } = pane
  if (from <= precision) return
  const coarsen = (sketch: Distinct | null) => sketch && coarser(sketch, from, precision)
  pane.distinct = pane.distinct.map((column) => column.map(coarsen))
  pane.precision = precision
}

/**
 * Adds the selected measures of a row of `source` to a row of `target`; both have the same columns, and `target` is no
 * more precise than `source`.
 */
export function mergeRow(
  target: Pane,
  row: number,
  source: Pane,
  from: number,
  selection: Selection = target.measures.everything,
): void {
  const { counts, precision } = target
  const { width, outlived } = target
  const [to, at] = [row * width, from * width]
  outlived[row] = (outlived[row] as number) + (source.outlived[from] as number)
  for (let column = 0; column < width; column++) {
    counts[to + column] = (counts[to + column] as number) + (source.counts[at + column] as number)
  }
  for (let column = 0; column < target.money.length; column++) {
    const added = source.money[column]?.[from] ?? null
    if (added === null || selection.money[column] !== true) continue
    const sums = target.money[column] as (MoneySum | null)[]
    setAt(sums, row, mergeMoney(sums[row] ?? null, added))
  }
  for (let column = 0; column < target.distinct.length; column++) {
    const added = source.distinct[column]?.[from] ?? null
    if (added === null || selection.distinct[column] !== true) continue
    const sketches = target.distinct[column] as (Distinct | null)[]
    const like =
      source.precision === precision ? added : coarser(added, source.precision, precision)
    setAt(sketches, row, mergeDistinct(sketches[row] ?? null, like, precision))
  }
  for (let column = 0; column < target.quantiles.length; column++) {
    const added = source.quantiles[column]?.[from] ?? null
    if (added === null || selection.quantiles[column] !== true) continue
    const buckets = target.quantiles[column] as (Buckets | null)[]
    setAt(buckets, row, mergeBuckets(buckets[row] ?? null, added))
  }
  const lates = from < source.late.length ? source.late[from] : null
  if (lates) mergeLates(latesAt(target, row), lates)
}

/** Takes the counts and the money of a row of `source` away from a row that holds them. Sketches stay. */
export function subtractRow(target: Pane, row: number, source: Pane, from: number): void {
  const { counts, width, outlived } = target
  const [to, at] = [row * width, from * width]
  outlived[row] = Math.max(0, (outlived[row] as number) - (source.outlived[from] as number))
  for (let column = 0; column < width; column++) {
    counts[to + column] = (counts[to + column] as number) - (source.counts[at + column] as number)
  }
  for (let column = 0; column < target.money.length; column++) {
    const gone = source.money[column]?.[from] ?? null
    const sums = target.money[column] as (MoneySum | null)[]
    if (gone !== null) setAt(sums, row, subtractMoney(sums[row] ?? null, gone))
  }
}

/** Told of each key before its row goes into "other"; `entry` is what is remembered of it. */
export type OnFold = (key: string, row: number, entry: number) => void

/** To be called after adding: folds keys if there are twice as many as may stay apart. */
export function boundPane(pane: Pane, pinned: Pinned): void {
  if (isCrowded(pane)) trimPane(pane, pinned)
}

/** It holds more keys than it may. */
export const isCrowded = ({ keys, cap }: Pick<Pane, 'keys' | 'cap'>): boolean =>
  keys.length > 2 * cap

/**
 * Leaves at most `cap` keys beside "other" and the pinned ones; of equals those that came first stay. Answers which rows
 * stayed, in their order, where some had to go. `gone`: the heaviest counter of keys that are in "other" already but
 * would be folded now.
 */
export function trimPane(
  pane: Pane,
  pinned: Pinned,
  onFold?: OnFold,
  gone = 0,
): Int32Array | undefined {
  const foldable: number[] = []
  let known: number | undefined
  for (let row = 0; row < pane.keys.length; row++) {
    const key = pane.keys[row] as string
    if (key === OTHER_KEY) known = row
    else if (!isPinned(pinned, key)) foldable.push(row)
  }
  if (foldable.length <= pane.cap) {
    outlive(pane, foldable, gone)
    return undefined
  }
  const weights = new Float64Array(foldable.length)
  for (let at = 0; at < weights.length; at++) weights[at] = weightOf(pane, foldable[at] as number)
  const light = lightKeys(weights, pane.cap)
  outlive(pane, foldable, Math.max(gone, light.heaviest))
  const other = known ?? newRow(pane, OTHER_KEY)
  const rows = light.places.map((place) => foldable[place] as number)
  foldRows(pane, rows, other, onFold)
  return dropRows(pane, rows)
}

/** What `Set.has` would hash for nothing. */
export const isPinned = (pinned: Pinned, key: string): boolean => pinned.size > 0 && pinned.has(key)

function outlive({ outlived }: Pane, rows: readonly number[], heaviest: number): void {
  if (heaviest === 0) return
  for (const row of rows) outlived[row] = (outlived[row] as number) + heaviest
}

/** Adds rows to that of "other"; they are there still. */
export function foldRows(
  pane: Pane,
  rows: readonly number[],
  other: number,
  onFold?: OnFold,
): void {
  for (const row of rows) {
    const key = pane.keys[row] as string
    const entry = noteFolded(pane, key)
    onFold?.(key, row, entry)
    mergeRow(pane, other, pane, row)
  }
}

/** A key's counter, see `Pane`. */
export const weightOf = (pane: Pane, row: number): number =>
  countAt(pane, row, EVENTS) - (pane.outlived[row] as number)

/** The others, which it answers, move together in their order. `rows` ascend. */
export function dropRows(pane: Pane, rows: readonly number[]): Int32Array {
  const kept = new Int32Array(pane.keys.length - rows.length)
  let [next, count] = [0, 0]
  for (let row = 0; row < pane.keys.length; row++) {
    if (rows[next] === row) next++
    else kept[count++] = row
  }
  const { width } = pane
  const counts = new Float64Array(Math.max(FIRST_ROWS, 2 * count) * width)
  const keys: string[] = []
  const outlived: number[] = []
  for (let to = 0; to < count; to++) {
    const row = kept[to] as number
    for (let column = 0; column < width; column++) {
      counts[to * width + column] = pane.counts[row * width + column] as number
    }
    keys.push(pane.keys[row] as string)
    outlived.push(pane.outlived[row] as number)
  }
  const move = <T>(column: (T | null)[]) => {
    const moved: (T | null)[] = []
    for (let to = 0; to < count && (kept[to] as number) < column.length; to++) {
      moved.push(column[kept[to] as number] ?? null)
    }
    return moved
  }
  pane.keys = keys
  pane.outlived = outlived
  pane.rows = null
  pane.counts = counts
  pane.money = pane.money.map(move)
  pane.distinct = pane.distinct.map(move)
  pane.quantiles = pane.quantiles.map(move)
  pane.late = move(pane.late)
  return kept
}

/** How many keys were added, "other" apart: exact while nothing was folded, else estimated within a few percent. */
export function keyCount(pane: Pane): number {
  const apart = pane.keys.length - (pane.keys.includes(OTHER_KEY) ? 1 : 0)
  if (pane.folded === null) return apart
  let all: Distinct | null = mergeDistinct(null, pane.folded, KEY_PRECISION)
  for (const key of pane.keys) {
    if (key !== OTHER_KEY) all = addEntry(all, keyEntry(key), KEY_PRECISION)
  }
  return Math.max(apart, Math.round(estimateDistinct(all, KEY_PRECISION)))
}

/** Remembers, and answers as what, that a key is in "other". */
export function noteFolded(pane: Pane, key: string): number {
  const entry = keyEntry(key)
  pane.folded = addEntry(pane.folded, entry, KEY_PRECISION)
  return entry
}

const hash: Hash64 = { hi: 0, lo: 0 }

/** How a folded key is remembered. */
function keyEntry(key: string): number {
  hashText(key, hash)
  return distinctEntry(hash, KEY_PRECISION)
}
