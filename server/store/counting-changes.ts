import type { Kysely } from 'kysely'
import type { CountingChange, CountingChangeKind } from '../../lib/counting-change.ts'
import type { Schema } from './schema.ts'

/** For a stream; older ones make room. */
const MOST_KEPT = 100

export async function addChanges(
  db: Kysely<Schema>,
  streamId: number,
  changes: readonly CountingChange[],
): Promise<void> {
  if (changes.length === 0) return
  await db
    .insertInto('counting_change')
    .values(changes.map(({ at, kind, text }) => ({ stream_id: streamId, at_ms: at, kind, text })))
    .execute()
  const oldest = await db
    .selectFrom('counting_change')
    .select('id')
    .where('stream_id', '=', streamId)
    .orderBy('id', 'desc')
    .offset(MOST_KEPT)
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return
  await db
    .deleteFrom('counting_change')
    .where('stream_id', '=', streamId)
    .where('id', '<=', oldest.id)
    .execute()
}

/** Newest first. */
export async function readChanges(
  db: Kysely<Schema>,
  streamId: number,
  limit: number,
): Promise<CountingChange[]> {
  const rows = await db
    .selectFrom('counting_change')
    .select(['at_ms', 'kind', 'text'])
    .where('stream_id', '=', streamId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ at_ms: at, kind, text }) => ({ at, kind: kind as CountingChangeKind, text }))
}
