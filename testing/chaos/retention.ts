import type { Store } from '../../server/store/open-store.ts'
import type { OwnHand } from '../fake-kinesis/own-hand.ts'
import { chance, type Random } from './random.ts'

export interface Retention {
  look(): Promise<void>
  readonly trimmed: number
}

/**
 * Retention that takes only what is committed: records of open shards up to the checkpoint, and whole shards
 * that were read to their end, which are not listed any more from then on. A closed shard whose end was not
 * read is left alone: without records it would be gone, and rightly be told to be lost.
 */
export function createRetention(ports: {
  stream: OwnHand
  db: Store['db']
  random: Random
}): Retention {
  const { stream, db, random } = ports
  let trimmed = 0
  return {
    get trimmed() {
      return trimmed
    },
    async look() {
      const rows = await db
        .selectFrom('shard')
        .select(['shard_id', 'finished', 'checkpoint', 'sub_sequence'])
        .execute()
      const shards = new Map(stream.shards().map((shard) => [shard.shardId, shard]))
      for (const { shard_id: shardId, finished, checkpoint, sub_sequence: part } of rows) {
        const isDamaged = checkpoint !== null && !/^\d+$/.test(checkpoint)
        const shard = shards.get(shardId)
        if (shard === undefined || shard.expired || isDamaged || !chance(random, 0.3)) continue
        const isOpen = shard.closed === undefined
        if (finished === 1) stream.trim(shardId)
        else if (isOpen && checkpoint !== null && part === null) stream.trim(shardId, checkpoint)
        else continue
        trimmed++
      }
    },
  }
}
