import { accessSync, constants, mkdirSync } from 'node:fs'
import { messageOf, SetupError } from './platform/errors.ts'

/** Makes the folder if it is not there. Throws `SetupError` if it cannot be written. */
export function makeDataDir(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new SetupError(
      `DATA_DIR ${folder} cannot be written (${messageOf(error)}): set DATA_DIR to a folder this user may write`,
      { cause: error },
    )
  }
}
