import { type Kysely, type Migration, sql } from 'kysely'

/** When a stream was first started with, what was asked then, and when each incarnation was found. */
const statements = [
  `create table first_start (
    name text not null, place text not null, at_ms integer not null, waited_ms integer not null,
    primary key (name, place)) without rowid`,
  `alter table stream add column asked text`,
  `alter table stream add column first_start_ms integer`,
  `alter table stream add column since_ms integer`,
]

export const firstStart: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
