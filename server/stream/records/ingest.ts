import { ALLOWED_LATENESS_MS } from '../../../lib/lateness.ts'
import type { Rejection, RejectReason } from '../../../lib/rejection.ts'
import type { StreamRecord } from '../read/stream-source.ts'
import { compareSequenceNumbers } from '../shards/sequence-number.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import type { TopKeys } from '../shards/top-keys.ts'
import type { AppliedEvent } from '../stream-app.ts'
import type { DecodedItem, OpenedItem } from './decode-line.ts'
import { type DecodedRecord, decodeInSteps, NO_SUB_RECORDS } from './decode-record.ts'
import { findOutOfRange, NONE_OUT_OF_RANGE, type OutOfRange } from './hash-range.ts'
import { jsonText } from './json-text.ts'
import { type AcceptedEvent, fallbackId, type ParsedEvent, parseEvent } from './parse-event.ts'
import type { PutAgain, Standing } from './put-again.ts'
import { createRecordScan } from './scan/record.ts'
import type { SeenIds } from './seen-ids.ts'
import { finish, type Steps } from './steps.ts'

/** How much of a rejected record is kept. */
export const KEPT_BYTES = 4_096

export interface RejectedItem extends Rejection {
  shardId: string
  sequenceNumber: string
  /** Of the item among all of its record, over sub-records too. */
  index: number
  arrivedAt: number
  /** At most `KEPT_BYTES` of `bytes`. */
  data: Uint8Array
  bytes: number
}

/** Where the events of a record go. */
export interface IngestPorts {
  seen: SeenIds
  putAgain: Pick<PutAgain, 'isAgain' | 'aggregatesCome'>
  /** When it is, and since when figures are kept, epoch ms: what happened before is beyond history. */
  history: { now: number; keptFrom: number }
  apply(event: AppliedEvent): void
  /** `make` builds what is kept of it, where that is wanted; undefined: it is only counted. */
  reject(reason: RejectReason, make: (() => RejectedItem) | undefined): void
  /** So many control messages of CloudWatch Logs were passed over: they hold no event. */
  passOver?: ((controls: number) => void) | undefined
  /** The user's partition keys, of sub-records one by one, once their record is taken in. */
  keys?: Pick<TopKeys, 'add'>
}

type OpenedRecord = Omit<DecodedRecord, 'items'> & { items: readonly OpenedItem[] }

/** A record opened once, taken in over several turns. */
export interface RecordCursor {
  readonly record: StreamRecord
  readonly opened: OpenedRecord
  /** Of the text, unfolded. */
  readonly bytes: number
  readonly outOfRange: OutOfRange
  /** Items whose fate is not settled yet. */
  left: number
  /** Whether the items before this were put and counted before, those that are of the same sub-record and have no id. */
  againUntil: number
  again: boolean
}

/** Whether the record lies behind the shard's checkpoint; one that is taken in by half does not. */
export function alreadyTaken(record: StreamRecord, shard: ShardProgress): boolean {
  if (shard.checkpoint === null) return false
  const order = compareSequenceNumbers(record.sequenceNumber, shard.checkpoint)
  return order < 0 || (order === 0 && shard.subSequence === null)
}

/** Scans or decodes, all at once. */
export const openRecord = (record: StreamRecord, shard: ShardProgress): RecordCursor =>
  openPlain(record, shard) ?? finish(openInSteps(record, shard))

/** Where it can be scanned. */
export function openPlain(record: StreamRecord, shard: ShardProgress): RecordCursor | undefined {
  const opened = scanned(record, shard)
  return opened === undefined ? undefined : cursorIn(record, opened, NONE_OUT_OF_RANGE, shard)
}

/** What cannot be scanned may be small and unfold to much. */
export function* openInSteps(record: StreamRecord, shard: ShardProgress): Steps<RecordCursor> {
  const decoded = yield* decodeInSteps(record.data)
  const outOfRange =
    decoded.subRecords.length === 0
      ? NONE_OUT_OF_RANGE
      : yield* findOutOfRange(decoded.subRecords, shard)
  return cursorIn(record, decoded, outOfRange, shard)
}

