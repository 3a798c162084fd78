import { execFile } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holdFolder } from '../store/hold-folder.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { accessTrouble, storeTrouble } from './store-trouble.ts'

/** Each cause is there for real, as far as a test may bring it about: what is said has to fit it. */

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-trouble-'))
  file = path.join(folder, 'kinesight.db')
})
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

async function filled(rows = 1): Promise<void> {
  const store = await openStore(file)
  await insert(store, rows)
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  await store.close()
}

async function insert({ db }: Store, rows = 1): Promise<void> {
  for (let n = 0; n < rows; n++) {
    await db
      .insertInto('pane')
      .values({
        stream_id: 1,
        level_ms: 1_000,
        dimension: '',
        start_ms: n,
        body: Buffer.alloc(2_000, n),
      })
      .execute()
  }
}

describe('the remedy fits where', () => {
  test('the disk is full', async () => {
    const store = await openStore(file)
    await sql`pragma max_page_count = 1`.execute(store.db)
    expect(storeTrouble(await failure(insert(store, 50)), file)).toEqual({
      problem: 'the disk is full',
      remedy: expect.stringMatching(/^Free space on the disk.*goes on by itself; nothing is lost/),
    })
    await store.close()
  })

  test('another program holds the store', async () => {
    const store = await openStore(file)
    const other = new Database(file)
    other.exec('begin immediate')
    await sql`pragma busy_timeout = 1`.execute(store.db)
    expect(storeTrouble(await failure(insert(store)), file)).toEqual({
      problem: 'it is locked by another program',
      remedy: expect.stringMatching(/^Close what else has it open/),
    })
    other.close()
    await store.close()
  })

  test('pages of the file are damaged: whoever meets them says so, and goes on saying so', async () => {
    await filled(200)
    const bytes = readFileSync(file)
    bytes.fill(0xff, 8_192, bytes.length - 4_096)
    writeFileSync(file, bytes)
    const store = await openStore(file).catch((error: unknown) => error)
    if (store instanceof Error) {
      expect(store.message).toMatch(/its file is damaged\. Stop Kinesight, .* put back a backup/)
      return
    }
    const { db, trouble, close } = store as Store
    const error = await failure(sql`select sum(length(body)) from pane`.execute(db))
    expect(storeTrouble(error, file)).toMatchObject({ problem: 'its file is damaged' })
    expect(trouble()).toEqual({
      problem: 'its file is damaged',
      remedy: expect.stringContaining('put back a backup'),
    })
    await close()
  })

  test('the file is no store', async () => {
    writeFileSync(
      file,
      'this is a text, and long enough to be looked at as a header of a database\n'.repeat(60),
    )
    await expect(openStore(file)).rejects.toThrow(/its file is no store\. .*put back a backup/)
  })

  test('a newer version has written it', async () => {
    const store = await openStore(file)
    await sql`insert into kysely_migration values ('9999-later', '2099-01-01')`.execute(store.db)
    await store.close()
    await expect(openStore(file)).rejects.toThrow(
      /a newer Kinesight has changed it \(9999-later\)\. Start that version or a later one/,
    )
  })

  test('the folder is not there', async () => {
    const missing = path.join(folder, 'missing', 'kinesight.db')
    await expect(openStore(missing)).rejects.toThrow(
      /the folder .*missing is not there\. Put it back/,
    )
  })

  test('a folder stands where the file should', async () => {
    mkdirSync(file)
    await expect(openStore(file)).rejects.toThrow(
      /kinesight\.db is a folder, not a file\. Move it out of the way/,
    )
  })

  test('a folder stands where a file beside it should', async () => {
    await filled()
    for (const end of ['-wal', '-shm']) {
      rmSync(`${file}${end}`, { force: true })
      mkdirSync(`${file}${end}`)
      expect(accessTrouble(file)?.problem).toBe(`${file}${end} is a folder, not a file`)
      rmSync(`${file}${end}`, { recursive: true })
    }
  })

  test('the file system is read-only', () => {
    writeFileSync(file, '')
    const readOnly = () => {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
    }
    expect(accessTrouble(file, readOnly)).toEqual({
      problem: `the file system of ${folder} is read-only`,
      remedy: expect.stringMatching(/^Mount it so that it can be written/),
    })
  })

  test('the store may only be read', async () => {
    const store = await openStore(file)
    await sql`pragma query_only = on`.execute(store.db)
    expect(storeTrouble(await failure(insert(store)), file)).toMatchObject({
      problem: 'it may only be read',
    })
    await store.close()
  })

  test.each([
    ['its folder', () => chmodSync(folder, 0o555), () => folder],
    ['its file', () => chmodSync(file, 0o444), () => file],
  ])('the permissions of %s do not allow it', async (_, forbid, name) => {
    await filled()
    const nobody = 65_534
    if (process.getuid?.() === 0) {
      for (const each of [folder, file]) chownSync(each, nobody, nobody)
    }
    forbid()
    expect(await openedByNobody(nobody)).toMatchObject({
      problem: `the permissions of ${name()} do not allow it`,
      remedy: expect.stringMatching(/^Let the user that Kinesight runs as read and write it/),
    })
    chmodSync(folder, 0o700)
  })
})

