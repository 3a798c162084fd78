import type { Clock } from '../../platform/clock.ts'
import type { Taking } from '../read/shard-reader.ts'
import type { StreamRecord } from '../read/stream-source.ts'
import { mayBeLarge } from '../records/decode-record.ts'
import type { IdHash } from '../records/id-hash.ts'
import { openInSteps, openPlain, type RecordCursor } from '../records/ingest.ts'
import type { SeenIds } from '../records/seen-ids.ts'
import type { Steps } from '../records/steps.ts'
import { compareSequenceNumbers } from '../shards/sequence-number.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'

/**
 * Small records are opened some at a time before they are taken in: the code of either stays in the processor's cache,
 * and a tenth more events are taken in.
 */
const AHEAD_EVENTS = 16
const AHEAD_BYTES = 64 * 1024
/** One shard, as far as opening its records is concerned. */
export interface OpeningLane {
  progress: ShardProgress
  /** The record that was opened by half. */
  opening: Steps<RecordCursor> | undefined
}

/** Opens records: small ones some at a time, large ones in steps and one at a time (ADR 25 and 26). */
export interface Opener {
  /**
   * The next records from `taking.at` on, opened, up to so many events; none: the first of them is not open yet.
   * `until`: in ms, monotonic.
   */
  next(
    lane: OpeningLane,
    taking: Taking,
    limits: { maxEvents: number; until: number },
  ): RecordCursor[]
  /** What was taken in last was large: now another may be opened. */
  wasLarge(lane: OpeningLane): boolean
}

export function createOpener({
  seen,
  clock,
}: {
  seen: Pick<SeenIds, 'expect'>
  clock: Clock
}): Opener {
  /** The one lane that has a large record open: each would take hundreds of MB. The others come again soon. */
  let large: OpeningLane | undefined

  /** undefined: it is not open yet. */
  function opened(
    lane: OpeningLane,
    record: StreamRecord,
    until: number,
  ): RecordCursor | undefined {
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

  function next(
    lane: OpeningLane,
    { batch: { records }, at }: Taking,
    { maxEvents, until }: { maxEvents: number; until: number },
  ): RecordCursor[] {
    const first = opened(lane, records.at(at) as StreamRecord, until)
    if (first === undefined) return []
    const cursors = [first]
    const most = Math.min(maxEvents, AHEAD_EVENTS)
    let { left: events, bytes } = first
    let before = first.record
    for (let n = at + 1; n < records.length && events < most && bytes < AHEAD_BYTES; n++) {
      const record = records.at(n) as StreamRecord
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

  return {
    next,
    wasLarge(lane) {
      if (large !== lane) return false
      large = undefined
      return true
    },
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
