import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import Database from 'libsql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { storeTrouble } from '../damage/store-trouble.ts'
import { openStore } from './open-store.ts'
import { readSetting, writeSetting } from './setting.ts'
import { addStream, findStream } from './stream-row.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('what is written is there after the store is opened again', async () => {
  const file = path.join(folder, 'kinesight.db')
  const place = { name: 'clickstream', place: 'us-east-1' }
  const first = await openStore(file)
  const stream = await addStream(first.db, place, {
    createdMs: 7,
    startAt: { kind: 'trim_horizon' },
  })
  await writeSetting(first.db, stream.id, { name: 'demo', value: 'on' })
  await writeSetting(first.db, stream.id, { name: 'demo', value: 'off' })
  await first.close()
  const second = await openStore(file)
  expect(await findStream(second.db, place)).toEqual({
    id: stream.id,
    createdMs: 7,
    startAt: { kind: 'trim_horizon' },
    asked: null,
    firstStartMs: null,
  })
  expect(await readSetting(second.db, stream.id, 'demo')).toBe('off')
  await second.close()
})

test('two connections of one process see each other and wait for each other', async () => {
  const file = path.join(folder, 'kinesight.db')
  const writer = await openStore(file)
  const reader = await openStore(file)
  await writer.db.transaction().execute(async (tx) => {
    await tx.insertInto('lease').values({ stream_id: 1, epoch: 1 }).execute()
    expect(await reader.db.selectFrom('lease').selectAll().execute()).toEqual([])
  })
  expect(await reader.db.selectFrom('lease').selectAll().execute()).toHaveLength(1)
  await Promise.all([writer.close(), reader.close()])
})

test('bytes come back as they went in', async () => {
  const store = await openStore(path.join(folder, 'kinesight.db'))
  const entries = Uint8Array.from([0, 1, 254, 255])
  await store.db.insertInto('seen').values({ stream_id: 1, slice_ms: 0, entries }).execute()
  const row = await store.db.selectFrom('seen').select('entries').executeTakeFirstOrThrow()
  expect(new Uint8Array(row.entries)).toEqual(entries)
  await store.close()
})

test('a transaction that fails on a full disk says so, and the next one works', async () => {
  const store = await openStore(path.join(folder, 'kinesight.db'))
  const write = (bytes: number) =>
    store.db.transaction().execute(async (tx) => {
      const entries = new Uint8Array(bytes)
      await tx.insertInto('seen').values({ stream_id: 1, slice_ms: 0, entries }).execute()
    })
  const pages = await sql<{ page_count: number }>`pragma page_count`.execute(store.db)
  await sql`pragma max_page_count = ${sql.lit(pages.rows[0]?.page_count)}`.execute(store.db)
  const failure = await write(1_000_000).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SQLITE_FULL' })
  expect(storeTrouble(failure)).toMatchObject({
    problem: 'the disk is full',
    remedy: expect.stringContaining('Free space'),
  })
  await sql`pragma max_page_count = 1000000`.execute(store.db)
  await write(1_000_000)
  await store.close()
})

test('a mistake of ours is no trouble of the store', async () => {
  const store = await openStore(path.join(folder, 'kinesight.db'))
  const mistake = await sql`select * from nowhere`
    .execute(store.db)
    .catch((error: unknown) => error)
  expect(mistake).toBeInstanceOf(Error)
  expect(storeTrouble(mistake)).toBeUndefined()
  expect(storeTrouble(new Error('something else'))).toBeUndefined()
  await store.close()
})

test('a folder that is not there is named', async () => {
  const file = path.join(folder, 'missing', 'kinesight.db')
  await expect(openStore(file)).rejects.toThrow(/missing\/kinesight\.db cannot be opened/)
})

test('a commit that found the store locked succeeds when it is tried again', async () => {
  const file = path.join(folder, 'kinesight.db')
  const store = await openStore(file)
  const other = new Database(file)
  const commit = () =>
    store.db.transaction().execute((tx) =>
      tx
        .insertInto('lease')
        .values({ stream_id: 1, epoch: 1 })
        .onConflict((c) => c.column('stream_id').doUpdateSet({ epoch: sql`lease.epoch + 1` }))
        .returning('epoch')
        .executeTakeFirstOrThrow(),
    )
  try {
    await commit()
    other.exec('begin immediate')
    await expect(commit()).rejects.toThrow(/locked/)
    other.exec('commit')
    expect((await commit()).epoch).toBe(2)
    other.exec("insert into setting values (1, 'a', 'b')")
    expect((await commit()).epoch).toBe(3)
  } finally {
    other.close()
    await store.close()
  }
}, 20_000)
