import { endOf } from './positions.ts'
import { readPage } from './read-page.ts'
import type { RecordPages } from './record-pages.ts'
import { findShard, hashKeyOf, shardFor } from './shards.ts'
import type { StreamEngine } from './stream-engine.ts'
import type { Shard, StreamStatus } from './vocabulary.ts'
import type { Encoding } from './wire.ts'

export interface Placed {
  shardId: string
  sequenceNumber: string
}

/** What a test does to the stream by itself: not over HTTP, not limited, met by no fault. */
export interface OwnHand {
  put(partitionKey: string, data: Uint8Array | string, how?: { explicitHashKey?: string }): Placed
  /**
   * Many records for one shard at once, for benchmarks. With an encoding, what a reader from
   * TRIM_HORIZON without a Limit will be answered is encoded now, not while it reads.
   */
  preload(
    shardId: string,
    records: Iterable<{ partitionKey: string; data: Uint8Array }>,
    encoding?: Encoding,
  ): { count: number; bytes: number }
  /** `newStartingHashKey` left out: in the middle. Answers the children. */
  split(shardId: string, newStartingHashKey?: bigint): [string, string]
  merge(shardId: string, adjacentShardId: string): string
  /** All shards ever, expired ones too. */
  shards(): readonly Shard[]
  openShardIds(): string[]
  /** Drops records up to and with a sequence number, or all. A closed shard without any expires. */
  trim(shardId: string, untilSequenceNumber?: string): void
  /** Drops what is older than the retention, by the stream's clock. Nothing goes by itself. */
  trimByAge(): void
  setStatus(status: StreamStatus): void
  setRetentionHours(hours: number): void
  deleteStream(): void
  /** Deletes the stream if it is there, and makes it anew with a later creation time. */
  recreate(shards?: number): void
}

export function createOwnHand(
  engine: StreamEngine,
  pages: RecordPages,
  streamName: string,
  firstShards: number,
): OwnHand {
  const stream = () => engine.stream(streamName)
  return {
    put(partitionKey, data, how = {}) {
      const shard = shardFor(stream(), hashKeyOf(partitionKey, how.explicitHashKey))
      const bytes = typeof data === 'string' ? Buffer.from(data) : data
      const { sequenceNumber } = engine.append(stream(), shard, partitionKey, bytes)
      return { shardId: shard.shardId, sequenceNumber }
    },
    preload(shardId, records, encoding) {
      const shard = findShard(stream(), shardId)
      let count = 0
      let bytes = 0
      for (const { partitionKey, data } of records) {
        engine.append(stream(), shard, partitionKey, data)
        count += 1
        bytes += data.byteLength
      }
      if (encoding !== undefined) encodeAhead(engine, pages, streamName, shard, encoding)
      return { count, bytes }
    },
    split(shardId, newStartingHashKey) {
      const [lower, upper] = engine.split(stream(), shardId, newStartingHashKey)
      return [lower.shardId, upper.shardId]
    },
    merge: (shardId, adjacentShardId) => engine.merge(stream(), shardId, adjacentShardId).shardId,
    shards: () => stream().shards,
    openShardIds: () =>
      stream()
        .shards.filter(({ closed }) => closed === undefined)
        .map(({ shardId }) => shardId),
    trim: (shardId, untilSequenceNumber) => engine.trim(stream(), shardId, untilSequenceNumber),
    trimByAge: () => engine.trimByAge(stream()),
    setStatus(status) {
      stream().status = status
    },
    setRetentionHours(hours) {
      stream().retentionHours = hours
    },
    deleteStream: () => engine.remove(streamName),
    recreate(shards = firstShards) {
      if (engine.streamNames().includes(streamName)) engine.remove(streamName)
      engine.create(streamName, shards)
    },
  }
}

function encodeAhead(
  engine: StreamEngine,
  pages: RecordPages,
  streamName: string,
  shard: Shard,
  encoding: Encoding,
): void {
  const stream = engine.stream(streamName)
  const { recordsPage, shardEnd } = engine.options
  for (let from = shard.trimmed; from < endOf(shard); ) {
    const page = readPage(stream, shard, from, { records: recordsPage }, engine.now(), shardEnd)
    pages.encode(page, undefined, encoding)
    from = page.to
  }
}
