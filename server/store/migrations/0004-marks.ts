import { type Kysely, type Migration, sql } from 'kysely'

/** What just went wrong, and when it was over. */
const statements = [
  `create table mark (
    stream_id integer not null,
    id text not null,
    kpi text not null,
    currency text,
    part_of text,
    direction text not null,
    began_ms integer not null,
    ended_ms integer,
    ending text,
    expected real not null,
    value real not null,
    score real not null,
    cause text,
    text text not null,
    primary key (stream_id, id)
  ) without rowid`,
  `create index mark_by_time on mark (stream_id, began_ms)`,
]

export const marks: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
