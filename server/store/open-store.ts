import { existsSync, rmSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  Kysely,
  Migrator,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
  sql,
} from 'kysely'
import Database from 'libsql'
import { isBroken, type StoreTrouble, storeTrouble, troubleWords } from '../damage/store-trouble.ts'
import { messageOf, SetupError } from '../platform/errors.ts'
import { type FileIdentity, identityOf, isSameFile } from './file-identity.ts'
import { giveBack, letGiveBack, rewriteIfWorthIt } from './give-back.ts'
import { first } from './migrations/0001-first.ts'
import { trustedReading } from './migrations/0002-trusted-reading.ts'
import { composedKpis } from './migrations/0003-composed-kpis.ts'
import { marks } from './migrations/0004-marks.ts'
import { beyondHistory } from './migrations/0005-beyond-history.ts'
import { partlyRead } from './migrations/0006-partly-read.ts'
import { arrivalSlices } from './migrations/0007-arrival-slices.ts'
import { firstStart } from './migrations/0008-first-start.ts'
import { damage } from './migrations/0009-damage.ts'
import { streamChecksum } from './migrations/0013-stream-checksum.ts'
import { preparedOnce } from './prepared.ts'
import type { Schema } from './schema.ts'
import { lostFile, lostTables, markStore } from './store-traces.ts'

export interface Store {
  /** To write, too: a transaction has the write lock from its beginning. */
  db: Kysely<Schema>
  /** Only to read: a transaction sees one commit, and waits for no writer. Opened when it is first used. */
  reads(): Kysely<Schema>
  /** Gives some free space of the file back to the disk, see `giveBack`. */
  giveBack(how: { isQuiet: boolean }): Promise<boolean>
  /** What no second try mends: a statement met a broken file, or the file is no longer where it was. */
  trouble(): StoreTrouble | undefined
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
  let broken: StoreTrouble | undefined
  const onError = (error: unknown) => {
    if (isBroken(error)) broken = storeTrouble(error)
  }
  refuseLost(file, lostFile(file))
  const isNew = !existsSync(file) || statSync(file).size === 0
  const database = openFile(file, isNew ? letGiveBack : undefined)
  const db = kyselyOver(database, { begin: 'begin immediate', onError })
  let reads: Kysely<Schema> | undefined
  if (!isNew && !hasTables(database, file)) {
    const lost = lostTables(file)
    if (lost !== undefined) await db.destroy()
    refuseLost(file, lost)
  }
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
  }).migrateToLatest()
  if (error !== undefined) {
    await db.destroy()
    throw cannot(file, 'cannot be brought up to date', error)
  }
  if (!isNew) rewriteIfWorthIt(database, file)
  markStore(file)
  const opened = identityOf(file)
  return {
    db,
    reads() {
      reads ??= kyselyOver(openFile(file), { begin: 'begin', onError })
      return reads
    },
    giveBack: (how) => giveBack(db, how),
    trouble: () => broken ?? (opened && movedSince(opened, file)),
    async close() {
      await reads?.destroy()
      await db.destroy()
    },
  }
}

/** A store that nothing is changed of: for who looks it over while no Kinesight runs on it. */
export interface StoreToRead {
  db: Kysely<Schema>
  /** Against the schema of this version; the last migration is named. `none`: it has no tables of ours. */
  age(): Promise<{ kind: 'same' | 'none' } | { kind: 'older' | 'newer'; migration: string }>
  close(): Promise<void>
}

