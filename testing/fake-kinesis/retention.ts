import type { Shard, Stream } from './vocabulary.ts'

/** Drops the first `count` records; a closed shard without any left expires. */
function drop(shard: Shard, count: number): void {
  shard.records.splice(0, count)
  shard.trimmed += count
  if (shard.closed !== undefined && shard.records.length === 0) shard.expired = true
}

/** Drops the records up to and with a sequence number; without one, all there are. */
export function trimShard(shard: Shard, untilSequenceNumber?: string): void {
  const keep =
    untilSequenceNumber === undefined
      ? -1
      : shard.records.findIndex(({ sequenceNumber }) => sequenceNumber > untilSequenceNumber)
  drop(shard, keep === -1 ? shard.records.length : keep)
}

/** Drops what is older than the retention. A closed shard goes when it was closed so long ago. */
export function trimByAge(stream: Stream, nowMs: number): void {
  const oldestMs = nowMs - stream.retentionHours * 3_600_000
  for (const shard of stream.shards) {
    if (shard.closed !== undefined && shard.closed.atMs < oldestMs) trimShard(shard)
    else dropOlder(shard, oldestMs)
  }
}

/** Those in front only: the log has no holes. */
function dropOlder(shard: Shard, oldestMs: number): void {
  const firstYoung = shard.records.findIndex(({ arrivedMs }) => arrivedMs >= oldestMs)
  const count = firstYoung === -1 ? shard.records.length : firstYoung
  shard.records.splice(0, count)
  shard.trimmed += count
}
