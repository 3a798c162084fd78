import { statfsSync } from 'node:fs'
import path from 'node:path'
import { type Kysely, sql } from 'kysely'
import type Database from 'libsql'
import type { Schema } from './schema.ts'

const MIB = 1_024 * 1_024
/** What is given back in one turn: some milliseconds. */
const TURN_BYTES = 2 * MIB
/** Free pages that stay, to be used again: at the least, and as a part of what is used. */
const KEPT_FREE_BYTES = 4 * MIB
const KEPT_FREE_SHARE = 0.1
/** More than this in use takes longer to be written anew than a start may last. */
const MAX_REWRITTEN_BYTES = 128 * MIB
/** A file up to this size is written anew whatever is free in it: it takes a moment, and later it can give space back. */
const SMALL_FILE_BYTES = 16 * MIB
/** A copy, the log that it goes through, and some to go on with. */
const ROOM_TO_REWRITE = 3

interface Space {
  pageBytes: number
  pages: number
  free: number
  /** Of `auto_vacuum`. */
  kind: number
}

const SPACE = `select (select page_size from pragma_page_size) as "pageBytes",
  (select page_count from pragma_page_count) as pages,
  (select freelist_count from pragma_freelist_count) as free,
  (select auto_vacuum from pragma_auto_vacuum) as kind`
const INCREMENTAL = 2

/**
 * Gives some free pages of the file back to the disk. With traffic only where more is free than used: what a busy
 * stream frees it soon fills. Answers whether another turn would give more. O(1) where there is nothing to give.
 */
export async function giveBack(
  db: Kysely<Schema>,
  { isQuiet }: { isQuiet: boolean },
): Promise<boolean> {
  const { rows } = await sql.raw<Space>(SPACE).execute(db)
  const [space] = rows
  if (space === undefined || space.kind !== INCREMENTAL) return false
  const excess = space.free - keptFree(space, isQuiet)
  if (excess <= 0) return false
  const pages = Math.min(excess, Math.ceil(TURN_BYTES / space.pageBytes))
  await sql`pragma incremental_vacuum(${sql.lit(pages)})`.execute(db)
  if (pages < excess) return true
  // The file itself becomes shorter when all of the log is in it.
  await sql`pragma wal_checkpoint(passive)`.execute(db)
  return false
}

function keptFree({ pageBytes, pages, free }: Space, isQuiet: boolean): number {
  const used = pages - free
  const least = Math.ceil(KEPT_FREE_BYTES / pageBytes)
  return Math.max(least, isQuiet ? Math.ceil(used * KEPT_FREE_SHARE) : used)
}

/** To be called before anything is in the file. */
export function letGiveBack(database: Database.Database): void {
  database.exec('pragma auto_vacuum = incremental')
}

/**
 * A file of an earlier version cannot give space back until it has been written anew once. Does so where it is worth
 * it, quick, and there is room. Where it fails the file is as it was.
 */
export function rewriteIfWorthIt(database: Database.Database, file: string): void {
  try {
    const [space] = database.prepare(SPACE).all() as Space[]
    if (space === undefined || space.kind === INCREMENTAL) return
    const { pageBytes, pages, free } = space
    const usedBytes = (pages - free) * pageBytes
    const isWorthIt = free * pageBytes > usedBytes || pages * pageBytes <= SMALL_FILE_BYTES
    if (!isWorthIt || usedBytes > MAX_REWRITTEN_BYTES) return
    const { bavail, bsize } = statfsSync(path.dirname(file))
    if (bavail * bsize < ROOM_TO_REWRITE * usedBytes) return
    letGiveBack(database)
    database.exec('vacuum')
    database.exec('pragma wal_checkpoint(truncate)')
  } catch {
    // Another connection is at work on it, or the disk is in trouble: whoever uses the store will say so.
  }
}
