import { createHash } from 'node:crypto'
import {
  ACCOUNT,
  HASH_KEYS,
  inUse,
  invalid,
  notFound,
  type Shard,
  type Stream,
} from './vocabulary.ts'

export const shardIdOf = (index: number): string => `shardId-${String(index).padStart(12, '0')}`

interface Birth {
  hashFrom: bigint
  hashTo: bigint
  parent?: Shard
  adjacentParent?: Shard
}

function addShard(stream: Stream, atMs: number, birth: Birth): Shard {
  const index = stream.shards.length
  const startingSequenceNumber = stream.numbers.next(index)
  const shard: Shard = {
    shardId: shardIdOf(index),
    index,
    parentShardId: birth.parent?.shardId,
    adjacentParentShardId: birth.adjacentParent?.shardId,
    hashFrom: birth.hashFrom,
    hashTo: birth.hashTo,
    startingSequenceNumber,
    createdMs: atMs,
    closed: undefined,
    records: [],
    trimmed: 0,
    expired: false,
  }
  stream.shards.push(shard)
  return shard
}

/** Divides the hash keys evenly, as CreateStream does. */
export function addFirstShards(stream: Stream, atMs: number, count: number): void {
  const each = HASH_KEYS / BigInt(count)
  for (let n = 0; n < count; n++) {
    const hashFrom = each * BigInt(n)
    const hashTo = n === count - 1 ? HASH_KEYS - 1n : hashFrom + each - 1n
    addShard(stream, atMs, { hashFrom, hashTo })
  }
}

export function hashKeyOf(partitionKey: string, explicitHashKey: string | undefined): bigint {
  if (explicitHashKey === undefined) {
    return BigInt(`0x${createHash('md5').update(partitionKey, 'utf8').digest('hex')}`)
  }
  const key = /^(0|[1-9]\d{0,38})$/.test(explicitHashKey) ? BigInt(explicitHashKey) : HASH_KEYS
  if (key >= HASH_KEYS) {
    throw invalid(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicitHashKey}`,
    )
  }
  return key
}

/** The open shard that takes a hash key. O(open shards). */
export function shardFor(stream: Stream, hashKey: bigint): Shard {
  const shard = stream.shards.find(
    ({ closed, hashFrom, hashTo }) =>
      closed === undefined && hashFrom <= hashKey && hashKey <= hashTo,
  )
  if (shard === undefined) throw new Error(`no open shard takes the hash key ${hashKey}`)
  return shard
}

/** By `shardId-000000000001`, or by any other spelling of its number, as the real one takes it. */
export function findShard(stream: Stream, shardId: string): Shard {
  const index = /^(?:shardId-)?(\d{1,12})$/.exec(shardId)?.[1]
  const shard = index === undefined ? undefined : stream.shards[Number(index)]
  if (shard === undefined || shard.expired) {
    throw notFound(
      `Shard ${shardId} in stream ${stream.name} under account ${ACCOUNT} does not exist`,
    )
  }
  return shard
}

function openShard(stream: Stream, shardId: string): Shard {
  const shard = findShard(stream, shardId)
  if (shard.closed !== undefined) {
    throw inUse(
      `Shard ${shard.shardId} in stream ${stream.name} under account ${ACCOUNT} has already been merged or split, and thus is not eligible for merging or splitting.`,
    )
  }
  return shard
}

function closeShard(stream: Stream, shard: Shard, atMs: number): void {
  shard.closed = { endingSequenceNumber: stream.numbers.next(shard.index), atMs }
}

/** `newStartingHashKey` left out: in the middle. */
export function splitShard(
  stream: Stream,
  atMs: number,
  shardId: string,
  newStartingHashKey?: bigint,
): [Shard, Shard] {
  const parent = openShard(stream, shardId)
  const { hashFrom, hashTo } = parent
  const cut = newStartingHashKey ?? (hashFrom + hashTo + 1n) / 2n
  if (cut <= hashFrom + 1n || cut >= hashTo) {
    throw invalid(
      `NewStartingHashKey ${cut} used in SplitShard() on shard ${parent.shardId} in stream ${stream.name} under account ${ACCOUNT} is not both greater than one plus the shard's StartingHashKey ${hashFrom} and less than the shard's EndingHashKey ${hashTo}.`,
    )
  }
  closeShard(stream, parent, atMs)
  return [
    addShard(stream, atMs, { parent, hashFrom, hashTo: cut - 1n }),
    addShard(stream, atMs, { parent, hashFrom: cut, hashTo }),
  ]
}

/** The two must lie next to each other; either may be named first. */
export function mergeShards(
  stream: Stream,
  atMs: number,
  shardId: string,
  adjacentShardId: string,
): Shard {
  const parent = openShard(stream, shardId)
  const adjacentParent = openShard(stream, adjacentShardId)
  const touch =
    parent.hashTo + 1n === adjacentParent.hashFrom || adjacentParent.hashTo + 1n === parent.hashFrom
  if (!touch) {
    throw invalid(
      `Shards ${parent.shardId} and ${adjacentParent.shardId} in stream ${stream.name} under account ${ACCOUNT} are not an adjacent pair of shards eligible for merging`,
    )
  }
  closeShard(stream, parent, atMs)
  closeShard(stream, adjacentParent, atMs)
  const [hashFrom, hashTo] =
    parent.hashFrom < adjacentParent.hashFrom
      ? [parent.hashFrom, adjacentParent.hashTo]
      : [adjacentParent.hashFrom, parent.hashTo]
  return addShard(stream, atMs, { parent, adjacentParent, hashFrom, hashTo })
}

export const childrenOf = (stream: Stream, { shardId }: Shard): Shard[] =>
  stream.shards.filter(
    (child) => child.parentShardId === shardId || child.adjacentParentShardId === shardId,
  )