/** Throws what SQLite throws. The folder has to be held: without a log the file is taken to change no more. */
export function openToRead(file: string): StoreToRead {
  const besides = [`${file}-wal`, `${file}-shm`].filter((each) => !existsSync(each))
  const hasLog = existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0
  const database = new Database(`${pathToFileURL(file)}?${hasLog ? 'mode=ro' : 'immutable=1'}`)
  database.exec('pragma temp_store = memory')
  const db = kyselyOver(database, { begin: 'begin', onError: () => {} })
  return {
    db,
    async age() {
      const known = Object.keys(MIGRATIONS)
      const { rows: tables } = await sql`
        select 1 from sqlite_master where name = 'kysely_migration'`.execute(db)
      if (tables.length === 0) return { kind: 'none' }
      const { rows } = await sql<{
        name: string
      }>`select name from kysely_migration order by name`.execute(db)
      const made = rows.map(({ name }) => name)
      const newer = made.findLast((name) => !known.includes(name))
      if (newer !== undefined) return { kind: 'newer', migration: newer }
      const last = made.at(-1)
      if (last === undefined) return { kind: 'none' }
      return made.length < known.length ? { kind: 'older', migration: last } : { kind: 'same' }
    },
    async close() {
      await db.destroy()
      for (const each of besides) rmSync(each, { force: true })
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
  '0013-stream-checksum': streamChecksum,
}

function openFile(
  file: string,
  prepare: (database: Database.Database) => void = () => {},
): Database.Database {
  try {
    const database = new Database(file)
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    prepare(database)
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = normal')
    database.exec('pragma temp_store = memory')
    database.exec('pragma journal_size_limit = 16777216')
    return database
  } catch (error) {
    throw cannot(file, 'cannot be opened', error)
  }
}

function refuseLost(file: string, lost: StoreTrouble | undefined): void {
  if (lost !== undefined)
    throw new SetupError(`The store ${file} cannot be used: ${troubleWords(lost)}`)
}

function hasTables(database: Database.Database, file: string): boolean {
  try {
    return database.prepare('select 1 from sqlite_master limit 1').get() !== undefined
  } catch (error) {
    throw cannot(file, 'cannot be read', error)
  }
}

function cannot(file: string, what: string, error: unknown): SetupError {
  const trouble = newerTrouble(error) ?? storeTrouble(error, file)
  const words = trouble === undefined ? messageOf(error) : troubleWords(trouble)
  return new SetupError(`The store ${file} ${what}: ${words}`, { cause: error })
}

/** A migration was made that this version does not have. */
function newerTrouble(error: unknown): StoreTrouble | undefined {
  const [, migration] =
    /previously executed migration (\S+) is missing/.exec(messageOf(error)) ?? []
  if (migration === undefined) return undefined
  return {
    problem: `a newer Kinesight has changed it (${migration})`,
    remedy: 'Start that version or a later one, or set DATA_DIR to another folder.',
  }
}

function movedSince(opened: FileIdentity, file: string): StoreTrouble | undefined {
  const found = identityOf(file)
  if (found !== undefined && isSameFile(opened, found)) return undefined
  const isGone = found === undefined
  return {
    problem: `its file ${isGone ? 'was deleted' : 'was replaced by another one'} while Kinesight runs`,
    remedy: isGone
      ? 'Stop Kinesight: what it counts from now on is not kept. Put a copy of the file back, if there is one.'
      : 'Start Kinesight anew: it goes on with the file that is there now, and what it counted meanwhile is not in it.',
  }
}

interface KyselyOptions {
  /** How a transaction begins. */
  begin: string
  /** Told of each statement that fails. */
  onError: (error: unknown) => void
}

const kyselyOver = (database: Database.Database, options: KyselyOptions): Kysely<Schema> =>
  new Kysely<Schema>({ dialect: new Dialect({ database: forKysely(database, options) }) })

/** SQLite can take back changes of the schema: a process that is killed between two leaves the store as it was. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter()
  }
}

/**
 * Begins and ends transactions by `exec`. A prepared statement that met a lock stays active until it is collected,
 * and no transaction could be ended or begun any more; the lock is met where a transaction begins. On a full disk
 * SQLite rolls back by itself; Kysely's own rollback would fail then, and hide why.
 */
function forKysely(database: Database.Database, { begin, onError }: KyselyOptions): SqliteDatabase {
  const kysely = database as unknown as SqliteDatabase
  const prepared = preparedOnce((statement) => kysely.prepare(statement), onError)
  const run = (statement: string): SqliteStatement => ({
    ...NOTHING,
    run() {
      try {
        database.exec(statement)
      } catch (error) {
        onError(error)
        throw error
      }
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
          // It frees one page a step, so that it has to be run to its end.
          return statement.startsWith('pragma incremental_vacuum')
            ? run(statement)
            : prepared(statement)
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
