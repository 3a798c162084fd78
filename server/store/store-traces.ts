import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { StoreTrouble } from '../damage/store-trouble.ts'

/** Says beside a store's file that there is a store: one that was emptied must not be taken for a new one. */
const markOf = (file: string): string => `${file}-made`

const MARK = `A store was made here. Without this file an empty or missing one would be taken for a new one, and all totals
would begin at nothing. To begin anew on purpose, move this file and those beside it that begin alike out of the way.
`

/** To be called once the store is open and has its tables. */
export function markStore(file: string): void {
  if (!existsSync(markOf(file))) writeFileSync(markOf(file), MARK)
}

/**
 * What is wrong with a file that is missing or empty where a store was; undefined: it is a new one, or it has something
 * in it. To be asked before it is opened, which would make it.
 */
export function lostFile(file: string): StoreTrouble | undefined {
  const bytes = sizeOf(file)
  if (bytes !== undefined && bytes > 0) return undefined
  const what = bytes === undefined ? 'missing' : 'empty'
  const name = path.basename(file)
  if (isMarked(file)) return lost(file, what, `${name}-made says so`)
  if ((sizeOf(`${file}-wal`) ?? 0) > 0) return lost(file, what, `its log ${name}-wal is there`)
  // Who deleted a store to count the embedded stream once more did so on purpose.
  return bytes === undefined ? undefined : lostBesideStream(file, what)
}

/** The same of a file that has something in it, and no tables: what it held may have been in its log. */
export function lostTables(file: string): StoreTrouble | undefined {
  const what = 'without any tables'
  const name = path.basename(file)
  if (isMarked(file)) return lost(file, what, `${name}-made says so`)
  const isLong = (sizeOf(`${file}-wal`) ?? 0) > FIRST_LOG_BYTES
  if (isLong) return lost(file, what, `its log ${name}-wal is there and cannot be read`)
  return lostBesideStream(file, what)
}

/** A first start that was killed in the middle leaves no more. */
const FIRST_LOG_BYTES = 1_024 * 1_024

const isMarked = (file: string): boolean => existsSync(markOf(file))

/** An older version left no mark. */
const lostBesideStream = (file: string, what: string): StoreTrouble | undefined =>
  hasEmbedded(path.dirname(file))
    ? lost(file, what, 'the embedded stream beside it has been used')
    : undefined

const lost = (file: string, what: string, trace: string): StoreTrouble => ({
  problem: `its file is ${what}, but a store was here before: ${trace}`,
  remedy: `Put a copy of the file back, with the one that ends in -wal if there is one. To begin anew, move ${path.basename(file)} and all files that begin alike out of the way.`,
})

/** The embedded stream is started after the store was made. */
function hasEmbedded(folder: string): boolean {
  try {
    return readdirSync(path.join(folder, 'kinesis')).length > 0
  } catch {
    return false
  }
}

function sizeOf(file: string): number | undefined {
  try {
    return statSync(file).size
  } catch {
    return undefined
  }
}
