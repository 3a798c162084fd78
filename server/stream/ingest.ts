import type { Rejection, RejectReason } from '../../lib/rejection.ts'
import { MINUTE_MS } from '../../lib/time.ts'
import { decodeRecord } from './decode-record.ts'
import { jsonText } from './json-text.ts'
import { parseEvent } from './parse-event.ts'
import type { SeenIds } from './seen-ids.ts'
import type { ShardProgress } from './shard-progress.ts'
import type { AppliedEvent } from './stream-app.ts'
import type { StreamRecord } from './stream-source.ts'

/** An event older than the newest of its shard by more than this is late; it is applied all the same. */
export const ALLOWED_LATENESS_MS = MINUTE_MS

/** How much of a rejected record is kept. */
export const KEPT_BYTES = 4_096

export interface RejectedItem extends Rejection {
  shardId: string
  sequenceNumber: string
  index: number
  arrivedAt: number
  /** At most `KEPT_BYTES` of `bytes`. */
  data: Uint8Array
  bytes: number
}

/** Where the events of a record go. */
export interface IngestPorts {
  seen: SeenIds
  apply(event: AppliedEvent): void
  /** `make` builds what is kept of it, where that is wanted. */
  reject(reason: RejectReason, make: () => RejectedItem): void
}

/**
 * Settles the fate of every event in one record and moves the shard's progress past it. Synchronous:
 * progress, fates and the de-duplication memory always agree afterwards. Returns what it came to: events,
 * and bytes as they unfold.
 */
export function ingestRecord(
  record: StreamRecord,
  shard: ShardProgress,
  ports: IngestPorts,
): { events: number; bytes: number } {
  const { shardId, fates } = shard
  const { sequenceNumber, arrivedAt, data } = record
  const { items, bytes } = decodeRecord(data)
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as (typeof items)[number]
    const parsed = item.ok
      ? parseEvent(item.value, {
          arrivedAt,
          fallbackId: () => `${shardId}:${sequenceNumber}:${index}`,
        })
      : item
    if (!parsed.ok) {
      fates.rejected++
      ports.reject(parsed.rejection.reason, () => ({
        ...parsed.rejection,
        shardId,
        sequenceNumber,
        index,
        arrivedAt,
        ...keptBytes(record, items.length, item.ok ? jsonText(item.value) : item.text),
      }))
      continue
    }
    if (parsed.named && ports.seen.check(parsed.event.id, arrivedAt)) {
      fates.duplicate++
      continue
    }
    fates.applied++
    if (parsed.clamped) fates.clamped++
    const { time } = parsed.event
    const late = shard.newestEventMs !== null && time < shard.newestEventMs - ALLOWED_LATENESS_MS
    if (late) fates.late++
    if (shard.newestEventMs === null || time > shard.newestEventMs) shard.newestEventMs = time
    ports.apply({ event: parsed.event, shardId, arrivedAt, late })
  }
  shard.records++
  shard.bytes += data.length
  shard.checkpoint = sequenceNumber
  shard.lastArrivalMs = arrivedAt
  return { events: items.length, bytes }
}

/** The whole record where it is one event or cannot be told apart, else what of it the item was. */
function keptBytes(record: StreamRecord, items: number, part: string | undefined) {
  const own = items === 1 || part === undefined ? record.data : new TextEncoder().encode(part)
  return { data: own.slice(0, KEPT_BYTES), bytes: own.length }
}
