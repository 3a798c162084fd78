import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fillFirstStore, makeFirstStore } from './migrations/first-store.testing.ts'
import { openStore } from './open-store.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-traces-'))
  file = path.join(folder, 'kinesight.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function open(): Promise<void> {
  await (await openStore(file)).close()
}

/** All of it in the one file. */
async function made(): Promise<void> {
  const store = await openStore(file)
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  await store.close()
}

const EMPTY =
  /its file is empty, but a store was here before: .*Put a copy of the file back.*To begin anew, move/

describe('a store that was emptied is not taken for a new one', () => {
  test('where the mark beside it says that there was one', async () => {
    await made()
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('-made')) rmSync(path.join(folder, name))
    }
    writeFileSync(file, '')
    await expect(open()).rejects.toThrow(EMPTY)
    expect(readFileSync(file)).toHaveLength(0)
    rmSync(file)
    await expect(open()).rejects.toThrow(/its file is missing, but a store was here before/)
    expect(existsSync(file)).toBe(false)
  })

  test('where its log is there', async () => {
    writeFileSync(file, '')
    writeFileSync(`${file}-wal`, 'frames')
    await expect(open()).rejects.toThrow(/its file is empty, .*its log kinesight.db-wal is there/)
    rmSync(file)
    await expect(open()).rejects.toThrow(/its file is missing, .*its log kinesight.db-wal is there/)
  })

  test('where an older version has used the embedded stream beside it', async () => {
    mkdirSync(path.join(folder, 'kinesis'))
    writeFileSync(path.join(folder, 'kinesis', 'CURRENT'), 'MANIFEST-000002\n')
    writeFileSync(file, '')
    await expect(open()).rejects.toThrow(/the embedded stream beside it has been used/)
  })

  test('where only its log, which held everything, was deleted', async () => {
    const store = await openStore(file)
    const copy = readFileSync(file)
    await store.close()
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('-made')) rmSync(path.join(folder, name))
    }
    writeFileSync(file, copy)
    await expect(open()).rejects.toThrow(
      /its file is (without any tables|empty), but a store was here/,
    )
  })
})

describe('a store is made', () => {
  test('in a folder with nothing in it', async () => {
    await open()
    await open()
    expect(existsSync(`${file}-made`)).toBe(true)
  })

  test('where the first start was killed before it had made anything', async () => {
    writeFileSync(file, '')
    writeFileSync(path.join(folder, 'lock.db'), '')
    await open()
  })

  test('where the one before was moved away on purpose, with all that begins alike', async () => {
    await made()
    for (const name of readdirSync(folder)) {
      if (name.startsWith('kinesight.db')) rmSync(path.join(folder, name))
    }
    await open()
  })

  test('where an older version’s was deleted to count its embedded stream once more', async () => {
    mkdirSync(path.join(folder, 'kinesis'))
    writeFileSync(path.join(folder, 'kinesis', 'CURRENT'), 'MANIFEST-000002\n')
    await open()
  })
})

test('a migration that does not get to its end leaves the store as it was', async () => {
  const old = await makeFirstStore(file)
  await fillFirstStore(old)
  const tables = async () =>
    (await sql`select name, sql from sqlite_master order by name`.execute(old)).rows
  // In the way of one of its last tables.
  await sql`create table lost_pane (a)`.execute(old)
  const before = await tables()
  await expect(open()).rejects.toThrow(/cannot be brought up to date: .*lost_pane/)
  expect(await tables()).toEqual(before)
  await sql`drop table lost_pane`.execute(old)
  await old.destroy()
  await open()
})
