import type { RejectReason } from '../../../lib/rejection.ts'
import type { Clock } from '../../platform/clock.ts'
import type { DeadLetter } from '../commit/commit.ts'
import type { Taking } from '../read/shard-reader.ts'
import type { StreamRecord } from '../read/stream-source.ts'
import { mayBeLarge } from '../records/decode-record.ts'
import type { IdHash } from '../records/id-hash.ts'
import {
  alreadyTaken,
  type IngestPorts,
  ingestEvents,
  openInSteps,
  openPlain,
  type RecordCursor,
} from '../records/ingest.ts'
import type { SeenIds } from '../records/seen-ids.ts'
import type { Steps } from '../records/steps.ts'
import { compareSequenceNumbers } from '../shards/sequence-number.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import type { Throughput } from '../shards/throughput.ts'
import type { AppliedEvent } from '../stream-app.ts'
import type { AppRunner } from './app-runner.ts'

/** What is taken in at a stretch: then others have their turn, and the room in flight is looked at. */
const STRETCH_MS = 25
/**
 * Small records are opened some at a time before they are taken in: the code of either stays in the processor's cache,
 * and a tenth more events are taken in.
 */
const AHEAD_EVENTS = 16
const AHEAD_BYTES = 64 * 1024
/** What an event takes in memory beside its text until it is committed, about. */
const EVENT_BYTES = 200

/** One shard, as far as taking in is concerned. */
export interface TakingLane {
  progress: ShardProgress
  throughput: Throughput
  keys: NonNullable<IngestPorts['keys']>
  /** The record that was taken in by half. */
  cursor: RecordCursor | undefined
  /** The record that was opened by half. */
  opening: Steps<RecordCursor> | undefined
}

export interface TakerPorts {
  seen: SeenIds
  apps: Pick<AppRunner, 'fold' | 'batchEvents'>
  clock: Clock
  reject: (reason: RejectReason, make: () => DeadLetter) => void
  /** So much was taken in from the shard. */
  took: (progress: ShardProgress, taken: { events: number; bytes: number }) => void
}

/** Takes batches in, a stretch at a time. Synchronous. Returns false while records are left. */
export function createTaker({ seen, apps, clock, reject, took }: TakerPorts) {
  let applied: AppliedEvent[] = []
  let batchEvents = 0
  /** The one lane that has a large record open: each would take hundreds of MB. The others come again soon. */
  let large: TakingLane | undefined
  const flush = () => {
    if (applied.length > 0) apps.fold(applied)
    applied = []
  }
  const apply = (event: AppliedEvent) => {
    applied.push(event)
    if (applied.length >= batchEvents) flush()
  }

  /** undefined: it is not open yet. */
  function opened(lane: TakingLane, record: StreamRecord, until: number): RecordCursor | undefined {
    if (lane.opening === undefined) {
      if (mayBeLarge(record.data)) {
        if (large !== undefined && large !== lane) return undefined
        large = lane
      }
      const plain = openPlain(record, lane.progress)
      if (plain !== undefined) return plain
    }
    lane.opening ??= openInSteps(record, lane.progress)
    for (;;) {
      const { done, value } = lane.opening.next()
      if (done !== true) {
        if (clock.monotonicMs() > until) return undefined
        continue
      }
      lane.opening = undefined
      return value
    }
  }

  /** The next records, opened, up to so many events; none: the first of them is not open yet. */
  function openSome(
    lane: TakingLane,
    { batch: { records }, at }: Taking,
    maxEvents: number,
    until: number,
  ): RecordCursor[] {
    const first = opened(lane, records.at(at) as StreamRecord, until)
    if (first === undefined) return []
    const cursors = [first]
    const most = Math.min(maxEvents, AHEAD_EVENTS)
    let { left: events, bytes } = first
    let before = first.record
    for (let next = at + 1; next < records.length && events < most && bytes < AHEAD_BYTES; next++) {
      const record = records.at(next) as StreamRecord
      // What comes twice is behind the checkpoint once the first of it is taken in.
      if (mayBeLarge(record.data) || isBehind(record, before)) break
      const plain = openPlain(record, lane.progress)
      if (plain === undefined) {
        lane.opening = openInSteps(record, lane.progress)
        break
      }
      cursors.push(plain)
      events += plain.left
      bytes += plain.bytes
      before = record
    }
    seen.expect(hashesIn(cursors))
    return cursors
  }

  return function take(lane: TakingLane, taking: Taking): boolean {
    const { progress, throughput, keys } = lane
    const { records } = taking.batch
    const ports: IngestPorts = { seen, apply, reject, keys }
    const until = clock.monotonicMs() + STRETCH_MS
    const maxEvents = apps.batchEvents()
    batchEvents = maxEvents
    const taken = { events: 0, bytes: 0 }
    while (taking.at < records.length && taken.events < maxEvents) {
      if (
        lane.cursor === undefined &&
        alreadyTaken(records.at(taking.at) as StreamRecord, progress)
      ) {
        taking.at++
        continue
      }
      const cursors =
        lane.cursor === undefined
          ? openSome(lane, taking, maxEvents - taken.events, until)
          : [lane.cursor]
      if (cursors.length === 0) break
      for (const cursor of cursors) {
        if (cursor !== lane.cursor) taken.bytes += cursor.bytes
        lane.cursor = cursor
        const { events, done } = ingestEvents(cursor, progress, ports, maxEvents - taken.events)
        taken.events += events
        if (!done) break
        lane.cursor = undefined
        taking.at++
        throughput.add(cursor.record.arrivedAt, cursor.record.data.length)
      }
      if (large === lane && lane.cursor === undefined) {
        large = undefined
        break
      }
      if (clock.monotonicMs() > until) break
    }
    flush()
    if (taken.events > 0) {
      taken.bytes += taken.events * EVENT_BYTES
      taking.hold.take(taken.bytes)
      took(progress, taken)
    }
    return taking.at >= records.length
  }
}

const isBehind = (record: StreamRecord, before: StreamRecord): boolean =>
  compareSequenceNumbers(record.sequenceNumber, before.sequenceNumber) <= 0

/** Of the ids that are looked for first: of a record with thousands of events the others would be out of the cache again. */
function hashesIn(cursors: readonly RecordCursor[]): IdHash[] {
  const hashes: IdHash[] = []
  for (const { opened } of cursors) {
    for (const item of opened.items) {
      if (hashes.length === AHEAD_EVENTS) return hashes
      if (item.ok && 'event' in item && item.idHash !== undefined) hashes.push(item.idHash)
    }
  }
  return hashes
}
