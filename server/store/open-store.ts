import { Kysely, Migrator, type SqliteDatabase, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { messageOf, SetupError } from '../platform/errors.ts'
import { first } from './migrations/0001-first.ts'
import type { Schema } from './schema.ts'

export interface Store {
  db: Kysely<Schema>
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
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: openFile(file) }) })
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ '0001-first': first }) },
  }).migrateToLatest()
  if (error !== undefined) {
    await db.destroy()
    throw new SetupError(`The store ${file} cannot be brought up to date: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return { db, close: () => db.destroy() }
}

function openFile(file: string): SqliteDatabase {
  try {
    const database = new Database(file)
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = normal')
    database.exec('pragma temp_store = memory')
    database.exec('pragma journal_size_limit = 16777216')
    return database as unknown as SqliteDatabase
  } catch (error) {
    throw new SetupError(`The store ${file} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
