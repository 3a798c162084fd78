import path from 'node:path'
import Database from 'libsql'
import { SetupError } from '../platform/errors.ts'

/** One that is just ending may still hold the folder. */
const WAIT_MS = 3_000

/**
 * Makes this process the only Kinesight on a data folder until the returned function is called or the
 * process ends, however it ends: the operating system keeps the lock. Throws `SetupError` if another has it.
 */
export function holdFolder(folder: string, waitMs = WAIT_MS): () => void {
  const lock = new Database(path.join(folder, 'lock.db'))
  try {
    lock.exec(`pragma busy_timeout = ${waitMs}`)
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw new SetupError(
      `Another Kinesight uses the data folder ${folder}: stop it, or set DATA_DIR to a folder of its own`,
      { cause: error },
    )
  }
  return () => lock.close()
}
