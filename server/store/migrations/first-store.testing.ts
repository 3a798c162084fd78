import { type Generated, Kysely, Migrator, type SqliteDatabase, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { MINUTE_MS } from '../../../lib/time.ts'
import type {
  Blob,
  DeadLetterTable,
  LeaseTable,
  Schema,
  ShardTable,
  StreamTable,
} from '../schema.ts'
import { first } from './0001-first.ts'

/** What `0001-first` makes, where it is not today's schema. */
export interface FirstSchema
  extends Omit<Schema, 'stream' | 'lease' | 'shard' | 'seen' | 'dead_letter'> {
  stream: Omit<StreamTable, 'asked' | 'first_start_ms' | 'since_ms' | 'crc'>
  lease: Omit<LeaseTable, 'commit_seq'>
  shard: Omit<
    ShardTable,
    | 'trimmed_ms'
    | 'sub_sequence'
    | 'aggregated'
    | 'out_of_range'
    | 'part_again'
    | 'put_again'
    | 'beyond'
    | 'beyond_oldest_ms'
    | 'beyond_last_ms'
    | 'partly_read'
  >
  seen: { stream_id: number; seq: Generated<number>; minute_ms: number; hashes: Blob }
  dead_letter: Omit<DeadLetterTable, 'app'>
}

export const STREAM = 1
export const NOON = Date.UTC(2026, 0, 1, 12)
export const PARENT = 'shardId-000000000000'
export const BUSY = 'shardId-000000000001'
export const IDLE = 'shardId-000000000002'
const BYTES = Uint8Array.from([0, 1, 254, 255])
/** Of the id "a", as the first version hashed it. */
export const HASH_OF_A = Buffer.from('3c9394a71bb056551bb056551bb05655', 'hex')

/** A store as the first version made it: by its one migration. */
export async function makeFirstStore(file: string): Promise<Kysely<FirstSchema>> {
  const database = new Database(file) as unknown as SqliteDatabase
  const db = new Kysely<FirstSchema>({ dialect: new SqliteDialect({ database }) })
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ '0001-first': first }) },
  }).migrateToLatest()
  if (error !== undefined) throw error
  return db
}

/** At least a row for each table. */
export async function fillFirstStore(db: Kysely<FirstSchema>): Promise<void> {
  const stream_id = STREAM
  await db
    .insertInto('stream')
    .values({
      name: 'clickstream',
      place: 'us-east-1',
      created_ms: 7,
      start_at: '{"kind":"trim_horizon"}',
    })
    .execute()
  await db.insertInto('lease').values({ stream_id, epoch: 4 }).execute()
  await fillShards(db)
  await db
    .insertInto('dead_letter')
    .values({
      stream_id,
      shard_id: BUSY,
      sequence_number: '4960000000000000000000000000000000000000000000000000000',
      event_index: 3,
      arrived_ms: NOON,
      reason: 'not_json',
      detail: 'Unexpected token',
      data: BYTES,
      bytes: 4,
    })
    .execute()
  await db.insertInto('dead_letter_count').values({ stream_id, reason: 'not_json', n: 7 }).execute()
  await db.insertInto('seen').values({ stream_id, minute_ms: NOON, hashes: HASH_OF_A }).execute()
  await db.insertInto('event_total').values({ stream_id, type: 'page_view', n: 13 }).execute()
  await db
    .insertInto('money_total')
    .values({
      stream_id,
      kind: 'revenue',
      account: 'acme',
      currency: 'EUR',
      units: 12,
      micros: 340_000,
    })
    .execute()
  await fillPanesAndAlerts(db)
}

/** A parent read to its end and its two children, of which one never had a record; the clock was ahead. */
async function fillShards(db: Kysely<FirstSchema>): Promise<void> {
  const counts = { applied: 0, duplicate: 0, rejected: 0, late: 0, clamped: 0 }
  const child = { stream_id: STREAM, parents: JSON.stringify([PARENT]), closed: 0, finished: 0 }
  await db
    .insertInto('shard')
    .values([
      {
        stream_id: STREAM,
        shard_id: PARENT,
        parents: '[]',
        hash_from: '0',
        hash_to: '99',
        closed: 1,
        finished: 1,
        checkpoint: '49600000000000000000000000000000000000000000000000000001',
        read_to_ms: NOON - 50 * MINUTE_MS,
        last_arrival_ms: NOON - 60 * MINUTE_MS,
        newest_event_ms: NOON - 61 * MINUTE_MS,
        records: 3,
        bytes: 300,
        ...counts,
        applied: 3,
      },
      {
        ...child,
        shard_id: BUSY,
        hash_from: '0',
        hash_to: '49',
        checkpoint: '49600000000000000000000000000000000000000000000000000002',
        read_to_ms: NOON + 5 * MINUTE_MS,
        last_arrival_ms: NOON,
        newest_event_ms: NOON - MINUTE_MS,
        records: 20,
        bytes: 2_000,
        applied: 10,
        duplicate: 4,
        rejected: 3,
        late: 2,
        clamped: 1,
      },
      {
        ...child,
        shard_id: IDLE,
        hash_from: '50',
        hash_to: '99',
        checkpoint: null,
        read_to_ms: NOON + 5 * MINUTE_MS,
        last_arrival_ms: null,
        newest_event_ms: null,
        records: 0,
        bytes: 0,
        ...counts,
      },
    ])
    .execute()
}

async function fillPanesAndAlerts(db: Kysely<FirstSchema>): Promise<void> {
  const stream_id = STREAM
  await db
    .insertInto('pane')
    .values({ stream_id, level_ms: MINUTE_MS, dimension: '', start_ms: NOON, body: BYTES })
    .execute()
  await db.insertInto('pane_delta').values({ stream_id, body: BYTES }).execute()
  await db
    .insertInto('alert_rule')
    .values({ id: 'rule', stream_id, body: '{}', sample: 0, created_ms: 1, updated_ms: 2 })
    .execute()
  await db
    .insertInto('alert_event')
    .values({
      stream_id,
      rule_id: 'rule',
      rule: '{}',
      fired_ms: 3,
      cleared_ms: null,
      cleared: null,
      value: '1',
      peak: '2',
    })
    .execute()
  await db.insertInto('setting').values({ stream_id, name: 'demo', value: 'off' }).execute()
}
