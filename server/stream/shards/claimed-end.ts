import { contradicting } from '../read/answer-check.ts'
import { type ListedShard, SourceError } from '../read/stream-source.ts'

/**
 * Holds it against the list of shards that a shard was read to its end, with the children `named` by the answer, if any.
 * Throws `SourceError`: `contradicting` where the list says otherwise, `temporary` where it does not say all yet.
 */
export function holdAgainst(
  listed: readonly ListedShard[],
  shardId: string,
  named: readonly string[],
): void {
  const own = listed.find((shard) => shard.shardId === shardId)
  const children = listed.filter(({ parents }) => parents.includes(shardId))
  const ids = children.map((child) => child.shardId)
  const stranger = named.find((child) => !ids.includes(child))
  const end = 'the shard is said to be read to its end'
  if (ids.length === 0) {
    if (own === undefined) throw contradicting(`${end}, and is not in the list of shards`)
    if (!own.closed) throw contradicting(`${end}, and is open by the list of shards`)
    throw new SourceError(
      'temporary',
      'the shard is closed, and its children are not listed yet',
      'They are looked for again by themselves.',
    )
  }
  if (stranger !== undefined) {
    throw contradicting(`${end}, with the child ${stranger}, of which the list does not know`)
  }
}
