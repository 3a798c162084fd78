import { type Kysely, sql } from 'kysely'
import type { DamagedRowAnswer } from '../../lib/api.ts'
import type { DamageCell } from '../../lib/frames.ts'
import type { Schema } from '../store/schema.ts'

/** Rows that the status names. */
const NAMED = 5
/** Of what was set aside so many characters or bytes are answered. */
const SHOWN_BYTES = 4_096

const ofStream = (db: Kysely<Schema>, streamId: number) =>
  db.selectFrom('damaged').where('stream_id', 'in', [0, streamId])

/** What the pages say of the damage, of a stream and of what is of none. */
export async function damageCell(
  db: Kysely<Schema>,
  streamId: number,
): Promise<Omit<DamageCell, 'differences'>> {
  const tables = await ofStream(db, streamId)
    .select(['source as table'])
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .groupBy('source')
    .orderBy('source')
    .execute()
  const newest = await ofStream(db, streamId)
    .select(['id', 'source', 'row_key', 'why', 'found_ms'])
    .orderBy('id', 'desc')
    .limit(NAMED)
    .execute()
  return {
    tables,
    newest: newest.map(({ id, source, row_key, why, found_ms }) => ({
      ...{ id, table: source, key: keyOf(row_key), why, foundAt: found_ms },
    })),
  }
}

/** A page of what was set aside, newest first. */
export async function damagedRows(
  db: Kysely<Schema>,
  streamId: number,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<DamagedRowAnswer[]> {
  let query = ofStream(db, streamId)
    .select(['id', 'source', 'row_key', 'why', 'found_ms', 'bytes'])
    .select(sql<ArrayBuffer>`cast(substr(held, 1, ${sql.lit(SHOWN_BYTES)}) as blob)`.as('held'))
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  const rows = await query.execute()
  return rows.map(({ id, source, row_key, why, found_ms, bytes, held }) => ({
    id,
    table: source,
    key: keyOf(row_key),
    why,
    foundAt: found_ms,
    bytes,
    held: Buffer.from(held).toString('base64'),
  }))
}

/** How many panes lack something for good. */
export async function lostPanes(db: Kysely<Schema>, streamId: number): Promise<number> {
  const { panes } = await db
    .selectFrom('lost_pane')
    .select(({ fn }) => fn.countAll<number>().as('panes'))
    .where('stream_id', '=', streamId)
    .executeTakeFirstOrThrow()
  return panes
}

function keyOf(text: string): Record<string, string | number> {
  try {
    return JSON.parse(text) as Record<string, string | number>
  } catch {
    return { key: text }
  }
}
