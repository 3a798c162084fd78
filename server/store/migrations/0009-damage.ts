import { type Kysely, type Migration, sql } from 'kysely'

/** What shows that a row is as it was written. */
const statements = [`alter table shard add column crc integer`]

export const damage: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
