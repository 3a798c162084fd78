import { type Kysely, type Migration, sql } from 'kysely'

/** What shows that a row is as it was written, and where those go that are not. */
const statements = [
  `alter table shard add column crc integer`,
  `alter table pane add column crc integer`,
  `alter table seen add column crc integer`,
  `alter table pane_delta add column crc integer`,
  `alter table pane_delta add column places text`,
  ...['applied', 'duplicate', 'rejected'].flatMap((fate) => [
    `alter table lease add column ${fate} integer not null default 0`,
    `update lease set ${fate} = coalesce(
      (select sum(${fate}) from shard where shard.stream_id = lease.stream_id), 0)`,
  ]),
  `create table damaged (
    id integer primary key autoincrement,
    stream_id integer not null,
    source text not null,
    row_key text not null,
    held blob not null,
    bytes integer not null,
    why text not null,
    found_ms integer not null)`,
  `create unique index damaged_row on damaged (source, stream_id, row_key, found_ms)`,
  `create table lost_pane (
    stream_id integer not null,
    level_ms integer not null,
    dimension text not null,
    start_ms integer not null,
    primary key (stream_id, level_ms, dimension, start_ms)) without rowid`,
]

export const damage: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
