import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noFates } from '../../../lib/fates.ts'
import { MINUTE_MS } from '../../../lib/time.ts'
import { createDamage } from '../../damage/damage.ts'
import { takeLease, writeCommit } from '../../stream/commit/commit.ts'
import { readMemory } from '../../stream/commit/memory-rows.ts'
import { readShards } from '../../stream/commit/shard-rows.ts'
import { createSeenIds } from '../../stream/records/seen-ids.ts'
import { openStore, type Store } from '../open-store.ts'
import type { Schema } from '../schema.ts'
import { findStream } from '../stream-row.ts'
import {
  BUSY,
  type FirstSchema,
  fillFirstStore,
  HASH_OF_A,
  IDLE,
  makeFirstStore,
  NOON,
  PARENT,
  STREAM,
} from './first-store.testing.ts'

const SLICE = Math.floor((NOON + 9_999) / 10_240) * 10_240
const OFFSET = new Uint8Array(Uint32Array.of(NOON + 9_999 - SLICE).buffer)

let folder: string
let file: string
let before: Contents
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-migrations-'))
  file = path.join(folder, 'kinesight.db')
  const old = await makeFirstStore(file)
  await fillFirstStore(old)
  before = await contentsOf(old)
  await old.destroy()
  store = await openStore(file)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('every row of a first store is kept, and what is new of it has its default', async () => {
  const { shard = [], lease = [], dead_letter = [], stream = [] } = before
  const { pane = [], pane_delta = [], seen = [] } = before
  expect(Object.values(before).filter((rows) => rows.length === 0)).toEqual([])
  expect(await contentsOf(store.db)).toEqual({
    ...before,
    shard: shard.map((row) => ({
      ...row,
      read_to_ms: row.last_arrival_ms,
      trimmed_ms: null,
      sub_sequence: null,
      aggregated: 0,
      out_of_range: 0,
      beyond: 0,
      beyond_oldest_ms: null,
      beyond_last_ms: null,
      part_again: null,
      put_again: 0,
      partly_read: 0,
      crc: null,
    })),
    seen: seen.map(({ minute_ms: _, hashes: __, ...row }) => ({
      ...row,
      slice_ms: SLICE,
      // The first word is when it arrived.
      entries: [...OFFSET, ...HASH_OF_A.slice(4)],
      crc: null,
    })),
    put_again: [],
    // What the shards have is what the commits had added up until now.
    lease: lease.map((row) => ({ ...row, commit_seq: 0, applied: 13, duplicate: 4, rejected: 3 })),
    dead_letter: dead_letter.map((row) => ({ ...row, app: null })),
    stream: stream.map((row) => ({
      ...row,
      asked: null,
      first_start_ms: null,
      since_ms: null,
      crc: null,
    })),
    first_start: [],
    counting_change: [],
    pane: pane.map((row) => ({ ...row, crc: null })),
    pane_delta: pane_delta.map((row) => ({ ...row, crc: null, places: null })),
    kpi_definition: [],
    mark: [],
    damaged: [],
    lost_pane: [],
  })
})

test('an id that a first store kept makes a duplicate of one that arrives in the ten minutes after it', async () => {
  const seen = createSeenIds()
  const damage = createDamage(store.db, { clock: { now: () => NOON } })
  await readMemory(store.db, { streamId: STREAM, table: 'seen', damage }, seen.restore)
  expect(seen.size()).toBe(1)
  // When in its ten seconds it arrived was not kept: the last moment of them counts.
  const arrived = NOON + 9_999
  expect(seen.check('a', arrived + 10 * MINUTE_MS)).toBe(true)
  expect(seen.check('a', arrived + 10 * MINUTE_MS + 1)).toBe(false)
})

test('a shard counts as read up to its last record; one without records, as never read', async () => {
  const read = (rows: Contents[string] = []) =>
    Object.fromEntries(rows.map((row) => [row.shard_id, row.read_to_ms]))
  expect(read(before.shard)).toEqual({
    [PARENT]: NOON - 50 * MINUTE_MS,
    [BUSY]: NOON + 5 * MINUTE_MS,
    [IDLE]: NOON + 5 * MINUTE_MS,
  })
  expect(read((await contentsOf(store.db)).shard)).toEqual({
    [PARENT]: NOON - 60 * MINUTE_MS,
    [BUSY]: NOON,
    [IDLE]: null,
  })
})

