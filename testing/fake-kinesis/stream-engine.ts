import { type Limits, NO_LIMITS, realLimits } from './limits.ts'
import { PAGE_RECORDS, type ShardEnd } from './read-page.ts'
import { trimByAge, trimShard } from './retention.ts'
import { createSequenceNumbers } from './sequence-numbers.ts'
import { addFirstShards, findShard, mergeShards, splitShard } from './shards.ts'
import {
  ACCOUNT,
  type Consumer,
  inUse,
  invalid,
  MEBIBYTE,
  notFound,
  REGION,
  type Shard,
  type StoredRecord,
  type Stream,
} from './vocabulary.ts'

export interface EngineOptions {
  /** Wall time in ms; the real clock if left out. */
  now?: () => number
  /** `real`: the rates of the service; `none` (default): as fast as it goes. */
  limits?: 'real' | 'none'
  /** Shards in one answer of ListShards and DescribeStream; 1,000. */
  listPage?: number
  /** Records in one answer of GetRecords at most; 10,000. */
  recordsPage?: number
  shardEnd?: ShardEnd
  /** Up to 10 MiB, as UpdateMaxRecordSize allows; 1 MiB. */
  maxRecordBytes?: number
  /** How long a split or a merge leaves the stream UPDATING, and a new one CREATING; 0. */
  updateMs?: number
  /** How long a new consumer is CREATING; 0. */
  registerMs?: number
}

export interface StreamEngine {
  readonly options: Required<Omit<EngineOptions, 'now'>>
  readonly limits: Limits
  now(): number
  /** Throws ResourceNotFoundException. */
  stream(name: string): Stream
  streamNames(): string[]
  create(name: string, shardCount: number): Stream
  remove(name: string): void
  append(stream: Stream, shard: Shard, partitionKey: string, data: Uint8Array): StoredRecord
  split(stream: Stream, shardId: string, newStartingHashKey?: bigint): [Shard, Shard]
  merge(stream: Stream, shardId: string, adjacentShardId: string): Shard
  trim(stream: Stream, shardId: string, untilSequenceNumber?: string): void
  trimByAge(stream: Stream): void
  removeConsumer(stream: Stream, consumer: Consumer): void
  /** Calls back when a shard has new records, was closed, or lost its stream or a consumer. */
  watch(shard: Shard, changed: () => void): () => void
}

export function createStreamEngine(options: EngineOptions = {}): StreamEngine {
  const now = options.now ?? Date.now
  const streams = new Map<string, Stream>()
  const watchers = new Map<Shard, Set<() => void>>()
  let generation = 0
  let newestMs = 0
  const changed = (shard: Shard) => {
    for (const tell of watchers.get(shard) ?? []) tell()
  }
  const updateMs = options.updateMs ?? 0
  const become = (stream: Stream, status: 'CREATING' | 'UPDATING') => {
    if (updateMs === 0) return
    stream.status = status
    setTimeout(() => {
      if (stream.status === status) stream.status = 'ACTIVE'
    }, updateMs).unref()
  }

  const engine: StreamEngine = {
    options: {
      limits: options.limits ?? 'none',
      listPage: options.listPage ?? 1_000,
      recordsPage: options.recordsPage ?? PAGE_RECORDS,
      shardEnd: options.shardEnd ?? 'alone',
      maxRecordBytes: options.maxRecordBytes ?? MEBIBYTE,
      updateMs,
      registerMs: options.registerMs ?? 0,
    },
    limits: options.limits === 'real' ? realLimits(now) : NO_LIMITS,
    now,
    stream(name) {
      const stream = streams.get(name)
      if (stream === undefined) {
        throw notFound(`Stream ${name} under account ${ACCOUNT} not found.`)
      }
      return stream
    },
    streamNames: () => [...streams.keys()].sort(),
    create(name, shardCount) {
      if (streams.has(name)) {
        throw inUse(`Stream ${name} under account ${ACCOUNT} already exists.`)
      }
      // A stream made anew is newer, even where the clock stands.
      newestMs = Math.max(now(), newestMs + 1)
      const stream: Stream = {
        name,
        arn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${name}`,
        generation: ++generation,
        createdMs: newestMs,
        numbers: createSequenceNumbers(newestMs),
        status: 'ACTIVE',
        retentionHours: 24,
        shards: [],
        consumers: new Map(),
      }
      addFirstShards(stream, newestMs, shardCount)
      streams.set(name, stream)
      become(stream, 'CREATING')
      return stream
    },
    remove(name) {
      const stream = engine.stream(name)
      streams.delete(name)
      stream.status = 'DELETING'
      for (const shard of stream.shards) changed(shard)
    },
    append(stream, shard, partitionKey, data) {
      if (shard.closed !== undefined) throw invalid(`Shard ${shard.shardId} is closed.`)
      const record: StoredRecord = {
        sequenceNumber: stream.numbers.next(shard.index),
        arrivedMs: now(),
        partitionKey,
        data,
      }
      shard.records.push(record)
      changed(shard)
      return record
    },
    split(stream, shardId, newStartingHashKey) {
      const children = splitShard(stream, now(), shardId, newStartingHashKey)
      become(stream, 'UPDATING')
      changed(findShard(stream, shardId))
      return children
    },
    merge(stream, shardId, adjacentShardId) {
      const child = mergeShards(stream, now(), shardId, adjacentShardId)
      become(stream, 'UPDATING')
      for (const id of [shardId, adjacentShardId]) changed(findShard(stream, id))
      return child
    },
    trim: (stream, shardId, untilSequenceNumber) =>
      trimShard(findShard(stream, shardId), untilSequenceNumber),
    trimByAge: (stream) => trimByAge(stream, now()),
    removeConsumer(stream, { name }) {
      stream.consumers.delete(name)
      for (const shard of stream.shards) changed(shard)
    },
    watch(shard, tell) {
      const set = watchers.get(shard) ?? new Set()
      watchers.set(shard, set.add(tell))
      return () => {
        set.delete(tell)
        if (set.size === 0) watchers.delete(shard)
      }
    },
  }
  return engine
}
