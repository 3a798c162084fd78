import { Kysely, Migrator, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import Database from 'libsql'
import { messageOf, SetupError } from '../platform/errors.ts'
import { first } from './migrations/0001-first.ts'
import { trustedReading } from './migrations/0002-trusted-reading.ts'
import { composedKpis } from './migrations/0003-composed-kpis.ts'
import { marks } from './migrations/0004-marks.ts'
import { beyondHistory } from './migrations/0005-beyond-history.ts'
import { partlyRead } from './migrations/0006-partly-read.ts'
import { arrivalSlices } from './migrations/0007-arrival-slices.ts'
import { firstStart } from './migrations/0008-first-start.ts'
import { damage } from './migrations/0009-damage.ts'
import { preparedOnce } from './prepared.ts'
import type { Schema } from './schema.ts'
import { STORE_REMEDY, storeTrouble } from './store-trouble.ts'

export interface Store {
  /** To write, too: a transaction has the write lock from its beginning. */
  db: Kysely<Schema>
  /** Only to read: a transaction sees one commit, and waits for no writer. Opened when it is first used. */
  reads(): Kysely<Schema>
  close(): Promise<void>
}

/** Another thread's commit takes milliseconds; a disk in trouble takes longer and is reported. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * Opens the SQLite file, made if it is not there, and brings its schema up to date.
 * WAL: readers never wait for the writer. `synchronous = normal`: a killed process loses nothing; a
 * power cut may lose the last commits whole, and they are then read again from the stream.
 * Throws `SetupError` if the file cannot be opened.
 */
export async function openStore(file: string): Promise<Store> {
  const db = kyselyOver(openFile(file), 'begin immediate')
  let reads: Kysely<Schema> | undefined
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
  }).migrateToLatest()
  if (error !== undefined) {
    await db.destroy()
    throw cannot(`The store ${file} cannot be brought up to date`, error)
  }
  return {
    db,
    reads() {
      reads ??= kyselyOver(openFile(file), 'begin')
      return reads
    },
    async close() {
      await reads?.destroy()
      await db.destroy()
    },
  }
}

const MIGRATIONS = {
  '0001-first': first,
  '0002-trusted-reading': trustedReading,
  '0003-composed-kpis': composedKpis,
  '0004-marks': marks,
  '0005-beyond-history': beyondHistory,
  '0006-partly-read': partlyRead,
  '0007-arrival-slices': arrivalSlices,
  '0008-first-start': firstStart,
  '0009-damage': damage,
}

function openFile(file: string): Database.Database {
  try {
    const database = new Database(file)
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = normal')
    database.exec('pragma temp_store = memory')
    database.exec('pragma journal_size_limit = 16777216')
    return database
  } catch (error) {
    throw cannot(`The store ${file} cannot be opened`, error)
  }
}

const cannot = (what: string, error: unknown): SetupError =>
  new SetupError(`${what}: ${storeTrouble(error) ?? messageOf(error)}. ${STORE_REMEDY}`, {
    cause: error,
  })

const kyselyOver = (database: Database.Database, begin: string): Kysely<Schema> =>
  new Kysely<Schema>({ dialect: new SqliteDialect({ database: forKysely(database, begin) }) })

/**
 * Begins and ends transactions by `exec`. A prepared statement that met a lock stays active until it is collected,
 * and no transaction could be ended or begun any more; the lock is met where a transaction begins. On a full disk
 * SQLite rolls back by itself; Kysely's own rollback would fail then, and hide why.
 */
function forKysely(database: Database.Database, begin: string): SqliteDatabase {
  const kysely = database as unknown as SqliteDatabase
  const prepared = preparedOnce((statement) => kysely.prepare(statement))
  const run = (statement: string): SqliteStatement => ({
    ...NOTHING,
    run() {
      database.exec(statement)
      return { changes: 0, lastInsertRowid: 0 }
    },
  })
  return {
    prepare(statement) {
      switch (statement) {
        case 'begin':
          return run(begin)
        case 'commit':
          return run(statement)
        case 'rollback':
          return database.inTransaction ? run(statement) : NOTHING
        default:
          return prepared(statement)
      }
    },
    close: () => kysely.close(),
  }
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
}
