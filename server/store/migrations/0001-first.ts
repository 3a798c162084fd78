import { type Kysely, type Migration, sql } from 'kysely'

/** Everything the first Kinesight keeps. Rows of the hot tables are clustered by their key. */
const statements = [
  `create table stream (
    id integer primary key autoincrement,
    name text not null, place text not null, created_ms integer not null, start_at text not null)`,
  `create index stream_name on stream (name, place)`,
  `create table lease (stream_id integer primary key, epoch integer not null)`,
  `create table shard (
    stream_id integer not null, shard_id text not null, parents text not null,
    hash_from text not null, hash_to text not null,
    closed integer not null, finished integer not null,
    checkpoint text, read_to_ms integer, last_arrival_ms integer, newest_event_ms integer,
    records integer not null default 0, bytes integer not null default 0,
    applied integer not null default 0, duplicate integer not null default 0,
    rejected integer not null default 0, late integer not null default 0,
    clamped integer not null default 0,
    primary key (stream_id, shard_id)) without rowid`,
  `create table seen (
    seq integer primary key autoincrement,
    stream_id integer not null, minute_ms integer not null, hashes blob not null)`,
  `create index seen_minute on seen (stream_id, minute_ms)`,
  `create table dead_letter (
    id integer primary key autoincrement,
    stream_id integer not null, shard_id text not null, sequence_number text not null,
    event_index integer not null, arrived_ms integer not null,
    reason text not null, detail text not null, data blob not null, bytes integer not null)`,
  `create index dead_letter_reason on dead_letter (stream_id, reason, id)`,
  `create table dead_letter_count (
    stream_id integer not null, reason text not null, n integer not null,
    primary key (stream_id, reason)) without rowid`,
  `create table event_total (
    stream_id integer not null, type text not null, n integer not null,
    primary key (stream_id, type)) without rowid`,
  `create table money_total (
    stream_id integer not null, kind text not null, account text not null, currency text not null,
    units integer not null, micros integer not null,
    primary key (stream_id, kind, account, currency)) without rowid`,
  `create table pane (
    stream_id integer not null, level_ms integer not null, dimension text not null,
    start_ms integer not null, body blob not null,
    primary key (stream_id, level_ms, dimension, start_ms))`,
  `create table pane_delta (
    seq integer primary key autoincrement, stream_id integer not null, body blob not null)`,
  `create table alert_rule (
    id text primary key, stream_id integer not null, body text not null, sample integer not null,
    created_ms integer not null, updated_ms integer not null)`,
  `create table alert_event (
    id integer primary key autoincrement, stream_id integer not null, rule_id text not null,
    rule text not null, fired_ms integer not null, cleared_ms integer, cleared text,
    value text not null, peak text not null)`,
  `create index alert_event_open on alert_event (stream_id, cleared_ms)`,
  `create table setting (
    stream_id integer not null, name text not null, value text not null,
    primary key (stream_id, name)) without rowid`,
]

export const first: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