/** Where the shard's checkpoint lies inside this very record, it begins there. */
function cursorIn(
  record: StreamRecord,
  opened: OpenedRecord,
  outOfRange: OutOfRange,
  shard: ShardProgress,
): RecordCursor {
  const goesOn = shard.subSequence !== null && shard.checkpoint === record.sequenceNumber
  const taken = goesOn ? (shard.subSequence ?? 0) : 0
  const left = Math.max(0, opened.items.length - taken)
  const known = goesOn ? shard.partAgain : null
  const againUntil = known === null ? 0 : unitOf(taken, opened).end
  const again = known === true
  return { record, opened, bytes: opened.bytes, outOfRange, left, againUntil, again }
}

const scanRecord = createRecordScan()

function scanned(record: StreamRecord, { shardId }: ShardProgress): OpenedRecord | undefined {
  const found = scanRecord(record, shardId)
  if (found === undefined) return undefined
  const { items, partlyRead } = found
  const bytes = record.data.length
  // Spread out this would take a tenth of the time that scanning takes.
  const { subRecords, subRecordEnds } = NO_SUB_RECORDS
  return { items, bytes, escapes: true, controls: 0, partlyRead, subRecords, subRecordEnds }
}

/**
 * Settles the fate of at most `maxEvents` (1 or more) of its items and moves the shard's progress past them.
 * Synchronous: progress, fates and the de-duplication memory agree afterwards. `done`: nothing is left.
 */
export function ingestEvents(
  cursor: RecordCursor,
  shard: ShardProgress,
  ports: IngestPorts,
  maxEvents: number,
): { events: number; done: boolean } {
  const { items } = cursor.opened
  const from = items.length - cursor.left
  const to = Math.min(items.length, from + maxEvents)
  settle(cursor, { from, to }, shard, ports)
  cursor.left = items.length - to
  const done = cursor.left === 0
  shard.checkpoint = cursor.record.sequenceNumber
  shard.subSequence = done ? null : to
  shard.partAgain = to < cursor.againUntil ? cursor.again : null
  if (done) countRecord(cursor, shard, ports)
  return { events: to - from, done }
}

function settle(
  cursor: RecordCursor,
  { from, to }: { from: number; to: number },
  shard: ShardProgress,
  ports: IngestPorts,
): void {
  const { record, opened } = cursor
  const { items, escapes } = opened
  const { shardId, fates } = shard
  const { arrivedAt, sequenceNumber } = record
  for (let index = from; index < to; index++) {
    const item = items[index] as OpenedItem
    const parsed =
      item.ok && 'value' in item ? parsedValue(item.value, record, shardId, index, escapes) : item
    if (!parsed.ok) {
      fates.rejected++
      reject(parsed.rejection, { record, opened, index, shardId }, ports)
      continue
    }
    const { event } = parsed
    if (
      parsed.named
        ? isSeen(parsed, arrivedAt, ports.seen)
        : isPutAgain(cursor, index, shard, ports.putAgain)
    ) {
      fates.duplicate++
      continue
    }
    fates.applied++
    if (parsed.clamped) fates.clamped++
    const newest = shard.newestEventMs
    // However late it is, it is applied.
    const late = newest !== null && event.time < newest - ALLOWED_LATENESS_MS
    if (late) fates.late++
    const beyond = event.time < ports.history.keptFrom
    if (beyond) countBeyond(shard, event.time, ports.history.now)
    if (newest === null || event.time > newest) shard.newestEventMs = event.time
    ports.apply({ event, shardId, sequenceNumber, index, arrivedAt, late, beyond })
  }
}

/**
 * Whether the sub-record that the item is of, or the record that is no aggregate, was put and counted before. It is asked
 * for at the first event without an id that it holds, and holds for all of them.
 */
