import { type Kysely, sql } from 'kysely'
import { bytesOf } from '../../damage/bytes-of.ts'
import type { Damage } from '../../damage/damage.ts'
import { crc32 } from '../../platform/crc32.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Schema } from '../../store/schema.ts'
import { newReader, newWriter, writeByte, written } from '../../window/bytes.ts'
import { checkPane, type FrozenPane, PaneError, readPane, writePane } from '../../window/codec.ts'
import type { PlacedRef } from '../../window/held.ts'
import type { KeyPool } from '../../window/key-pool.ts'
import { LEVELS, levelAt } from '../../window/levels.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { CapturedPane, Pyramid } from '../../window/pyramid.ts'
import type { Retention } from '../../window/retention.ts'
import type { PaneRun } from './delta-places.ts'

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
        crc: checksumOf(streamId, place, body),
      })
      .onConflict((conflict) =>
        conflict.columns(['stream_id', 'level_ms', 'dimension', 'start_ms']).doUpdateSet({
          body: (excluded) => excluded.ref('excluded.body'),
          crc: (excluded) => excluded.ref('excluded.crc'),
        }),
      )
      .execute()
  }
}

/** Of the place, too: a body at another one's is as wrong as one that was changed. */
export const checksumOf = (
  streamId: number,
  { level, dimension, start }: PlacedRef,
  body: Uint8Array,
) => crc32(body, crc32(`${streamId} ${levelAt(level).ms} ${dimension} ${start}`))

export interface PaneRowPorts {
  streamId: number
  pyramid: Pick<Pyramid, 'keyPool' | 'lost' | 'measures'>
  damage: Pick<Damage, 'found'>
}

/** Those of the places that have a row. One that is damaged is as if it were not there, and its pane is lost. */
export async function readRows(
  db: Kysely<Schema>,
  ports: PaneRowPorts,
  places: readonly PlacedRef[],
): Promise<StoredPane[]> {
  const { streamId } = ports
  const found: StoredPane[] = []
  for (const [level, dimension, starts] of grouped(places)) {
    for (let at = 0; at < starts.length; at += STARTS_A_STATEMENT) {
      const rows = await db
        .selectFrom('pane')
        .select(['start_ms', 'body', 'crc'])
        .where('stream_id', '=', streamId)
        .where('level_ms', '=', levelAt(level).ms)
        .where('dimension', '=', dimension)
        .where('start_ms', 'in', starts.slice(at, at + STARTS_A_STATEMENT))
        .execute()
      for (const { start_ms: start, body, crc } of rows) {
        const pane = stored({ level, dimension, start }, { body: bytesOf(body), crc }, ports)
        if (pane !== undefined) found.push(pane)
      }
    }
  }
  return found
}

function stored(
  place: PlacedRef,
  row: { body: Uint8Array; crc: number | null },
  { streamId, pyramid, damage }: PaneRowPorts,
): StoredPane | undefined {
  const { body, crc } = row
  try {
    if (crc !== null && crc !== checksumOf(streamId, place, body))
      throw new PaneError(NOT_AS_WRITTEN)
    const pane = decodeRow(body, pyramid.keyPool)
    // What a version without checksums wrote was never vouched for.
    if (crc === null) checkPane(pyramid.measures, pane.frozen)
    return { ...place, ...pane }
  } catch (error) {
    const { level, dimension, start } = place
    const lost = { levelMs: levelAt(level).ms, dimension, startMs: start }
    pyramid.lost.add(place)
    damage.found({
      streamId,
      table: 'pane',
      key: { level_ms: lost.levelMs, dimension, start_ms: start },
      held: body,
      column: 'body',
      why: messageOf(error),
      lost: [lost],
    })
    return undefined
  }
}

/** What is wrong where a checksum does not fit. */
export const NOT_AS_WRITTEN = 'it is not as it was written: the checksum does not fit'

function decodeRow(body: Uint8Array, keyPool: KeyPool) {
  const reader = newReader(body)
  const version = body[0]
  if (version !== VERSION) throw new PaneError(`it is of an unknown version, ${version}`)
  const seq = reader.bytes.readUIntBE(1, SEQ_BYTES)
  reader.at = 1 + SEQ_BYTES
  const frozen = readPane(reader, keyPool)
  if (reader.at !== body.length) throw new PaneError('it is longer than it says')
  return { seq, frozen }
}

/** Of the rows of a run that there are: where they begin, and up to which delta they hold everything. */
export async function storedSeqs(
  db: Kysely<Schema>,
  streamId: number,
  { level, from, to }: PaneRun,
  dimension: PaneDimension,
): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('pane')
    .select('start_ms')
    .select(sql<ArrayBuffer | null>`substr(body, 2, ${sql.lit(SEQ_BYTES)})`.as('seq'))
    .where('stream_id', '=', streamId)
    .where('level_ms', '=', levelAt(level).ms)
    .where('dimension', '=', dimension)
    .where('start_ms', '>=', from)
    .where('start_ms', '<', to)
    .execute()
  return new Map(
    rows.flatMap(({ start_ms, seq }): [number, number][] => {
      const bytes = Buffer.from(bytesOf(seq))
      return bytes.length < SEQ_BYTES ? [] : [[start_ms, bytes.readUIntBE(0, SEQ_BYTES)]]
    }),
  )
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
 * chooses, so that calling it with 0, 1, 2, … comes round to all of them. Answers whether more may be left there.
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
): Promise<boolean> {
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
  if (last === undefined) return false
  await db
    .deleteFrom('pane')
    .where('stream_id', '=', streamId)
    .where('level_ms', '=', levelAt(level).ms)
    .where('dimension', '=', dimension)
    .where('start_ms', '<=', last)
    .execute()
  return expired.length === EXPIRED_A_COMMIT
}
