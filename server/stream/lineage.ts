import type { ShardProgress } from './shard-progress.ts'
import type { ListedShard } from './stream-source.ts'

export type ShardMap = ReadonlyMap<string, ShardProgress>

/**
 * The parents a shard still has to wait for. A parent that is not known was trimmed away before this
 * stream was first looked at: there is nothing left of it to read.
 */
export function unfinishedParents(shard: ShardProgress, shards: ShardMap): string[] {
  return shard.parents.filter((parent) => shards.get(parent)?.finished === false)
}

/** Shards that can be read now: not read to their end, their parents all are. Order within a key holds. */
export function readableShards(shards: ShardMap): ShardProgress[] {
  return [...shards.values()].filter(
    (shard) => !shard.finished && unfinishedParents(shard, shards).length === 0,
  )
}

/** What a new listing says that was not known: shards, and shards that no longer take records. */
export function whatIsNew(
  shards: ShardMap,
  listed: readonly ListedShard[],
): { added: ListedShard[]; closed: string[] } {
  return {
    added: listed.filter(({ shardId }) => !shards.has(shardId)),
    closed: listed
      .filter(({ shardId, closed }) => closed && shards.get(shardId)?.closed === false)
      .map(({ shardId }) => shardId),
  }
}

/** Whether a listing names the children of a shard that was read to its end. */
export const hasChildren = (shardId: string, listed: readonly ListedShard[]): boolean =>
  listed.some(({ parents }) => parents.includes(shardId))
