import { type Kysely, type Migration, sql } from 'kysely'

/** When a stream was first started with, when each incarnation was found, and what else changed what is counted. */
const statements = [
  `create table first_start (
    name text not null, place text not null, at_ms integer not null, waited_ms integer not null,
    primary key (name, place)) without rowid`,
  `create table counting_change (
    id integer primary key autoincrement, stream_id integer not null, at_ms integer not null,
    kind text not null, text text not null)`,
  `create index counting_change_of on counting_change (stream_id, id)`,
  `alter table stream add column asked text`,
  `alter table stream add column first_start_ms integer`,
  `alter table stream add column since_ms integer`,
]

export const firstStart: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
