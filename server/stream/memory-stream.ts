import { createHash } from 'node:crypto'
import {
  type ListedShard,
  type Position,
  SourceError,
  type SourceErrorKind,
  type StreamRecord,
  type StreamSource,
} from './stream-source.ts'

/** A stream in memory for tests: held to the same contract tests as the real adapter. */
export interface MemoryStream extends StreamSource {
  put(partitionKey: string, data: Uint8Array | string): { shardId: string; sequenceNumber: string }
  split(shardId: string): [string, string]
  merge(shardId: string, adjacentId: string): string
  /** The next calls of this name fail so, each once. */
  failNext(call: 'describe' | 'listShards' | 'iterator' | 'read', ...kinds: SourceErrorKind[]): void
  /** Deletes the stream and makes it anew. */
  recreate(createdMs: number): void
  /** Shards in the order in which they were first read. */
  readonly readOrder: string[]
}

interface MemoryShard extends ListedShard {
  records: StreamRecord[]
}

const HASH_KEYS = 1n << 128n
/** Few, so that tests see full reads. */
const READ_LIMIT = 100

export function createMemoryStream(options: {
  shards: number
  now: () => number
  createdMs?: number
}): MemoryStream {
  let shards = new Map<string, MemoryShard>()
  let createdMs = options.createdMs ?? 1
  let sequence = 0n
  const faults = new Map<string, SourceErrorKind[]>()
  const readOrder: string[] = []
  reset()

  function reset(): void {
    shards = new Map()
    const width = HASH_KEYS / BigInt(options.shards)
    for (let at = 0; at < options.shards; at++) {
      const from = width * BigInt(at)
      const to = at === options.shards - 1 ? HASH_KEYS - 1n : from + width - 1n
      addShard([], from, to)
    }
  }

  function addShard(parents: string[], from: bigint, to: bigint): string {
    const shardId = `shardId-${String(shards.size).padStart(12, '0')}`
    shards.set(shardId, {
      shardId,
      parents,
      hashFrom: from.toString(),
      hashTo: to.toString(),
      closed: false,
      records: [],
    })
    return shardId
  }

  function shardOf(shardId: string): MemoryShard {
    const shard = shards.get(shardId)
    if (shard === undefined) throw new SourceError('gone', `no shard ${shardId}`, '')
    return shard
  }

  function fault(call: string): void {
    const kind = faults.get(call)?.shift()
    if (kind !== undefined) throw new SourceError(kind, `${call}: ${kind}`, 'Wait.')
  }

  function startOf(shard: MemoryShard, position: Position): number {
    const { records } = shard
    switch (position.kind) {
      case 'trim_horizon':
        return 0
      case 'after':
        return records.filter((r) => BigInt(r.sequenceNumber) <= BigInt(position.sequenceNumber))
          .length
      case 'at':
        return records.filter((record) => record.arrivedAt < position.timeMs).length
    }
  }

  return {
    readOrder,
    async describe() {
      fault('describe')
      return { status: 'ACTIVE', createdMs }
    },
    async listShards() {
      fault('listShards')
      return [...shards.values()].map(({ records: _, ...listed }) => ({ ...listed }))
    },
    async iterator(shardId, position) {
      fault('iterator')
      return `${shardId}|${startOf(shardOf(shardId), position)}`
    },
    async read(iterator) {
      fault('read')
      const [shardId = '', at] = iterator.split('|')
      const shard = shardOf(shardId)
      if (!readOrder.includes(shardId)) readOrder.push(shardId)
      const start = Number(at)
      const records = shard.records.slice(start, start + READ_LIMIT)
      const end = start + records.length
      const left = shard.records.length - end
      return {
        records,
        next: shard.closed && left === 0 ? undefined : `${shardId}|${end}`,
        millisBehindLatest:
          left > 0 ? Math.max(1, options.now() - (records.at(-1)?.arrivedAt ?? 0)) : 0,
        full: left > 0,
      }
    },
    close() {},
    put(partitionKey, data) {
      const hash = BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`)
      const shard = [...shards.values()].find(
        (one) => !one.closed && BigInt(one.hashFrom) <= hash && hash <= BigInt(one.hashTo),
      )
      if (shard === undefined) throw new Error('no open shard takes this key')
      const sequenceNumber = (++sequence).toString()
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
      shard.records.push({ sequenceNumber, arrivedAt: options.now(), data: bytes })
      return { shardId: shard.shardId, sequenceNumber }
    },
    split(shardId) {
      const parent = shardOf(shardId)
      parent.closed = true
      const [from, to] = [BigInt(parent.hashFrom), BigInt(parent.hashTo)]
      const middle = (from + to) / 2n
      return [addShard([shardId], from, middle), addShard([shardId], middle + 1n, to)]
    },
    merge(shardId, adjacentId) {
      const [a, b] = [shardOf(shardId), shardOf(adjacentId)]
      a.closed = true
      b.closed = true
      const ends = [a.hashFrom, a.hashTo, b.hashFrom, b.hashTo].map(BigInt)
      const [from = 0n, , , to = 0n] = ends.sort((left, right) => (left < right ? -1 : 1))
      return addShard([shardId, adjacentId], from, to)
    },
    failNext(call, ...kinds) {
      faults.set(call, [...(faults.get(call) ?? []), ...kinds])
    },
    recreate(at) {
      createdMs = at
      reset()
    },
  }
}
