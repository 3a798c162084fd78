import type { Kysely } from 'kysely'
import type { Schema } from '../../store/schema.ts'
import { newReader, newWriter, writeByte, written } from '../../window/bytes.ts'
import { type FrozenPane, readPane, writePane } from '../../window/codec.ts'
import type { PlacedRef } from '../../window/held.ts'
import type { KeyPool } from '../../window/key-pool.ts'
import { LEVELS, levelAt } from '../../window/levels.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { CapturedPane } from '../../window/pyramid.ts'
import type { Retention } from '../../window/retention.ts'

/** A pane as a row holds it: with every delta up to and including `seq`. */
export interface StoredPane extends PlacedRef {
  seq: number
  frozen: FrozenPane
}

const VERSION = 1
const SEQ_BYTES = 6
const STARTS_A_STATEMENT = 400
/** Expired rows that go in one commit: more than the turns until a dimension's next one bring, at a commit a second. */
const EXPIRED_A_COMMIT = 96

/** Row bodies ready to be written, but for the number of the delta they go with. */
export function encodeRows(
  captured: readonly CapturedPane[],
): { place: PlacedRef; body: Buffer }[] {
  return captured.map(({ frozen, ...place }) => {
    const writer = newWriter(frozen.body.length + 24 * frozen.keys.length + 32)
    writeByte(writer, VERSION)
    for (let at = 0; at < SEQ_BYTES; at++) writeByte(writer, 0)
    writePane(writer, frozen)
    const bytes = written(writer)
    return { place, body: Buffer.from(bytes.buffer) }
  })
}

export async function writeRows(
  db: Kysely<Schema>,
  streamId: number,
  seq: number,
  rows: readonly { place: PlacedRef; body: Buffer }[],
): Promise<void> {
  // One by one: a prepared statement holds on to the bytes of all its rows.
  for (const { place, body } of rows) {
    body.writeUIntBE(seq, 1, SEQ_BYTES)
    await db
      .insertInto('pane')
      .values({
        stream_id: streamId,
        level_ms: levelAt(place.level).ms,
        dimension: place.dimension,
        start_ms: place.start,
        body,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['stream_id', 'level_ms', 'dimension', 'start_ms'])
          .doUpdateSet({ body: (excluded) => excluded.ref('excluded.body') }),
      )
      .execute()
  }
}

/** Those of the places that have a row. */
export async function readRows(
  db: Kysely<Schema>,
  streamId: number,
  places: readonly PlacedRef[],
  keyPool: KeyPool,
): Promise<StoredPane[]> {
  const found: StoredPane[] = []
  for (const [level, dimension, starts] of grouped(places)) {
    for (let at = 0; at < starts.length; at += STARTS_A_STATEMENT) {
      const rows = await db
        .selectFrom('pane')
        .select(['start_ms', 'body'])
        .where('stream_id', '=', streamId)
        .where('level_ms', '=', levelAt(level).ms)
        .where('dimension', '=', dimension)
        .where('start_ms', 'in', starts.slice(at, at + STARTS_A_STATEMENT))
        .execute()
      for (const row of rows) {
        found.push({ level, dimension, start: row.start_ms, ...decodeRow(row.body, keyPool) })
      }
    }
  }
  return found
}

function decodeRow(stored: Uint8Array, keyPool: KeyPool) {
  const body = new Uint8Array(stored)
  const reader = newReader(body)
  const version = body[0]
  if (version !== VERSION) throw new Error(`a pane of unknown version ${version}`)
  const seq = reader.bytes.readUIntBE(1, SEQ_BYTES)
  reader.at = 1 + SEQ_BYTES
  return { seq, frozen: readPane(reader, keyPool) }
}

function grouped(places: readonly PlacedRef[]): [number, PaneDimension, number[]][] {
  const groups = new Map<string, [number, PaneDimension, number[]]>()
  for (const { level, dimension, start } of places) {
    const name = `${level} ${dimension}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [level, dimension, [start]])
    else group[2].push(start)
  }
  return [...groups.values()]
}

/** The newest row of each level and dimension that has any. */
export async function newestRows(
  db: Kysely<Schema>,
  streamId: number,
  dimensions: readonly PaneDimension[],
): Promise<PlacedRef[]> {
  const newest: PlacedRef[] = []
  for (let level = 0; level < LEVELS.length; level++) {
    for (const dimension of dimensions) {
      const start = await edge(db, streamId, level, dimension, 'desc')
      if (start !== undefined) newest.push({ level, dimension, start })
    }
  }
  return newest
}

/** When the oldest pane that is kept begins, as finely as is known. */
export async function oldestRow(db: Kysely<Schema>, streamId: number): Promise<number | undefined> {
  let oldest: number | undefined
  for (let level = LEVELS.length - 1; level >= 0; level--) {
    const start = await edge(db, streamId, level, '', 'asc')
    const coarser = levelAt(level + 1)?.ms ?? Number.POSITIVE_INFINITY
    if (start === undefined || (oldest !== undefined && start >= oldest + coarser)) continue
    oldest = start
  }
  return oldest
}

async function edge(
  db: Kysely<Schema>,
  streamId: number,
  level: number,
  dimension: PaneDimension,
  direction: 'asc' | 'desc',
): Promise<number | undefined> {
  const row = await db
    .selectFrom('pane')
    .select('start_ms')
    .where('stream_id', '=', streamId)
    .where('level_ms', '=', levelAt(level).ms)
    .where('dimension', '=', dimension)
    .orderBy('start_ms', direction)
    .limit(1)
    .executeTakeFirst()
  return row?.start_ms
}

/** Deletes all rows of a dimension. */
export async function deleteDimension(
  db: Kysely<Schema>,
  streamId: number,
  dimension: PaneDimension,
): Promise<void> {
  await db
    .deleteFrom('pane')
    .where('stream_id', '=', streamId)
    .where(
      'level_ms',
      'in',
      LEVELS.map(({ ms }) => ms),
    )
    .where('dimension', '=', dimension)
    .execute()
}

/**
 * Deletes some rows that are older than their level keeps: of the one level and dimension that `turn`
 * chooses, so that calling it with 0, 1, 2, … comes round to all of them.
 */
export async function expireRows(
  db: Kysely<Schema>,
  streamId: number,
  {
    turn,
    now,
    retention,
    dimensions,
  }: { turn: number; now: number; retention: Retention; dimensions: readonly PaneDimension[] },
): Promise<void> {
  const level = turn % LEVELS.length
  const dimension = dimensions[Math.floor(turn / LEVELS.length) % dimensions.length] ?? ''
  const before = retention.keptFrom(level, now)
  const rows = db
    .selectFrom('pane')
    .select('start_ms')
    .where('stream_id', '=', streamId)
    .where('level_ms', '=', levelAt(level).ms)
    .where('dimension', '=', dimension)
    .where('start_ms', '<', before)
    .orderBy('start_ms')
    .limit(EXPIRED_A_COMMIT)
  const expired = await rows.execute()
  const last = expired.at(-1)?.start_ms
  if (last === undefined) return
  await db
    .deleteFrom('pane')
    .where('stream_id', '=', streamId)
    .where('level_ms', '=', levelAt(level).ms)
    .where('dimension', '=', dimension)
    .where('start_ms', '<=', last)
    .execute()
}
