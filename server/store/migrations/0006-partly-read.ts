import { type Kysely, type Migration, sql } from 'kysely'

/** Lines of a log with fields that were passed over. */
export const partlyRead: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table shard add column partly_read integer not null default 0`.execute(db)
  },
}
