import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { StreamPlace } from './stream-row.ts'

/** When Kinesight was first started for a stream that it has not reached yet. */
export interface FirstStart {
  /** Epoch ms, on this machine's clock. */
  atMs: number
  /** It has waited for the stream at least so long since then: clocks may be set, this only grows. */
  waitedMs: number
}

/** Keeps that there was a start at `atMs`; answers the first one. */
export async function noteFirstStart(
  db: Kysely<Schema>,
  { name, place }: StreamPlace,
  atMs: number,
): Promise<FirstStart> {
  await db
    .insertInto('first_start')
    .values({ name, place, at_ms: atMs, waited_ms: 0 })
    .onConflict((conflict) => conflict.columns(['name', 'place']).doNothing())
    .execute()
  const row = await db
    .selectFrom('first_start')
    .select(['at_ms', 'waited_ms'])
    .where('name', '=', name)
    .where('place', '=', place)
    .executeTakeFirstOrThrow()
  return { atMs: row.at_ms, waitedMs: row.waited_ms }
}

export async function noteWaited(
  db: Kysely<Schema>,
  { name, place }: StreamPlace,
  waitedMs: number,
): Promise<void> {
  await db
    .updateTable('first_start')
    .set({ waited_ms: Math.floor(waitedMs) })
    .where('name', '=', name)
    .where('place', '=', place)
    .execute()
}

/** The stream was reached: its row says all there is to know. */
export async function forgetFirstStart(
  db: Kysely<Schema>,
  { name, place }: StreamPlace,
): Promise<void> {
  await db.deleteFrom('first_start').where('name', '=', name).where('place', '=', place).execute()
}
