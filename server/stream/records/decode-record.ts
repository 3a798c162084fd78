import { isUtf8 } from 'node:buffer'
import type { DecodedItem } from './decode-line.ts'
import { decodeLargeText, decodeText } from './decode-text.ts'
import {
  type DecodedText,
  MAX_RECORD_EVENTS,
  MAX_TEXT_AT_ONCE_BYTES,
  type Tally,
  tooManyEvents,
  whole,
} from './decoded-text.ts'
import { beginsLikeAggregate, parseAggregate, type SubRecord } from './kpl-aggregate.ts'
import { finish, type Steps } from './steps.ts'
import { type Folding, foldingOf, gunzip, inflate, unfoldedBytes } from './unfold.ts'

/**
 * What the texts of one record may unfold to, all in all: the largest record, 10 MiB, may shrink to a sixth,
 * and as many events as a record may hold have room at 335 bytes each.
 */
export const MAX_UNFOLDED_BYTES = 64 * 1024 * 1024

export interface DecodedRecord extends DecodedText {
  /** Those of a KPL aggregate, in order. */
  subRecords: readonly SubRecord[]
  /** Behind the last item of each of them. */
  subRecordEnds: readonly number[]
}

const NO_AGGREGATE =
  'the record is not UTF-8 text; it begins like a KPL aggregate, but its checksum does not match: put UTF-8, or the aggregate as the KPL made it'

/** Of a record that is no aggregate. */
export const NO_SUB_RECORDS: Pick<DecodedRecord, 'subRecords' | 'subRecordEnds'> = {
  subRecords: [],
  subRecordEnds: [],
}

/**
 * A record's data is a text of events (`readText`), perhaps in gzip or zlib; or a KPL aggregate of such data. Returns
 * its values in order; each line or document that cannot be read is one rejected item. The same data always gives the
 * same items.
 */
export function* decodeInSteps(data: Uint8Array): Steps<DecodedRecord> {
  if (beginsLikeAggregate(data)) return yield* decodeAggregate(data)
  return apart(yield* decodeData(data, { bytes: 0, values: 0 }))
}

/** All of it at once. */
export const decodeRecord = (data: Uint8Array): DecodedRecord => finish(decodeInSteps(data))

/** More than this is large: in memory its events take several times as much. */
const LARGE_BYTES = 1024 * 1024

/** Whether a record may unfold to so much that not many should be open at a time. O(1). */
export const mayBeLarge = (data: Uint8Array): boolean =>
  data.length > LARGE_BYTES || unfoldsToMuch(data, foldingOf(data))

const unfoldsToMuch = (data: Uint8Array, folding: Folding | undefined): boolean =>
  folding !== undefined && unfoldedBytes(data, folding) > LARGE_BYTES

const apart = (text: DecodedText): DecodedRecord => ({ ...text, ...NO_SUB_RECORDS })

/** Of a sub-record beside its bytes, in bytes of text that take as long. */
const SUB_RECORD_COST = 128

const isQuick = (data: Uint8Array): boolean =>
  data.length <= MAX_TEXT_AT_ONCE_BYTES && foldingOf(data) === undefined

function decodeData(data: Uint8Array, tally: Tally): Steps<DecodedText> {
  const folding = foldingOf(data)
  return folding === undefined ? decodePlain(data, tally) : decodeFolded(data, folding, tally)
}

function* decodePlain(data: Uint8Array, tally: Tally): Steps<DecodedText> {
  if (data.length <= MAX_TEXT_AT_ONCE_BYTES) return decodeText(data, tally)
  yield
  return yield* decodeLargeText(data, tally)
}

function* decodeFolded(data: Uint8Array, folding: Folding, tally: Tally): Steps<DecodedText> {
  const maxBytes = MAX_UNFOLDED_BYTES - tally.bytes
  const unfolded = folding === 'gzip' ? gunzip(data, maxBytes) : yield* inflate(data, maxBytes)
  if (unfolded.kind === 'too_large') {
    // What else is in the record has no room either: it is not even tried.
    tally.bytes = Number.POSITIVE_INFINITY
    return tooManyBytes(data)
  }
  if (unfolded.kind === 'broken') {
    // The first bytes of zlib are letters, too.
    if (folding === 'zlib' && isUtf8(data)) return yield* decodePlain(data, tally)
    return broken(folding, unfolded.problem, data)
  }
  const text = yield* decodePlain(unfolded.data, tally)
  const { rest } = unfolded
  if (rest === undefined) return text
  const problem = `${rest.data.length} bytes behind its end: ${rest.problem}`
  return { ...text, items: [...text.items, ...broken(folding, problem, rest.data).items] }
}

const broken = (folding: Folding, problem: string, data: Uint8Array): DecodedText =>
  whole(
    `bad_${folding}`,
    `${folding} data that cannot be unfolded: ${problem}; put it whole, with nothing behind it`,
    data,
  )

const tooManyBytes = (data: Uint8Array): DecodedText =>
  whole('too_large', `unfolds to more than ${MAX_UNFOLDED_BYTES} bytes: put smaller batches`, data)

function* decodeAggregate(data: Uint8Array): Steps<DecodedRecord> {
  const parsed = yield* parseAggregate(data, MAX_RECORD_EVENTS)
  switch (parsed.kind) {
    case 'sub_records':
      return yield* decodeSubRecords(data, parsed.subRecords)
    case 'too_many':
      return apart(tooManyEvents(data))
    case 'broken':
      return apart(
        whole(
          'kpl_aggregate',
          `a broken KPL aggregate: ${parsed.problem}; put it as the KPL makes it`,
          data,
        ),
      )
    case 'no_aggregate':
      // Plain data then; and these first bytes are never UTF-8.
      return apart(whole('not_utf8', NO_AGGREGATE, data))
  }
}

function* decodeSubRecords(
  data: Uint8Array,
  subRecords: readonly SubRecord[],
): Steps<DecodedRecord> {
  if (subRecords.length === 0) {
    return apart(whole('empty', 'the KPL aggregate has no records: put one event or more', data))
  }
  const tally: Tally = { bytes: 0, values: 0 }
  const items: DecodedItem[] = []
  const subRecordEnds: number[] = []
  let escapes = false
  let controls = 0
  let partlyRead = 0
  let cost = 0
  for (const { data: part } of subRecords) {
    cost += part.length + SUB_RECORD_COST
    if (cost > MAX_TEXT_AT_ONCE_BYTES) {
      cost = 0
      yield
    }
    const text = isQuick(part) ? decodeText(part, tally) : yield* decodeData(part, tally)
    if (tally.bytes > MAX_UNFOLDED_BYTES) return apart(tooManyBytes(data))
    if (items.length + text.items.length > MAX_RECORD_EVENTS) return apart(tooManyEvents(data))
    for (const item of text.items) items.push(item)
    subRecordEnds.push(items.length)
    escapes ||= text.escapes
    controls += text.controls
    partlyRead += text.partlyRead
  }
  return { items, bytes: tally.bytes, escapes, controls, partlyRead, subRecords, subRecordEnds }
}
