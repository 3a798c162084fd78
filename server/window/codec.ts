import {
  type ByteReader,
  type ByteWriter,
  newReader,
  newWriter,
  readBytes,
  readCount,
  readSigned,
  readText,
  readVarint,
  writeBytes,
  writeSigned,
  writeText,
  writeVarint,
  written,
} from './bytes.ts'
import {
  coarser,
  type Distinct,
  FIRST_TOTAL_PRECISION,
  KEY_PRECISION,
  mergeDistinct,
  TOTAL_PRECISION,
} from './distinct.ts'
import { mergeEncodedDistinct, writeDistinct } from './distinct-codec.ts'
import { hashDigits } from './hash.ts'
import type { KeyPool } from './key-pool.ts'
import { addLate, lateIn } from './late.ts'
import { MEASURE_KINDS, type Measure, type MeasureSet, type Selection } from './measures.ts'
import { addMoney, type MoneySum } from './money-sum.ts'
import {
  addCount,
  coarsenPane,
  countAt,
  type KeyChoice,
  keyedPane,
  latesAt,
  type Pane,
  rowOf,
  setAt,
  TOTAL_KEY,
  totalPane,
} from './pane.ts'
import { addBucket, type Buckets, sortedBuckets } from './quantile.ts'

/**
 * A pane at rest. `body` holds one section for each measure that any key has: its id, its length in
 * bytes, then for each key that has it the distance from the one before and the value. So a reader skips
 * what it does not ask for, and one that does not know an id (a measure since gone) skips it too.
 */
export interface FrozenPane {
  keys: readonly string[]
  body: Uint8Array
  /** What the strings of its keys take that no other pane had before; 0 where that is not known yet. */
  keyBytes: number
}

/** The one that stands for "nothing". */
export const EMPTY_PANE: FrozenPane = { keys: [], body: new Uint8Array(0), keyBytes: 0 }

/** What a frozen pane takes in memory, about. */
export const frozenBytes = (pane: FrozenPane): number =>
  pane.body.length + 8 * pane.keys.length + pane.keyBytes + 256

/** How the first versions named what is now named by its filter. */
const FIRST_NAMES: Record<string, string> = {
  'count request status>=500': 'count request server_error',
  'duration_ms request': 'latency',
}
const FIRST_MEASURES = new Set([
  'count events',
  'count page_view',
  'count ad_click',
  'count ad_impression',
  'count ad_request',
  'count conversion',
  'count request',
  'count request server_error',
  'cost',
  'revenue',
  'visitors',
  'latency',
  'folded',
])

const FIRST_DIGITS = 4
const DIGITS = 12

/** Named, not numbered: stable when the catalog changes. The measures of the first versions have short ones. */
function sectionId(name: string): number {
  const first = FIRST_NAMES[name] ?? name
  const digits = FIRST_MEASURES.has(first) ? FIRST_DIGITS : DIGITS
  return Number.parseInt(hashDigits(first).slice(0, digits), 16)
}

const FOLDED = sectionId('folded')

/** The section of each column. */
interface Sections {
  ids: Record<Measure['kind'], readonly number[]>
  /** Of columns of different things in panes of the total's precision. */
  fineIds: readonly number[]
  lateIds: readonly number[]
  /** The column of each section. */
  columns: ReadonlyMap<number, Place>
}

interface Place {
  kind: Measure['kind'] | 'late'
  column: number
  /** Whether it is one of `fineIds`. */
  fine: boolean
}

const sectionsOfSet = new WeakMap<MeasureSet, Sections>()

/** Throws where two measures share an id, which takes millions of them. */
function sectionsOf(measures: MeasureSet): Sections {
  const known = sectionsOfSet.get(measures)
  if (known !== undefined) return known
  const idsOf = (kind: Measure['kind']) => measures.columns[kind].map(({ name }) => sectionId(name))
  const ids = {
    counts: idsOf('counts'),
    money: idsOf('money'),
    distinct: idsOf('distinct'),
    quantiles: idsOf('quantiles'),
  }
  const fineIds = measures.columns.distinct.map(({ name }) => sectionId(`${name} finer`))
  const columns = new Map<number, Place>()
  const name = (id: number, place: Place) => {
    const taken = columns.has(id) || id === FOLDED
    if (taken) throw new Error(`the ${place.kind} column ${place.column} shares its section`)
    columns.set(id, place)
  }
  for (const kind of MEASURE_KINDS) {
    for (const [column, id] of ids[kind].entries()) name(id, { kind, column, fine: false })
  }
  for (const [column, id] of fineIds.entries()) name(id, { kind: 'distinct', column, fine: true })
  const lateIds = measures.late.names.map(sectionId)
  for (const [column, id] of lateIds.entries()) name(id, { kind: 'late', column, fine: false })
  const sections = { ids, fineIds, lateIds, columns }
  sectionsOfSet.set(measures, sections)
  return sections
}

