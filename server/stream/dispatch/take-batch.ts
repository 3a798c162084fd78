import type { RejectReason } from '../../../lib/rejection.ts'
import type { Clock } from '../../platform/clock.ts'
import type { DeadLetter } from '../commit/commit.ts'
import type { Taking } from '../read/shard-reader.ts'
import type { StreamRecord } from '../read/stream-source.ts'
import {
  alreadyTaken,
  type IngestPorts,
  ingestEvents,
  type RecordCursor,
} from '../records/ingest.ts'
import type { SeenIds } from '../records/seen-ids.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import type { Throughput } from '../shards/throughput.ts'
import type { AppliedEvent } from '../stream-app.ts'
import type { AppRunner } from './app-runner.ts'
import { createOpener, type OpeningLane } from './open-ahead.ts'

/** What is taken in at a stretch: then others have their turn, and the room in flight is looked at. */
const STRETCH_MS = 25
/** What an event takes in memory beside its text until it is committed, about. */
const EVENT_BYTES = 200

/** One shard, as far as taking in is concerned. */
export interface TakingLane extends OpeningLane {
  throughput: Throughput
  keys: NonNullable<IngestPorts['keys']>
  /** The record that was taken in by half. */
  cursor: RecordCursor | undefined
}

export interface TakerPorts {
  seen: SeenIds
  putAgain: IngestPorts['putAgain']
  apps: Pick<AppRunner, 'fold' | 'batchEvents'>
  clock: Clock
  /** Since when figures are kept at `now`, epoch ms. */
  keptFrom: (now: number) => number
  reject: (reason: RejectReason, make: (() => DeadLetter) | undefined) => void
  /** So many control messages of CloudWatch Logs held no event. */
  passOver?: ((controls: number) => void) | undefined
  /** So much was taken in from the shard. */
  took: (progress: ShardProgress, taken: { events: number; bytes: number }) => void
}

/** Takes batches in, a stretch at a time. Synchronous. Returns false while records are left. */
export function createTaker(taker: TakerPorts) {
  const { seen, putAgain, apps, clock, keptFrom, reject, passOver, took } = taker
  let applied: AppliedEvent[] = []
  let batchEvents = 0
  const opener = createOpener({ seen, clock })
  const flush = () => {
    if (applied.length > 0) apps.fold(applied)
    applied = []
  }
  const apply = (event: AppliedEvent) => {
    applied.push(event)
    if (applied.length >= batchEvents) flush()
  }

  return function take(lane: TakingLane, taking: Taking): boolean {
    const { progress, throughput, keys } = lane
    const { records } = taking.batch
    const now = clock.now()
    const history = { now, keptFrom: keptFrom(now) }
    const ports: IngestPorts = { seen, putAgain, history, apply, reject, passOver, keys }
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
          ? opener.next(lane, taking, { maxEvents: maxEvents - taken.events, until })
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
      if (lane.cursor === undefined && opener.wasLarge(lane)) break
      if (clock.monotonicMs() > until) break
    }
    flush()
    // A record may be without events.
    if (taken.events > 0 || taken.bytes > 0) {
      taken.bytes += taken.events * EVENT_BYTES
      taking.hold.take(taken.bytes)
      took(progress, taken)
    }
    return taking.at >= records.length
  }
}
