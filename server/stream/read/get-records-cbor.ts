import {
  more,
  nameIs,
  nameOf,
  openArray,
  openMap,
  readName,
  readNumber,
  readText,
  skip,
  takeNull,
} from './cbor-cursor.ts'
import { CborError, type Cursor, cursorOf, expectEnd } from './cbor-head.ts'
import { readRecords } from './record-places.ts'
import type { ChildShard, RecordList } from './stream-source.ts'

/** What an answer of GetRecords, or an event of SubscribeToShard, holds. */
export interface Page {
  /** undefined: it is no such answer. */
  records: RecordList | undefined
  next: string | undefined
  children: ChildShard[]
  /** As it came; null: it did not. */
  millisBehindLatest: number | null
}

const RECORDS = nameOf('Records')
const NEXT_ITERATOR = nameOf('NextShardIterator')
const CONTINUATION = nameOf('ContinuationSequenceNumber')
const MILLIS_BEHIND = nameOf('MillisBehindLatest')
const CHILDREN = nameOf('ChildShards')
const SHARD_ID = nameOf('ShardId')
const PARENTS = nameOf('ParentShards')
const TYPE = nameOf('__type')
const MESSAGE = nameOf('message')
const MESSAGE_TOO = nameOf('Message')

/** Throws `CborError`. The records stay where they are in `bytes` until they are asked for. */
export function decodePage(bytes: Uint8Array): Page {
  const cursor = cursorOf(bytes)
  const page: Page = { records: undefined, next: undefined, children: [], millisBehindLatest: null }
  for (let left = openMap(cursor); more(cursor, left); left--) {
    readName(cursor)
    if (takeNull(cursor)) continue
    if (nameIs(cursor, RECORDS)) page.records = readRecords(cursor)
    else if (nameIs(cursor, NEXT_ITERATOR) || nameIs(cursor, CONTINUATION)) {
      page.next = readText(cursor)
    } else if (nameIs(cursor, MILLIS_BEHIND)) page.millisBehindLatest = readNumber(cursor)
    else if (nameIs(cursor, CHILDREN)) page.children = listOf(cursor, readChild)
    else skip(cursor)
  }
  expectEnd(cursor)
  return page
}

/** One value from the first byte to the last, whatever it is: neither cut off nor garbled. */
export function isWholeCbor(bytes: Uint8Array): boolean {
  const cursor = cursorOf(bytes)
  try {
    skip(cursor)
    expectEnd(cursor)
    return true
  } catch (error) {
    if (error instanceof CborError) return false
    throw error
  }
}

/** An answer that says why not; undefined members where it does not say. */
export function decodeRefusal(bytes: Uint8Array): { type?: string; message?: string } {
  const cursor = cursorOf(bytes)
  const refusal: { type?: string; message?: string } = {}
  for (let left = openMap(cursor); more(cursor, left); left--) {
    readName(cursor)
    if (takeNull(cursor)) continue
    if (nameIs(cursor, TYPE)) refusal.type = readText(cursor)
    else if (nameIs(cursor, MESSAGE) || nameIs(cursor, MESSAGE_TOO)) {
      refusal.message = readText(cursor)
    } else skip(cursor)
  }
  expectEnd(cursor)
  return refusal
}

function listOf<T>(cursor: Cursor, read: (cursor: Cursor) => T): T[] {
  const list: T[] = []
  for (let left = openArray(cursor); more(cursor, left); left--) list.push(read(cursor))
  return list
}

function readChild(cursor: Cursor): ChildShard {
  const child: ChildShard = { shardId: '', parents: [] }
  for (let left = openMap(cursor); more(cursor, left); left--) {
    readName(cursor)
    if (takeNull(cursor)) continue
    if (nameIs(cursor, SHARD_ID)) child.shardId = readText(cursor)
    else if (nameIs(cursor, PARENTS)) child.parents = listOf(cursor, readText)
    else skip(cursor)
  }
  return child
}
