import { accessSync, closeSync, constants, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { messageOf, SetupError } from './platform/errors.ts'

/** Made and removed at once: whether files can be made is not told by what the folder permits. */
const PROBE = '.kinesight-can-write'

/** Makes the folder if it is not there. Throws `SetupError` if no files can be made in it. */
export function makeDataDir(folder: string): void {
  try {
    makeFolder(folder)
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    tryToWrite(path.join(folder, PROBE))
  } catch (error) {
    throw new SetupError(
      `DATA_DIR ${folder} cannot be written (${messageOf(error)}): set DATA_DIR to a folder this user may write`,
      { cause: error },
    )
  }
}

/** One level after another: Node's own recursion never ends under /proc, where a folder that is there takes no other. */
function makeFolder(folder: string): void {
  const missing: string[] = []
  for (let at = folder; !isThere(at); at = path.dirname(at)) missing.unshift(at)
  for (const each of missing) makeOne(each)
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isThere(folder)) throw error
  }
}

const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined

function tryToWrite(file: string): void {
  try {
    closeSync(openSync(file, 'w'))
    rmSync(file, { force: true })
  } catch (error) {
    // A full disk is told, and waited for, by who needs room on it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
