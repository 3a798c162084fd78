import type { ListedShard } from '../read/stream-source.ts'
import type { ShardProgress } from './shard-progress.ts'

export type ShardMap = ReadonlyMap<string, ShardProgress>

/** SPEC.md, states of a shard; `unknown` has no progress. */
export type ShardState = 'blocked' | 'readable' | 'finished' | 'trimmed'

export function shardState(shard: ShardProgress, shards: ShardMap): ShardState {
  if (shard.trimmedMs !== null) return 'trimmed'
  if (shard.finished) return 'finished'
  return unfinishedParents(shard, shards).length > 0 ? 'blocked' : 'readable'
}

/**
 * The parents a shard still has to wait for. A parent that is not known was trimmed away before this
 * stream was first looked at: there is nothing left of it to read. One that was begun waits for nothing: its parents
 * were finished then, whatever became of their rows.
 */
export function unfinishedParents(shard: ShardProgress, shards: ShardMap): string[] {
  if (shard.checkpoint !== null) return []
  return shard.parents.filter((parent) => shards.get(parent)?.finished === false)
}

/** Shards that can be read now: not read to their end, their parents all are. Order within a key holds. */
export function readableShards(shards: ShardMap): ShardProgress[] {
  return [...shards.values()].filter((shard) => shardState(shard, shards) === 'readable')
}

/**
 * What a new listing says that was not known: shards, and shards that no longer take records, or do so after all, where
 * an older listing said otherwise and nothing followed from it yet.
 */
export function whatIsNew(
  shards: ShardMap,
  listed: readonly ListedShard[],
): { added: ListedShard[]; closed: string[]; open: string[] } {
  return {
    added: listed.filter(({ shardId }) => !shards.has(shardId)),
    closed: listed
      .filter(({ shardId, closed }) => closed && shards.get(shardId)?.closed === false)
      .map(({ shardId }) => shardId),
    open: listed
      .filter(({ shardId, closed }) => !closed && isClosedUnread(shards.get(shardId)))
      .map(({ shardId }) => shardId),
  }
}

const isClosedUnread = (shard: ShardProgress | undefined): boolean =>
  shard?.closed === true && !shard.finished

/**
 * Whether some shard that would be new has a parent that is neither known nor named beside it. That parent was
 * trimmed away, or it was made after the listing was begun: only a listing that begins now tells which.
 */
export function namesUnknownParents(shards: ShardMap, listed: readonly ListedShard[]): boolean {
  const named = new Set(listed.map(({ shardId }) => shardId))
  return listed.some(
    ({ shardId, parents }) =>
      !shards.has(shardId) && parents.some((parent) => !shards.has(parent) && !named.has(parent)),
  )
}

/** The known children of a shard. */
export const childrenOf = (shardId: string, shards: ShardMap): string[] =>
  [...shards.values()].flatMap((shard) => (shard.parents.includes(shardId) ? shard.shardId : []))
