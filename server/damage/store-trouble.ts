import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'

/** What is wrong with the store, in a few words, and what to do about it. */
export interface StoreTrouble {
  problem: string
  remedy: string
}

/** SQLite's result codes, the lowest byte: what is above it says more than a person needs. */
const LOCKED = [5, 6]
const NOT_WRITABLE = [3, 8, 23]
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

const GOES_ON = 'Reading waits meanwhile and goes on by itself; nothing is lost.'
/** For who has no backup. */
export const BEGIN_ANEW =
  'Without one start with an empty DATA_DIR and START_AT=trim_horizon: what the stream retains is read again.'
const PUT_BACK = `Stop Kinesight, look with npm run doctor at what is damaged, keep what is in DATA_DIR apart, and put back a backup of it. ${BEGIN_ANEW}`

/**
 * Why the store cannot be used; undefined for an error that is not of the store, or a mistake of ours. `file`: the
 * store's, to see what keeps it from being written.
 */
export function storeTrouble(error: unknown, file?: string): StoreTrouble | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  if (LOCKED.includes(code)) {
    return {
      problem: 'it is locked by another program',
      remedy: `Close what else has it open, such as a backup or a browser for databases. ${GOES_ON}`,
    }
  }
  if (code === FULL) {
    return { problem: 'the disk is full', remedy: `Free space on the disk of DATA_DIR. ${GOES_ON}` }
  }
  if (code === CORRUPT) return { problem: 'its file is damaged', remedy: PUT_BACK }
  if (code === NOT_A_DATABASE) return { problem: 'its file is no store', remedy: PUT_BACK }
  const isAccess = NOT_WRITABLE.includes(code) || code === CANNOT_OPEN || code === IO_ERROR
  if (!isAccess) return undefined
  return (
    (file === undefined ? undefined : accessTrouble(file)) ??
    (code === IO_ERROR ? DISK_FAILS : code === CANNOT_OPEN ? CANNOT_BE_OPENED : READ_ONLY)
  )
}

/** Whether the file itself is broken: no second try mends that. */
export function isBroken(error: unknown): boolean {
  const code = codeOf(error)
  return code === CORRUPT || code === NOT_A_DATABASE
}

/** Of the error or what caused it. */
function codeOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { rawCode } = at as { rawCode?: unknown }
    if (typeof rawCode === 'number') return rawCode & 0xff
    // Where a file cannot even be opened libsql has the code in its words only.
    const [, code] = /^ConnectionFailed\(.*: (\d+)"\)$/.exec(at.message) ?? []
    if (code !== undefined) return Number(code) & 0xff
  }
  return undefined
}

const DISK_FAILS: StoreTrouble = {
  problem: 'the disk fails',
  remedy: `See the system's log for errors of the disk, and copy DATA_DIR elsewhere while it can be read. ${GOES_ON}`,
}
const CANNOT_BE_OPENED: StoreTrouble = {
  problem: 'its file cannot be opened',
  remedy: 'See that DATA_DIR is there, is a folder, and that the process may have more files open.',
}
const READ_ONLY: StoreTrouble = {
  problem: 'it may only be read',
  remedy: `See that the user that Kinesight runs as may write DATA_DIR and all files in it. ${GOES_ON}`,
}

/** What the operating system says of the folder and the files of a store; undefined: they may be read and written. */
export function accessTrouble(file: string, access = accessSync): StoreTrouble | undefined {
  const folder = path.dirname(file)
  if (!existsSync(folder)) {
    return {
      problem: `the folder ${folder} is not there`,
      remedy: 'Put it back, or set DATA_DIR to one that is there.',
    }
  }
  for (const each of [folder, file, `${file}-wal`, `${file}-shm`]) {
    if (!existsSync(each)) continue
    if (each !== folder && statSync(each).isDirectory()) {
      return {
        problem: `${each} is a folder, not a file`,
        remedy: 'Move it out of the way, and put back the file that stood there, if there was one.',
      }
    }
    try {
      access(each, constants.R_OK | constants.W_OK)
    } catch (error) {
      return accessWords(each, error as NodeJS.ErrnoException)
    }
  }
  return undefined
}

function accessWords(name: string, { code }: NodeJS.ErrnoException): StoreTrouble | undefined {
  if (code === 'EROFS') {
    return {
      problem: `the file system of ${name} is read-only`,
      remedy: `Mount it so that it can be written, after a check of the disk, or set DATA_DIR to another one. ${GOES_ON}`,
    }
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      problem: `the permissions of ${name} do not allow it`,
      remedy: `Let the user that Kinesight runs as read and write it, for instance by chown or chmod. ${GOES_ON}`,
    }
  }
  return undefined
}

/** For a line on the screen. */
export const troubleWords = ({ problem, remedy }: StoreTrouble): string => `${problem}. ${remedy}`
