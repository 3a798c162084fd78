import {
  more,
  nameIs,
  nameOf,
  openArray,
  openMap,
  readBytes,
  readName,
  readNumber,
  readText,
  skip,
  skipString,
  takeNull,
} from './cbor-cursor.ts'
import { BYTES, type Cursor, cursorOf, TEXT } from './cbor-head.ts'
import { type NumberPlace, numberStep } from './number-order.ts'
import { NO_DATA, noNumber, outOfOrder } from './record-flaws.ts'
import type { RecordList, StreamRecord } from './stream-source.ts'

const SEQUENCE_NUMBER = nameOf('SequenceNumber')
const ARRIVED = nameOf('ApproximateArrivalTimestamp')
const DATA = nameOf('Data')
const PARTITION_KEY = nameOf('PartitionKey')

const NOTHING: Uint8Array = new Uint8Array()

/** Records that there is room for at first. */
const FIRST_ROOM = 1_024

/**
 * Where the values of each record begin in the answer; 0, which is no value's place, where it has none. Arrays of
 * numbers, which the garbage collector neither looks through nor copies.
 */
interface Places {
  readonly view: DataView
  length: number
  /** The sequence number of the last one. */
  last: NumberPlace
  /** What is wrong with the first that cannot be; undefined: it was not looked for. */
  flaw: string | null | undefined
  /** Of each record: its sequence number, its partition key, its data. */
  values: Uint32Array
  /** Epoch ms. */
  arrivedAt: Float64Array
}

/**
 * The records of an answer, checked all at once and made one by one when they are asked for: a page waits for its
 * turn, and ten thousand objects that wait are what the garbage collector would copy from place to place.
 */
export function readRecords(cursor: Cursor): RecordList {
  const { buffer, byteOffset, byteLength } = cursor.bytes
  const places: Places = {
    view: new DataView(buffer, byteOffset, byteLength),
    length: 0,
    last: { at: 0, length: 0 },
    flaw: null,
    values: new Uint32Array(3 * FIRST_ROOM),
    arrivedAt: new Float64Array(FIRST_ROOM),
  }
  for (let left = openArray(cursor); more(cursor, left); left--) {
    if (places.length === places.arrivedAt.length) grow(places)
    locateRecord(cursor, places)
    if (places.flaw === null) places.flaw = flawOfLast(places)
  }
  return listOf(cursorOf(cursor.bytes), places)
}

/** Of the record that was located last. */
function flawOfLast(places: Places): string | null | undefined {
  const { values, length, view, last } = places
  const index = length - 1
  if (values[3 * index + 2] === 0) return NO_DATA
  const number = numberPlace(view, values[3 * index] as number)
  // In pieces, as Kinesis never writes it: then all are looked at one by one.
  if (number === undefined) return undefined
  const step = numberStep(view, number, last)
  places.last = number
  if (Number.isNaN(step)) return noNumber(length)
  return step < 0 ? outOfOrder(length) : null
}

const NO_NUMBER: NumberPlace = { at: 0, length: 0 }

/** Of a text that begins at `at`; 0 is no value's place. */
function numberPlace(view: DataView, at: number): NumberPlace | undefined {
  if (at === 0) return NO_NUMBER
  const info = view.getUint8(at) & 31
  if (info < ONE_BYTE) return { at: at + 1, length: info }
  return info === ONE_BYTE ? { at: at + 2, length: view.getUint8(at + 1) } : undefined
}

/** The length is in the byte after the first. */
const ONE_BYTE = 24

function grow(places: Places): void {
  const values = new Uint32Array(2 * places.values.length)
  values.set(places.values)
  const arrivedAt = new Float64Array(2 * places.arrivedAt.length)
  arrivedAt.set(places.arrivedAt)
  places.values = values
  places.arrivedAt = arrivedAt
}

function locateRecord(cursor: Cursor, places: Places): void {
  const { values } = places
  const index = places.length++
  for (let left = openMap(cursor); more(cursor, left); left--) {
    readName(cursor)
    if (takeNull(cursor)) continue
    const { at } = cursor
    if (nameIs(cursor, DATA)) {
      skipString(cursor, BYTES)
      values[3 * index + 2] = at
    } else if (nameIs(cursor, SEQUENCE_NUMBER)) {
      skipString(cursor, TEXT)
      values[3 * index] = at
    } else if (nameIs(cursor, PARTITION_KEY)) {
      skipString(cursor, TEXT)
      values[3 * index + 1] = at
    } else if (nameIs(cursor, ARRIVED)) places.arrivedAt[index] = toEpochMs(readNumber(cursor))
    else skip(cursor)
  }
}

function listOf(cursor: Cursor, places: Places): RecordList {
  const { length } = places
  const at = (index: number): StreamRecord | undefined =>
    index >= 0 && index < length ? new PlacedRecord(cursor, places, index) : undefined
  return {
    length,
    at,
    ...(places.flaw !== undefined && { flaw: places.flaw }),
    mendArrivals({ from, to }, instead) {
      const { arrivedAt } = places
      let mended = 0
      for (let index = 0; index < length; index++) {
        const at = arrivedAt[index] as number
        if (at >= from && at <= to) continue
        arrivedAt[index] = instead
        mended++
      }
      return mended
    },
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield at(index) as StreamRecord
    },
  }
}

/** A class for the sake of its getter: hardly any partition key is ever looked at. The data are a view. */
class PlacedRecord implements StreamRecord {
  readonly sequenceNumber: string
  readonly arrivedAt: number
  readonly data: Uint8Array
  readonly #cursor: Cursor
  readonly #keyAt: number

  constructor(cursor: Cursor, { values, arrivedAt }: Places, index: number) {
    this.sequenceNumber = textAt(cursor, values[3 * index] as number)
    this.arrivedAt = arrivedAt[index] as number
    this.data = dataAt(cursor, values[3 * index + 2] as number)
    this.#cursor = cursor
    this.#keyAt = values[3 * index + 1] as number
  }

  get partitionKey(): string {
    return textAt(this.#cursor, this.#keyAt)
  }
}

function textAt(cursor: Cursor, place: number): string {
  if (place === 0) return ''
  cursor.at = place
  return readText(cursor)
}

function dataAt(cursor: Cursor, place: number): Uint8Array {
  if (place === 0) return NOTHING
  cursor.at = place
  return readBytes(cursor)
}

/** Seconds of this century are under 10^11, and milliseconds since 1973 over it. */
const MILLISECONDS_FROM = 1e11

/** Kinesis gives integer milliseconds, against RFC 8949; others give seconds. */
const toEpochMs = (time: number): number =>
  Math.round(time >= MILLISECONDS_FROM ? time : time * 1_000)
