import { type Kysely, type Migration, sql } from 'kysely'

/** What shows that the row of a stream is as it was written. */
export const streamChecksum: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table stream add column crc integer`.execute(db)
  },
}