test('how far a shard is read since then stays when the store is opened again', async () => {
  await store.db
    .updateTable('shard')
    .set({ read_to_ms: NOON + MINUTE_MS })
    .where('shard_id', '=', IDLE)
    .execute()
  await store.close()
  store = await openStore(file)
  const idle = (await progressOf(store)).find(({ shardId }) => shardId === IDLE)
  expect(idle?.readToMs).toBe(NOON + MINUTE_MS)
})

test('the stream and its shards are read as they were left', async () => {
  expect(await findStream(store.db, { name: 'clickstream', place: 'us-east-1' })).toEqual({
    id: STREAM,
    createdMs: 7,
    startAt: { kind: 'trim_horizon' },
    asked: null,
    firstStartMs: null,
  })
  const added = {
    ...{ trimmedMs: null, subSequence: null, partAgain: null },
    ...{ aggregated: 0, outOfRange: 0, putAgain: 0, partlyRead: 0 },
    ...{ oldestBeyondMs: null, lastBeyondMs: null },
  }
  const nothing = noFates()
  expect(await progressOf(store)).toEqual([
    {
      ...added,
      shardId: PARENT,
      parents: [],
      hashFrom: '0',
      hashTo: '99',
      closed: true,
      finished: true,
      checkpoint: '49600000000000000000000000000000000000000000000000000001',
      readToMs: NOON - 60 * MINUTE_MS,
      lastArrivalMs: NOON - 60 * MINUTE_MS,
      newestEventMs: NOON - 61 * MINUTE_MS,
      records: 3,
      bytes: 300,
      fates: { ...nothing, applied: 3 },
    },
    {
      ...added,
      shardId: BUSY,
      parents: [PARENT],
      hashFrom: '0',
      hashTo: '49',
      closed: false,
      finished: false,
      checkpoint: '49600000000000000000000000000000000000000000000000000002',
      readToMs: NOON,
      lastArrivalMs: NOON,
      newestEventMs: NOON - MINUTE_MS,
      records: 20,
      bytes: 2_000,
      fates: { applied: 10, duplicate: 4, rejected: 3, late: 2, clamped: 1, beyond: 0 },
    },
    {
      ...added,
      shardId: IDLE,
      parents: [PARENT],
      hashFrom: '50',
      hashTo: '99',
      closed: false,
      finished: false,
      checkpoint: null,
      readToMs: null,
      lastArrivalMs: null,
      newestEventMs: null,
      records: 0,
      bytes: 0,
      fates: nothing,
    },
  ])
})

test('the next writer counts its epoch on, and commits behind the old checkpoints', async () => {
  const lease = await takeLease(store.db, STREAM)
  expect(lease).toEqual({ streamId: STREAM, epoch: 5, commitSeq: 0 })
  const shards = await progressOf(store)
  const further = shards.map((shard) => ({
    ...shard,
    checkpoint: '5',
    subSequence: 2,
    partAgain: true,
    putAgain: 3,
  }))
  await writeCommit(store.db, lease, {
    shards: further,
    added: { applied: 2, duplicate: 1, rejected: 0 },
    seen: { fresh: [], forgotten: [] },
    putAgain: { fresh: [], forgotten: [] },
    rejected: [],
    rejectedCounts: new Map([['not_json', 1]]),
    works: [],
  })
  expect(await progressOf(store)).toEqual(further)
  const counts = await store.db.selectFrom('dead_letter_count').select(['reason', 'n']).execute()
  expect(counts).toEqual([{ reason: 'not_json', n: 8 }])
})

const progressOf = async ({ db }: Store) =>
  (await readShards(db, STREAM, NOON)).map(({ progress }) => progress)

/** The rows of each table, bytes as arrays of numbers. */
type Contents = Record<string, Record<string, unknown>[]>

async function contentsOf(db: Kysely<FirstSchema> | Kysely<Schema>): Promise<Contents> {
  const tables = await sql<{ name: string }>`select name from sqlite_master
    where type = 'table' and name not glob 'sqlite_*' and name not glob 'kysely_*'`.execute(db)
  const contents: Contents = {}
  for (const { name } of tables.rows) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
      db,
    )
    contents[name] = rows.map(withPlainBytes)
  }
  return contents
}

const withPlainBytes = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value instanceof ArrayBuffer || value instanceof Uint8Array
        ? [...new Uint8Array(value)]
        : value,
    ]),
  )
