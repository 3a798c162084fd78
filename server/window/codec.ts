import {
  type ByteReader,
  type ByteWriter,
  newReader,
  newWriter,
  readBytes,
  readSigned,
  readText,
  readVarint,
  writeBytes,
  writeSigned,
  writeText,
  writeVarint,
  written,
} from './bytes.ts'
import { KEY_PRECISION } from './distinct.ts'
import { mergeEncodedDistinct, writeDistinct } from './distinct-codec.ts'
import { hashDigits } from './hash.ts'
import { COUNTS, EVERYTHING, type Selection } from './measures.ts'
import { addMoney, type MoneySum } from './money-sum.ts'
import { addCount, countAt, keyedPane, type Pane, rowOf } from './pane.ts'
import { addBucket, type Buckets, sortedBuckets } from './quantile.ts'

/**
 * A pane at rest. `body` holds one section for each measure that any key has: its id, its length in
 * bytes, then for each key that has it the distance from the one before and the value. So a reader skips
 * what it does not ask for, and one that does not know an id (a measure since gone) skips it too.
 */
export interface FrozenPane {
  keys: readonly string[]
  body: Uint8Array
}

/** The one that stands for "nothing". */
export const EMPTY_PANE: FrozenPane = { keys: [], body: new Uint8Array(0) }

/** What a frozen pane takes in memory, about; the keys' strings are shared among panes. */
export const frozenBytes = (pane: FrozenPane): number =>
  pane.body.length + 8 * pane.keys.length + 256

/** Named, not numbered: stable when the catalog changes. */
const sectionId = (name: string): number => Number.parseInt(hashDigits(name).slice(0, 4), 16)

const COUNT_IDS = COUNTS.map((name) => sectionId(`count ${name}`))
const COST = sectionId('cost')
const REVENUE = sectionId('revenue')
const VISITORS = sectionId('visitors')
const LATENCY = sectionId('latency')
const FOLDED = sectionId('folded')

const ids = [...COUNT_IDS, COST, REVENUE, VISITORS, LATENCY, FOLDED]
if (new Set(ids).size !== ids.length) throw new Error('two measures share a section id')

const inner = newWriter(65_536)

export function freeze(pane: Pane): FrozenPane {
  const writer = newWriter()
  writeBody(writer, pane)
  return { keys: pane.keys.slice(), body: written(writer) }
}

/** keys, length of the body, body */
export function writePane(writer: ByteWriter, pane: FrozenPane): void {
  writeVarint(writer, pane.keys.length)
  for (const key of pane.keys) writeText(writer, key)
  writeVarint(writer, pane.body.length)
  writeBytes(writer, pane.body)
}

/** `intern` may answer an equal string that is already in memory. */
export function readPane(reader: ByteReader, intern: (key: string) => string): FrozenPane {
  const keys: string[] = []
  for (let left = readVarint(reader); left > 0; left--) keys.push(intern(readText(reader)))
  return { keys, body: new Uint8Array(readBytes(reader, readVarint(reader))) }
}

function writeBody(writer: ByteWriter, pane: Pane): void {
  for (let slot = 0; slot < COUNTS.length; slot++) countSection(writer, pane, slot)
  section(writer, COST, pane.cost, writeMoney)
  section(writer, REVENUE, pane.revenue, writeMoney)
  section(writer, VISITORS, pane.visitors, (to, sketch) =>
    writeDistinct(to, sketch, pane.precision),
  )
  section(writer, LATENCY, pane.latency, writeBuckets)
  section(writer, FOLDED, [pane.folded], (to, sketch) => writeDistinct(to, sketch, KEY_PRECISION))
}

/** As `section` does; by itself, because most sections are counts. */
function countSection(writer: ByteWriter, pane: Pane, slot: number): void {
  inner.length = 0
  let next = 0
  for (let row = 0; row < pane.keys.length; row++) {
    const count = countAt(pane, row, slot)
    if (count === 0) continue
    writeVarint(inner, row - next)
    writeVarint(inner, count)
    next = row + 1
  }
  if (next > 0) endSection(writer, COUNT_IDS[slot] as number)
}

function section<Value>(
  writer: ByteWriter,
  id: number,
  column: readonly (Value | null)[],
  write: (to: ByteWriter, value: Value) => void,
): void {
  inner.length = 0
  let next = 0
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as Value | null
    if (value === null) continue
    writeVarint(inner, row - next)
    write(inner, value)
    next = row + 1
  }
  if (next > 0) endSection(writer, id)
}

function endSection(writer: ByteWriter, id: number): void {
  writeVarint(writer, id)
  writeVarint(writer, inner.length)
  writeBytes(writer, inner.bytes.subarray(0, inner.length))
}

/**
 * Adds the selected measures of a frozen pane to `target`, key by key; `only`: of these keys.
 * O(bytes of the selected sections + keys).
 */