const inner = newWriter(65_536)

export function freeze(pane: Pane): FrozenPane {
  const writer = newWriter()
  writeBody(writer, pane)
  return { keys: pane.keys.slice(), body: written(writer), keyBytes: 0 }
}

/** Bytes that are no pane. */
export class PaneError extends Error {
  override readonly name = 'PaneError'
}

/** keys, length of the body, body */
export function writePane(writer: ByteWriter, pane: FrozenPane): void {
  writeVarint(writer, pane.keys.length)
  for (const key of pane.keys) writeText(writer, key)
  writeVarint(writer, pane.body.length)
  writeBytes(writer, pane.body)
}

export function readPane(reader: ByteReader, pool: KeyPool): FrozenPane {
  const before = pool.newBytes()
  const keys: string[] = []
  for (let left = readCount(reader); left > 0; left--) keys.push(pool.intern(readText(reader)))
  const body = new Uint8Array(readBytes(reader, readCount(reader)))
  return { keys, body, keyBytes: pool.newBytes() - before }
}

/** Of a body that nothing else vouches for: throws `PaneError` unless it reads as a pane of possible values. */
export function checkPane(measures: MeasureSet, { keys, body, keyBytes }: FrozenPane): void {
  if (new Set(keys).size !== keys.length) throw new PaneError('a key comes twice')
  const pane =
    keys.length === 1 && keys[0] === TOTAL_KEY
      ? totalPane(measures)
      : keyedPane(measures, keys.length + 1)
  mergeFrozen(pane, { keys, body, keyBytes })
  for (let row = 0; row < pane.keys.length; row++) {
    for (const column of measures.columns.counts.keys()) {
      if (!Number.isSafeInteger(countAt(pane, row, column)))
        throw new PaneError('a count is too large')
    }
    for (const column of pane.money) {
      for (let sum = column[row] ?? null; sum !== null; sum = sum.next) {
        const isSum = Number.isSafeInteger(sum.low) && Number.isSafeInteger(sum.high)
        if (!isSum || !/^[A-Z]{3}$/.test(sum.currency)) throw new PaneError('an amount is none')
      }
    }
  }
}

/** The same pane with strings that other panes share. */
export function sharingKeys({ keys, body }: FrozenPane, pool: KeyPool): FrozenPane {
  const before = pool.newBytes()
  return { keys: keys.map(pool.intern), body, keyBytes: pool.newBytes() - before }
}

function writeBody(writer: ByteWriter, pane: Pane): void {
  const { ids, fineIds, lateIds } = sectionsOf(pane.measures)
  for (const [column, id] of ids.counts.entries()) countSection(writer, id, pane, column)
  for (const [column, id] of ids.money.entries()) {
    section(writer, id, pane.money[column] ?? [], writeMoney)
  }
  const writeSketch = (to: ByteWriter, sketch: Distinct) =>
    writeDistinct(to, sketch, pane.precision)
  const distinctIds = pane.precision === TOTAL_PRECISION ? fineIds : ids.distinct
  for (const [column, id] of distinctIds.entries()) {
    section(writer, id, pane.distinct[column] ?? [], writeSketch)
  }
  for (const [column, id] of ids.quantiles.entries()) {
    section(writer, id, pane.quantiles[column] ?? [], writeBuckets)
  }
  for (const [column, id] of lateIds.entries()) lateSection(writer, id, pane, column)
  section(writer, FOLDED, [pane.folded], (to, sketch) => writeDistinct(to, sketch, KEY_PRECISION))
}

