import type { Shard } from '@aws-sdk/client-kinesis'
import { isNumber } from './record-flaws.ts'
import { type ListedShard, SourceError } from './stream-source.ts'

/** The whole range of hash keys is [0, 2^128 - 1]. */
const LAST_KEY = (1n << 128n) - 1n

/** One entry of a list that contradicts itself discredits the list: what is read already is read on meanwhile. */
const cannotBe = (problem: string): SourceError =>
  new SourceError(
    'temporary',
    `the list of shards contradicts itself: ${problem}`,
    'It is listed again by itself; the shards that are known are read on. If it stays, look at what answers: a proxy, an emulator, or Kinesis itself.',
  )

/** Throws `SourceError` where it says what cannot be, or leaves out what Kinesis always says. */
export function toListed(shard: Shard): ListedShard {
  const { ShardId: shardId = '', SequenceNumberRange: numbers } = shard
  if (shardId === '') throw cannotBe('a shard has no id')
  const parents = [shard.ParentShardId, shard.AdjacentParentShardId].filter(
    (id): id is string => id !== undefined && id !== '',
  )
  const { StartingSequenceNumber: from, EndingSequenceNumber: to } = numbers ?? {}
  if (!isNumber(from)) throw cannotBe(`${shardId} has no first sequence number`)
  if (to !== undefined && !isNumber(to)) {
    throw cannotBe(`${shardId} has a last sequence number that is none`)
  }
  return {
    shardId,
    parents,
    ...hashRange(shard),
    closed: to !== undefined,
    numbers: { from, ...(to !== undefined && { to }) },
  }
}

function hashRange({ ShardId, HashKeyRange }: Shard): Pick<ListedShard, 'hashFrom' | 'hashTo'> {
  const { StartingHashKey: hashFrom = '', EndingHashKey: hashTo = '' } = HashKeyRange ?? {}
  const isRange = isNumber(hashFrom) && isNumber(hashTo)
  if (!isRange || BigInt(hashFrom) > BigInt(hashTo) || BigInt(hashTo) > LAST_KEY) {
    throw cannotBe(`${ShardId} has the hash keys "${hashFrom}" to "${hashTo}"`)
  }
  return { hashFrom, hashTo }
}

/** Of a shard that is listed twice: between two pages it may have been closed, and nothing else. */
export function mergeListed(before: ListedShard | undefined, listed: ListedShard): ListedShard {
  if (before === undefined) return listed
  if (placeOf(before) !== placeOf(listed)) {
    throw cannotBe(`${listed.shardId} is listed twice, with other hash keys or parents`)
  }
  return before.closed ? before : listed
}

const placeOf = ({ hashFrom, hashTo, parents }: ListedShard): string =>
  [hashFrom, hashTo, ...parents].join(' ')

/** Throws `SourceError` where there is no shard, or a shard descends from itself. O(n). */
export function checkList(shards: ListedShard[]): ListedShard[] {
  if (shards.length === 0) throw cannotBe('there is no shard in it')
  const byId = new Map(shards.map((shard) => [shard.shardId, shard]))
  const seen = new Map<string, 'above' | 'done'>()
  for (const { shardId } of shards) {
    const way = [shardId]
    while (way.length > 0) {
      const id = way.at(-1) as string
      if (seen.has(id)) {
        seen.set(id, 'done')
        way.pop()
        continue
      }
      seen.set(id, 'above')
      for (const parent of byId.get(id)?.parents ?? []) {
        if (seen.get(parent) === 'above') throw cannotBe(`${parent} descends from itself`)
        if (!seen.has(parent)) way.push(parent)
      }
    }
  }
  return shards
}