export function mergeFrozen(
  target: Pane,
  { keys, body }: FrozenPane,
  selection: Selection = EVERYTHING,
  only?: ReadonlySet<string>,
): void {
  const rows = rowsFor(target, keys, only)
  if (rows === undefined) return
  const unwanted = only === undefined ? target : nobody()
  const reader = newReader(body)
  while (reader.at < body.length) {
    const id = readVarint(reader)
    const end = readVarint(reader) + reader.at
    const add = id === FOLDED ? undefined : adder(id, selection)
    if (id === FOLDED) {
      readVarint(reader)
      target.folded = mergeEncodedDistinct(reader, target.folded, KEY_PRECISION)
    }
    if (add !== undefined) {
      let index = 0
      while (reader.at < end) {
        index += readVarint(reader)
        const row = rows[index] as number
        if (row >= 0) add(reader, target, row)
        else add(reader, unwanted, 0)
        index++
      }
    }
    reader.at = end
  }
}

type Adder = (reader: ByteReader, pane: Pane, row: number) => void

/** Takes what is read of keys that were not asked for. */
function nobody(): Pane {
  const pane = keyedPane(1)
  rowOf(pane, '')
  return pane
}

/** The row of `target` for each of `keys`; -1: not asked for. undefined: none is. */
function rowsFor(
  target: Pane,
  keys: readonly string[],
  only: ReadonlySet<string> | undefined,
): Int32Array | undefined {
  const rows = new Int32Array(keys.length).fill(-1)
  if (only === undefined) {
    for (let index = 0; index < keys.length; index++) rows[index] = rowOf(target, keys[index] ?? '')
    return rows
  }
  if (only.size === 1) {
    const [key] = only
    const index = keys.indexOf(key as string)
    if (index < 0) return undefined
    rows[index] = rowOf(target, key as string)
    return rows
  }
  let found = false
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string
    if (!only.has(key)) continue
    rows[index] = rowOf(target, key)
    found = true
  }
  return found ? rows : undefined
}

function adder(id: number, selection: Selection): Adder | undefined {
  switch (id) {
    case COST:
      return selection.cost ? addCost : undefined
    case REVENUE:
      return selection.revenue ? addRevenue : undefined
    case VISITORS:
      return selection.visitors ? addVisitors : undefined
    case LATENCY:
      return selection.latency ? addLatency : undefined
  }
  const slot = COUNT_IDS.indexOf(id)
  if (slot < 0 || selection.counts[slot] !== true) return undefined
  return (reader, pane, row) => addCount(pane, row, slot, readVarint(reader))
}

function addCost(reader: ByteReader, { cost }: Pane, row: number): void {
  cost[row] = addEncodedMoney(reader, cost[row] ?? null)
}

function addRevenue(reader: ByteReader, { revenue }: Pane, row: number): void {
  revenue[row] = addEncodedMoney(reader, revenue[row] ?? null)
}

function addVisitors(reader: ByteReader, { visitors, precision }: Pane, row: number): void {
  visitors[row] = mergeEncodedDistinct(reader, visitors[row] ?? null, precision)
}

function addLatency(reader: ByteReader, { latency }: Pane, row: number): void {
  latency[row] = addEncodedBuckets(reader, latency[row] ?? null)
}

/** Number of currencies; of each its name, the low part with a bit that says whether a high one follows. */
function writeMoney(writer: ByteWriter, sums: MoneySum): void {
  let currencies = 0
  for (let sum: MoneySum | null = sums; sum !== null; sum = sum.next) currencies++
  writeVarint(writer, currencies)
  for (let sum: MoneySum | null = sums; sum !== null; sum = sum.next) {
    writeText(writer, sum.currency)
    writeVarint(writer, sum.high === 0 ? 0 : 1)
    writeSigned(writer, sum.low)
    if (sum.high !== 0) writeSigned(writer, sum.high)
  }
}

function addEncodedMoney(reader: ByteReader, sums: MoneySum | null): MoneySum | null {
  let sum = sums
  for (let left = readVarint(reader); left > 0; left--) {
    const currency = readText(reader)
    const large = readVarint(reader) === 1
    const low = readSigned(reader)
    sum = addMoney(sum, currency, low, large ? readSigned(reader) : 0)
  }
  return sum
}

/** How many buckets, then each one's distance from the one before and its count. */
function writeBuckets(writer: ByteWriter, buckets: Buckets): void {
  const sorted = sortedBuckets(buckets)
  writeVarint(writer, sorted.length)
  let last = 0
  for (const [bucket, count] of sorted) {
    writeVarint(writer, bucket - last)
    writeVarint(writer, count)
    last = bucket
  }
}

function addEncodedBuckets(reader: ByteReader, buckets: Buckets | null): Buckets | null {
  let merged = buckets
  let bucket = 0
  for (let left = readVarint(reader); left > 0; left--) {
    bucket += readVarint(reader)
    merged = addBucket(merged, bucket, readVarint(reader))
  }
  return merged
}
