import type { Kysely } from 'kysely'
import type { StartAt } from '../../lib/start-at.ts'
import type { Schema } from './schema.ts'

/** Where a stream's name means something: its endpoint, or its region. */
export interface StreamPlace {
  name: string
  place: string
}

export interface StreamRow {
  id: number
  createdMs: number
  startAt: StartAt
}

/** The newest incarnation of the stream that was read here, if any. */
export async function findStream(
  db: Kysely<Schema>,
  { name, place }: StreamPlace,
): Promise<StreamRow | undefined> {
  const row = await db
    .selectFrom('stream')
    .selectAll()
    .where('name', '=', name)
    .where('place', '=', place)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined
    ? undefined
    : { id: row.id, createdMs: row.created_ms, startAt: JSON.parse(row.start_at) as StartAt }
}

export async function addStream(
  db: Kysely<Schema>,
  { name, place }: StreamPlace,
  { createdMs, startAt }: Omit<StreamRow, 'id'>,
): Promise<StreamRow> {
  const { id } = await db
    .insertInto('stream')
    .values({ name, place, created_ms: createdMs, start_at: JSON.stringify(startAt) })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, createdMs, startAt }
}
