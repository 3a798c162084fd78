import { type Kysely, type Migration, sql } from 'kysely'

/** A place inside a record, shards that ran out of retention, aggregates, and commits told apart. */
const statements = [
  `alter table shard add column trimmed_ms integer`,
  `alter table shard add column sub_sequence integer`,
  `alter table shard add column aggregated integer not null default 0`,
  `alter table shard add column out_of_range integer not null default 0`,
  `alter table lease add column commit_seq integer not null default 0`,
  `alter table dead_letter add column app text`,
  // Until now it was told by this machine's clock, and a shard would be opened by it.
  `update shard set read_to_ms = last_arrival_ms`,
]

export const trustedReading: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
