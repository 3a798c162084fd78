import { type Kysely, sql } from 'kysely'
import type { ReaderState } from '../../lib/frames.ts'
import type { Schema } from '../../server/store/schema.ts'
import type { Consumer } from '../../server/stream/consumer.ts'
import type { ConsumerSays, FateSum } from './consumer-messages.ts'

export function takenFates(consumer: Consumer): FateSum {
  const { applied, duplicate, rejected } = consumer.readings().fates
  return { applied, duplicate, rejected }
}

export const storedFates = (db: Kysely<Schema>): Promise<FateSum> =>
  db
    .selectFrom('shard')
    .select([
      sql<number>`coalesce(sum(applied), 0)`.as('applied'),
      sql<number>`coalesce(sum(duplicate), 0)`.as('duplicate'),
      sql<number>`coalesce(sum(rejected), 0)`.as('rejected'),
    ])
    .executeTakeFirstOrThrow()

const isWell = ({ kind }: ReaderState): boolean =>
  kind === 'reading' || kind === 'catching_up' || kind === 'waiting_for_room'

export function says(consumer: Consumer): ConsumerSays {
  const { shards, findings, reading } = consumer.readings()
  return {
    fates: takenFates(consumer),
    findings,
    mode: reading.mode,
    notice: reading.notice,
    restarts: shards.reduce((sum, { restarts }) => sum + restarts, 0),
    unsettled: shards.filter(({ progress, reader }) => !progress.finished && !isWell(reader))
      .length,
    readers: shards.flatMap(({ progress, reader, lagMs }) =>
      progress.finished
        ? []
        : [
            `${progress.shardId}: ${JSON.stringify(reader)}, at ${progress.checkpoint}, ${lagMs} ms`,
          ],
    ),
  }
}