/** As `section` does; by itself, because most sections are counts. */
function countSection(writer: ByteWriter, id: number, pane: Pane, column: number): void {
  inner.length = 0
  let next = 0
  for (let row = 0; row < pane.keys.length; row++) {
    const count = countAt(pane, row, column)
    if (count === 0) continue
    writeVarint(inner, row - next)
    writeVarint(inner, count)
    next = row + 1
  }
  if (next > 0) endSection(writer, id)
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

/** As `section` does: how many, and when the last one came. */
function lateSection(writer: ByteWriter, id: number, { late }: Pane, column: number): void {
  inner.length = 0
  let next = 0
  for (let row = 0; row < late.length; row++) {
    const found = lateIn(late[row] ?? null, column)
    if (found === null) continue
    writeVarint(inner, row - next)
    writeVarint(inner, found.events)
    writeVarint(inner, found.lastAt)
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
 * Adds the selected measures of a frozen pane to `target`, key by key.
 * O(bytes of the selected sections + keys).
 */
export function mergeFrozen(
  target: Pane,
  { keys, body }: FrozenPane,
  selection: Selection = target.measures.everything,
  choice?: KeyChoice,
): void {
  const rows = rowsFor(target, keys, choice)
  if (rows === undefined) return
  const unwanted = choice === undefined ? target : nobody(target.measures)
  const reader = newReader(body)
  while (reader.at < body.length) {
    const id = readVarint(reader)
    const end = readVarint(reader) + reader.at
    if (end > body.length) throw new PaneError('a section is cut off')
    const add = adder(id, selection, target)
    if (id === FOLDED) {
      readVarint(reader)
      target.folded = mergeEncodedDistinct(reader, target.folded, KEY_PRECISION)
    }
    if (add !== undefined) {
      let index = 0
      while (reader.at < end) {
        index += readVarint(reader)
        if (index >= rows.length) throw new PaneError('a value has no key')
        const row = rows[index] as number
        if (row >= 0) add(reader, target, row)
        else add(reader, unwanted, 0)
        index++
      }
      if (reader.at !== end) throw new PaneError('a section is longer than it says')
    }
    reader.at = end
  }
}

type Adder = (reader: ByteReader, pane: Pane, row: number) => void

/** Takes what is read of keys that were not asked for. */
function nobody(measures: MeasureSet): Pane {
  const pane = keyedPane(measures, 1)
  rowOf(pane, '')
  return pane
}

/** The row of `target` for each of `keys`; -1: not asked for. undefined: none is. */
function rowsFor(
  target: Pane,
  keys: readonly string[],
  choice: KeyChoice | undefined,
): Int32Array | undefined {
  const rows = new Int32Array(keys.length).fill(-1)
  if (choice === undefined) {
    for (let index = 0; index < keys.length; index++) rows[index] = rowOf(target, keys[index] ?? '')
    return rows
  }
  if (typeof choice === 'function') return rowsUnder(target, keys, choice)
  return rowsOnly(target, keys, choice)
}

function rowsUnder(
  target: Pane,
  keys: readonly string[],
  under: (key: string) => string | undefined,
): Int32Array {
  const rows = new Int32Array(keys.length)
  for (let index = 0; index < keys.length; index++) {
    const key = under(keys[index] as string)
    rows[index] = key === undefined ? -1 : rowOf(target, key)
  }
  return rows
}

function rowsOnly(
  target: Pane,
  keys: readonly string[],
  only: ReadonlySet<string>,
): Int32Array | undefined {
  const rows = new Int32Array(keys.length).fill(-1)
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

/** undefined: not asked for, or nothing that this set of measures knows. */
function adder(id: number, selection: Selection, target: Pane): Adder | undefined {
  const place = sectionsOf(target.measures).columns.get(id)
  if (place === undefined) return undefined
  const { kind, column } = place
  if (kind === 'late') {
    return (reader, pane, row) =>
      addLate(latesAt(pane, row), column, readVarint(reader), readVarint(reader))
  }
  if (selection[kind][column] !== true) return undefined
  switch (kind) {
    case 'counts':
      return (reader, pane, row) => addCount(pane, row, column, readVarint(reader))
    case 'money':
      return (reader, pane, row) => add(reader, pane.money[column], row, addEncodedMoney)
    case 'distinct': {
      const precision = sectionPrecision(target, place)
      return (reader, pane, row) =>
        add(reader, pane.distinct[column], row, (from, sketch) =>
          precision === pane.precision
            ? mergeEncodedDistinct(from, sketch, precision)
            : mergeDistinct(sketch, coarsened(from, precision, pane.precision), pane.precision),
        )
    }
    case 'quantiles':
      return (reader, pane, row) => add(reader, pane.quantiles[column], row, addEncodedBuckets)
  }
}

/** How precise a section's sketches are; `target`, which takes them in, is made no more precise. */
function sectionPrecision(target: Pane, { fine }: Place): number {
  if (fine) return TOTAL_PRECISION
  if (target.precision === KEY_PRECISION) return KEY_PRECISION
  coarsenPane(target, FIRST_TOTAL_PRECISION)
  return FIRST_TOTAL_PRECISION
}

function coarsened(reader: ByteReader, from: number, to: number): Distinct | null {
  const sketch = mergeEncodedDistinct(reader, null, from)
  return sketch && coarser(sketch, from, to)
}

function add<T>(
  reader: ByteReader,
  column: (T | null)[] = [],
  row: number,
  merge: (reader: ByteReader, value: T | null) => T | null,
): void {
  setAt(column, row, merge(reader, column[row] ?? null))
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
  for (let left = readCount(reader); left > 0; left--) {
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
  for (let left = readCount(reader); left > 0; left--) {
    bucket += readVarint(reader)
    merged = addBucket(merged, bucket, readVarint(reader))
  }
  return merged
}
