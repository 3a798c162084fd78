import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import Database from 'libsql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from './open-store.ts'

const MIB = 1_024 * 1_024
const ROWS = 40
const STREAM = 1

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-give-back-'))
  file = path.join(folder, 'kinesight.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const sizeOf = () => statSync(file).size

async function fill({ db }: Store, rows = ROWS): Promise<void> {
  for (let n = 0; n < rows; n++) {
    const row = { stream_id: STREAM, body: Buffer.alloc(MIB, n), crc: 0, places: '' }
    await db.insertInto('pane_delta').values(row).execute()
  }
}

const deleteUpTo = ({ db }: Store, seq: number) =>
  db.deleteFrom('pane_delta').where('seq', '<=', seq).execute()

async function bodies({ db }: Store) {
  const rows = await db.selectFrom('pane_delta').select(['seq', 'body']).orderBy('seq').execute()
  return rows.map(({ seq, body }) => {
    const bytes = Buffer.from(body)
    return [seq, bytes.length, bytes[0], bytes.at(-1)]
  })
}

async function giveAll(store: Store, isQuiet: boolean): Promise<number> {
  let turns = 1
  while (await store.giveBack({ isQuiet })) turns++
  return turns
}

/** As earlier versions made it, with 30 MiB more that are used, or free. */
function asFormerly(more: 'used' | 'free'): void {
  const database = new Database(file)
  database.exec('pragma auto_vacuum = none')
  database.exec('vacuum')
  database.exec('create table filler (body blob)')
  database.exec(`insert into filler values (zeroblob(${30 * MIB}))`)
  if (more === 'free') database.exec('drop table filler')
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
}

test('what was deleted goes back to the disk in small turns, and what is left is as it was', async () => {
  const store = await openStore(file)
  await fill(store)
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  expect(sizeOf()).toBeGreaterThan(ROWS * MIB)
  await deleteUpTo(store, 30)
  const left = await bodies(store)
  expect(left).toHaveLength(10)
  expect(await giveAll(store, true)).toBeGreaterThan(10)
  expect(sizeOf()).toBeLessThan(16 * MIB)
  expect(await bodies(store)).toEqual(left)
  const { rows } = await sql`pragma integrity_check`.execute(store.db)
  expect(rows).toEqual([{ integrity_check: 'ok' }])
  await store.close()
})

test('with traffic as much stays free as is used', async () => {
  const store = await openStore(file)
  await fill(store)
  await deleteUpTo(store, 19)
  expect(await giveAll(store, false)).toBe(1)
  await deleteUpTo(store, 30)
  await giveAll(store, false)
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  expect(sizeOf()).toBeGreaterThan(18 * MIB)
  expect(sizeOf()).toBeLessThan(23 * MIB)
  await store.close()
})

test('a file of an earlier version that is mostly free is written anew once, and its numbers go on', async () => {
  let store = await openStore(file)
  await fill(store)
  await deleteUpTo(store, 30)
  const left = await bodies(store)
  await store.close()
  asFormerly('free')
  expect(sizeOf()).toBeGreaterThan(30 * MIB)

  store = await openStore(file)
  expect(sizeOf()).toBeLessThan(12 * MIB)
  expect(await bodies(store)).toEqual(left)
  await deleteUpTo(store, ROWS)
  await fill(store, 1)
  expect((await bodies(store)).map(([seq]) => seq)).toEqual([ROWS + 1])
  await giveAll(store, true)
  expect(sizeOf()).toBeLessThan(8 * MIB)
  await store.close()
})

test('a file of an earlier version that is full is left as it is', async () => {
  await (await openStore(file)).close()
  asFormerly('used')
  const store = await openStore(file)
  const { rows } = await sql`pragma auto_vacuum`.execute(store.db)
  expect(rows).toEqual([{ auto_vacuum: 0 }])
  expect(await store.giveBack({ isQuiet: true })).toBe(false)
  await store.close()
})