/**
 * What a process that is not root finds: root may do everything. It is told by SQLite's own code, and by what the
 * operating system allows.
 */
async function openedByNobody(uid: number): Promise<unknown> {
  const require = createRequire(import.meta.url)
  const script = `
    const Database = require(${JSON.stringify(require.resolve('libsql'))})
    const fs = require('node:fs')
    const [file, uid] = process.argv.slice(1)
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(+uid); process.setuid(+uid) }
    const denied = []
    for (const each of [require('node:path').dirname(file), file])
      try { fs.accessSync(each, fs.constants.R_OK | fs.constants.W_OK) } catch (error) { denied.push([each, error.code]) }
    let rawCode
    try {
      const db = new Database(file)
      db.exec('pragma journal_mode = wal')
      db.exec("insert into setting values (1, 'a', 'b')")
    } catch (error) { rawCode = error.rawCode }
    console.log(JSON.stringify({ rawCode, denied }))`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, file, String(uid)])
  const { rawCode, denied } = JSON.parse(stdout) as { rawCode?: number; denied: [string, string][] }
  expect(rawCode).toBeTypeOf('number')
  const access = (name: unknown) => {
    const code = new Map(denied).get(String(name))
    if (code !== undefined) throw Object.assign(new Error(code), { code })
  }
  const error = Object.assign(new Error('sqlite'), { rawCode })
  return storeTrouble(error, file) === undefined ? undefined : accessTrouble(file, access)
}

describe('the store’s file', () => {
  test('that is deleted while it is open is said: what is counted from now on is not kept', async () => {
    const store = await openStore(file)
    expect(store.trouble()).toBeUndefined()
    rmSync(file)
    expect(store.trouble()).toEqual({
      problem: 'its file was deleted while Kinesight runs',
      remedy: expect.stringContaining('is not kept'),
    })
    await store.close()
  })

  test('that is replaced by another one is said', async () => {
    const store = await openStore(file)
    rmSync(file)
    writeFileSync(file, '')
    expect(store.trouble()?.problem).toBe(
      'its file was replaced by another one while Kinesight runs',
    )
    await store.close()
  })
})

test('what holds the folder for another reason than a process is told by that reason', () => {
  mkdirSync(path.join(folder, 'lock.db'))
  expect(() => holdFolder(folder, 0)).toThrow(
    /^The data folder .* cannot be used: .*lock\.db is a folder, not a file\. Move it out of the way/,
  )
})

test('an error in an app’s part of a commit is told by what caused it', async () => {
  const store = await openStore(file)
  await sql`pragma max_page_count = 1`.execute(store.db)
  const cause = await failure(insert(store, 50))
  expect(storeTrouble(new Error('the app failed', { cause }))?.problem).toBe('the disk is full')
  await store.close()
})