function isPutAgain(
  cursor: RecordCursor,
  index: number,
  shard: ShardProgress,
  putAgain: IngestPorts['putAgain'],
): boolean {
  if (index < cursor.againUntil) return cursor.again
  const { record, opened, outOfRange } = cursor
  const unit = unitOf(index, opened)
  const subRecord = opened.subRecords[unit.at]
  cursor.againUntil = unit.end
  cursor.again =
    subRecord === undefined
      ? putAgain.isAgain(record, 'plain', record.arrivedAt)
      : putAgain.isAgain(subRecord, standingOf(unit.at, outOfRange), record.arrivedAt)
  if (cursor.again) shard.putAgain++
  return cursor.again
}

const standingOf = (subRecord: number, { count, marks }: OutOfRange): Standing => {
  if (count === 0) return 'inside'
  return marks[subRecord] === 1 ? 'outside' : 'beside'
}

/** Which sub-record an item is of, and where the items of that end. A record that is no aggregate is one. */
function unitOf(
  index: number,
  { items, subRecordEnds }: OpenedRecord,
): { at: number; end: number } {
  let low = 0
  let high = subRecordEnds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((subRecordEnds[middle] as number) > index) high = middle
    else low = middle + 1
  }
  return { at: low, end: subRecordEnds[low] ?? items.length }
}

function countBeyond(shard: ShardProgress, time: number, now: number): void {
  shard.fates.beyond++
  shard.oldestBeyondMs = Math.min(shard.oldestBeyondMs ?? time, time)
  shard.lastBeyondMs = now
}

const isSeen = ({ event, idHash }: AcceptedEvent, arrivedAt: number, seen: SeenIds): boolean =>
  idHash === undefined ? seen.check(event.id, arrivedAt) : seen.checkHash(idHash, arrivedAt)

/** A function of its own: what is scanned pays nothing for the closure. */
const parsedValue = (
  value: unknown,
  { arrivedAt, sequenceNumber }: StreamRecord,
  shardId: string,
  index: number,
  escapes: boolean,
): ParsedEvent =>
  parseEvent(value, {
    arrivedAt,
    escapes,
    fallbackId: () => fallbackId(shardId, sequenceNumber, index),
  })

function countRecord(
  { record, opened, outOfRange }: RecordCursor,
  shard: ShardProgress,
  { keys, putAgain, passOver }: IngestPorts,
): void {
  const { arrivedAt, data } = record
  const { subRecords, controls } = opened
  if (controls > 0) passOver?.(controls)
  shard.records++
  shard.bytes += data.length
  shard.partlyRead += opened.partlyRead
  shard.lastArrivalMs = arrivedAt
  if (subRecords.length === 0) {
    keys?.add(record, arrivedAt)
    return
  }
  shard.aggregated += subRecords.length
  shard.outOfRange += outOfRange.count
  putAgain.aggregatesCome()
  if (keys === undefined) return
  for (const subRecord of subRecords) keys.add(subRecord, arrivedAt)
}

function reject(
  rejection: Rejection,
  at: { record: StreamRecord; opened: OpenedRecord; index: number; shardId: string },
  ports: IngestPorts,
): void {
  const { record, opened, index, shardId } = at
  const { sequenceNumber, arrivedAt } = record
  const item = opened.items[index] as DecodedItem
  const isKept = item.ok || item.part !== undefined
  const make = (): RejectedItem => {
    const part = partOf(item, record, opened)
    const own = typeof part === 'string' ? new TextEncoder().encode(part) : part
    const kept = { data: own.slice(0, KEPT_BYTES), bytes: own.length }
    return { ...rejection, shardId, sequenceNumber, index, arrivedAt, ...kept }
  }
  ports.reject(rejection.reason, isKept ? make : undefined)
}

/** What of the record an item was: all of it, as it was put, where it is the only one and plain text. */
function partOf(item: DecodedItem, { data }: StreamRecord, { items, bytes }: OpenedRecord) {
  if (!item.ok) return item.part ?? data
  return items.length === 1 && bytes === data.length ? data : (jsonText(item.value) ?? data)
}
