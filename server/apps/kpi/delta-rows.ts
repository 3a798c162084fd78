import type { Kysely } from 'kysely'
import type { Schema } from '../../store/schema.ts'

const ROWS_A_READ = 50

/** Numbered in the order of the commits. The newest row always stays, so numbers never come again. */
export async function appendDelta(
  db: Kysely<Schema>,
  streamId: number,
  body: Uint8Array,
): Promise<number> {
  const { seq } = await db
    .insertInto('pane_delta')
    .values({ stream_id: streamId, body })
    .returning('seq')
    .executeTakeFirstOrThrow()
  return seq
}

export async function deleteDeltas(
  db: Kysely<Schema>,
  streamId: number,
  upTo: number,
): Promise<void> {
  await db
    .deleteFrom('pane_delta')
    .where('stream_id', '=', streamId)
    .where('seq', '<=', upTo)
    .execute()
}

/** All that is left of the log, oldest first, a few rows in memory at a time. */
export async function* readDeltas(
  db: Kysely<Schema>,
  streamId: number,
): AsyncGenerator<{ seq: number; body: Uint8Array }> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('pane_delta')
      .select(['seq', 'body'])
      .where('stream_id', '=', streamId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(ROWS_A_READ)
      .execute()
    for (const { seq, body } of rows) {
      yield { seq, body: new Uint8Array(body) }
      after = seq
    }
    if (rows.length < ROWS_A_READ) return
  }
}
