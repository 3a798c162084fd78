import path from 'node:path'
import Database from 'libsql'
import { isBroken, storeTrouble, troubleWords } from '../damage/store-trouble.ts'
import { messageOf, SetupError } from '../platform/errors.ts'
import { type FileIdentity, identityOf, isSameFile } from './file-identity.ts'

/** One that is just ending may still hold the folder. */
const WAIT_MS = 3_000
/** Another that holds the folder and cannot use it ends within less: then it is ours again. */
const GIVE_UP_MS = 5_000

/** The folder as this process holds it. */
export interface HeldFolder {
  /**
   * To be called about once a second, `now` in ms of a clock that only grows: the lock's file may have been deleted by
   * hand, and whoever comes would make a new one. It is made anew here. Throws `SetupError` where another process has
   * held the folder for a while: this one must end.
   */
  check(now: number): HoldState
  release(): void
}

/** `made_anew`: the lock's file was gone. `contested`: another process has it. `gone`: it cannot be made. */
export type HoldState = 'held' | 'made_anew' | 'contested' | 'gone'

/**
 * Makes this process the only Kinesight on a data folder until it is released or the process ends, however it ends:
 * the operating system keeps the lock. Throws `SetupError` if another has it.
 */
export function holdFolder(folder: string, waitMs = WAIT_MS): HeldFolder {
  const file = path.join(folder, 'lock.db')
  let lock = take(folder, file, waitMs)
  let contestedSince: number | undefined

  return {
    check(now) {
      if (isThere(lock, file)) {
        contestedSince = undefined
        return 'held'
      }
      try {
        const anew = take(folder, file, 0)
        lock.database.close()
        lock = anew
        contestedSince = undefined
        return 'made_anew'
      } catch (error) {
        if (!isBusy((error as Error).cause)) return 'gone'
        contestedSince ??= now
        if (now - contestedSince < GIVE_UP_MS) return 'contested'
        const words = `The lock of the data folder ${folder} was deleted, and another Kinesight has taken it: this one ends. Only one may use a data folder; set DATA_DIR to a folder of its own`
        throw new SetupError(words, { cause: error })
      }
    },
    release: () => lock.database.close(),
  }
}

interface Lock {
  database: Database.Database
  /** Which file it is; undefined: it was gone before it could be looked at. */
  file: FileIdentity | undefined
}

function take(folder: string, file: string, waitMs: number): Lock {
  let database: Database.Database | undefined
  try {
    database = new Database(file)
    database.exec(`pragma busy_timeout = ${waitMs}`)
    database.exec('begin exclusive')
    return { database, file: identityOf(file) }
  } catch (error) {
    database?.close()
    throw new SetupError(whyNot(folder, error), { cause: error })
  }
}

function isThere({ file: locked }: Lock, file: string): boolean {
  const found = identityOf(file)
  return locked !== undefined && found !== undefined && isSameFile(locked, found)
}

const isBusy = (error: unknown): boolean => (error as { code?: unknown }).code === 'SQLITE_BUSY'

function whyNot(folder: string, error: unknown): string {
  if (isBusy(error)) {
    return `Another Kinesight uses the data folder ${folder}: stop it, or set DATA_DIR to a folder of its own`
  }
  if (isBroken(error)) {
    return `The data folder ${folder} cannot be used: its lock, lock.db, is damaged. See that no Kinesight runs on the folder, and delete lock.db: nothing is kept in it`
  }
  const trouble = storeTrouble(error, path.join(folder, 'lock.db'))
  return `The data folder ${folder} cannot be used: ${trouble ? troubleWords(trouble) : messageOf(error)}`
}
