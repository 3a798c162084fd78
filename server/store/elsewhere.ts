import type { Kysely } from 'kysely'
import type { OtherStream } from '../../lib/other-stream.ts'
import type { Schema } from './schema.ts'

/** A folder serves one stream after another; of very many the newest are told. */
const MOST_TOLD = 20

/** Streams of other names or places that this data folder has figures of, the one that was found last first. */
export async function readElsewhere(
  db: Kysely<Schema>,
  { name, place }: { name: string; place: string },
): Promise<OtherStream[]> {
  const rows = await db
    .selectFrom('stream')
    .leftJoin('shard', 'shard.stream_id', 'stream.id')
    .select(({ fn }) => [
      'stream.name',
      'stream.place',
      fn.sum<number | null>('shard.applied').as('applied'),
      fn.max<number | null>('shard.last_arrival_ms').as('last'),
      fn.max('stream.id').as('id'),
    ])
    .where((is) => is.or([is('stream.name', '!=', name), is('stream.place', '!=', place)]))
    .groupBy(['stream.name', 'stream.place'])
    .orderBy('id', 'desc')
    .limit(MOST_TOLD)
    .execute()
  return rows.map(({ name, place, applied, last }) => {
    return { name, place, applied: applied ?? 0, lastArrivalAt: last }
  })
}

/** How many events were applied of streams whose row is gone. */
export async function readOrphans(db: Kysely<Schema>): Promise<number> {
  const { applied } = await db
    .selectFrom('shard')
    .select(({ fn }) => fn.sum<number | null>('applied').as('applied'))
    .where('stream_id', 'not in', db.selectFrom('stream').select('id'))
    .executeTakeFirstOrThrow()
  return applied ?? 0
}
