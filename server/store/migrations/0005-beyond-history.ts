import { type Kysely, type Migration, sql } from 'kysely'

/** Events older than all that is kept are counted by shard. Of what was applied until now nobody knows which were. */
const statements = [
  `alter table shard add column beyond integer not null default 0`,
  `alter table shard add column beyond_oldest_ms integer`,
  `alter table shard add column beyond_last_ms integer`,
]

export const beyondHistory: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
