import path from 'node:path'
import Database from 'libsql'
import { messageOf, SetupError } from '../platform/errors.ts'
import { STORE_REMEDY, storeTrouble } from './store-trouble.ts'

/** One that is just ending may still hold the folder. */
const WAIT_MS = 3_000

/**
 * Makes this process the only Kinesight on a data folder until the returned function is called or the
 * process ends, however it ends: the operating system keeps the lock. Throws `SetupError` if another has it.
 */
export function holdFolder(folder: string, waitMs = WAIT_MS): () => void {
  let lock: Database.Database | undefined
  try {
    lock = new Database(path.join(folder, 'lock.db'))
    lock.exec(`pragma busy_timeout = ${waitMs}`)
    lock.exec('begin exclusive')
  } catch (error) {
    lock?.close()
    throw new SetupError(whyNot(folder, error), { cause: error })
  }
  const held = lock
  return () => held.close()
}

function whyNot(folder: string, error: unknown): string {
  if ((error as { code?: unknown }).code === 'SQLITE_BUSY') {
    return `Another Kinesight uses the data folder ${folder}: stop it, or set DATA_DIR to a folder of its own`
  }
  return `The data folder ${folder} cannot be used: ${storeTrouble(error) ?? messageOf(error)}. ${STORE_REMEDY}`
}
