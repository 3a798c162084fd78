import type { Kysely, Selectable } from 'kysely'
import type { StartAt } from '../../lib/start-at.ts'
import type { DamagedRow } from '../damage/damage.ts'
import { rowChecksum } from '../platform/row-checksum.ts'
import type { Schema, StreamTable } from './schema.ts'

/** Where a stream's name means something: its endpoint, or its region. */
export interface StreamPlace {
  name: string
  place: string
}

export interface StreamRow {
  id: number
  createdMs: number
  /** `latest` is a time by now. */
  startAt: StartAt
  /** What was asked for; null: not kept. */
  asked: StartAt | null
  /** When Kinesight was first started for it, on this machine's clock; null: not kept, or it was created again. */
  firstStartMs: number | null
  /** Its row is not as it was written, or not to be read. */
  damaged?: { row: Row; what: 'row' | 'start_at' }
}

/** The newest incarnation of the stream that was read here, if any. */
export async function findStream(
  db: Kysely<Schema>,
  { name, place }: StreamPlace,
): Promise<StreamRow | undefined> {
  const row = await db
    .selectFrom('stream')
    .selectAll()
    .where('name', '=', name)
    .where('place', '=', place)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toStream(row)
}

/** All incarnations of all streams, oldest first. */
export async function readStreams(db: Kysely<Schema>): Promise<(StreamRow & { name: string })[]> {
  const rows = await db.selectFrom('stream').selectAll().orderBy('id').execute()
  return rows.map((row) => ({ ...toStream(row), name: row.name }))
}

export async function addStream(
  db: Kysely<Schema>,
  { name, place }: StreamPlace,
  stream: Pick<StreamRow, 'createdMs' | 'startAt'> & {
    asked?: StartAt
    firstStartMs?: number | null
    /** Now, on the stream's clock. */
    sinceMs?: number
  },
): Promise<StreamRow> {
  const row = await db
    .insertInto('stream')
    .values({
      name,
      place,
      created_ms: stream.createdMs,
      start_at: JSON.stringify(stream.startAt),
      asked: stream.asked === undefined ? null : JSON.stringify(stream.asked),
      first_start_ms: stream.firstStartMs ?? null,
      since_ms: stream.sinceMs ?? null,
      crc: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toStream(await seal(db, row))
}

/** Rows of a version that kept no checksum get theirs. */
export async function sealStream(db: Kysely<Schema>, id: number): Promise<void> {
  const row = await db
    .selectFrom('stream')
    .selectAll()
    .where('id', '=', id)
    .where('crc', 'is', null)
    .executeTakeFirst()
  if (row !== undefined) await seal(db, row)
}

/** From now on it is found out when it changes by itself. */
async function seal(db: Kysely<Schema>, row: Row): Promise<Row> {
  const crc = checksumOf(row)
  await db.updateTable('stream').set({ crc }).where('id', '=', row.id).execute()
  return { ...row, crc }
}

export async function changeBegin(
  db: Kysely<Schema>,
  id: number,
  { startAt, asked }: { startAt: StartAt; asked: StartAt },
): Promise<StreamRow> {
  const row = await db
    .updateTable('stream')
    .set({ start_at: JSON.stringify(startAt), asked: JSON.stringify(asked) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toStream(await seal(db, row))
}

/**
 * A damaged row of the stream that was created at `createdMs`, as the service says, whatever it says itself: shards that
 * were of another stream of this name could not go on from their checkpoints, and say so.
 */
export const mendedStream = (stream: StreamRow, createdMs: number): StreamRow => ({
  ...stream,
  createdMs,
  startAt: OLDEST,
})

/** What is set aside of it, and what it goes on with. */
export function damagedStream({
  id,
  createdMs,
  damaged,
}: StreamRow & Required<Pick<StreamRow, 'damaged'>>): DamagedRow {
  const { row, what } = damaged
  const rest = { created_ms: createdMs, start_at: JSON.stringify(OLDEST) }
  return {
    ...{ streamId: 0, table: 'stream', key: { id }, why: WHY[what] },
    ...(what === 'row'
      ? { held: JSON.stringify(row) }
      : { held: String(row.start_at), column: 'start_at' }),
    rest: { ...rest, crc: checksumOf({ ...row, ...rest }) },
  }
}

const NEVER_READ = 'shards that were never read are read from their oldest record'
const WHY = {
  row: `the row of the stream is not as it was written: it is taken for the stream that is there, and ${NEVER_READ}`,
  start_at: `where reading was to begin cannot be read: ${NEVER_READ}`,
}

type Row = Selectable<StreamTable>

const checksumOf = ({ id: _, ...row }: Row): number => rowChecksum(row)

/** Or written by a version that kept no checksum. */
const isAsWritten = (row: Row): boolean => row.crc === null || row.crc === checksumOf(row)

function toStream(row: Row): StreamRow {
  const startAt = startAtIn(row.start_at)
  return {
    id: row.id,
    createdMs: row.created_ms,
    startAt: startAt ?? OLDEST,
    asked: startAtIn(row.asked) ?? null,
    firstStartMs: row.first_start_ms,
    ...(!isAsWritten(row)
      ? { damaged: { row, what: 'row' } }
      : startAt === undefined && { damaged: { row, what: 'start_at' } }),
  }
}

const OLDEST: StartAt = { kind: 'trim_horizon' }

function startAtIn(text: unknown): StartAt | undefined {
  try {
    const { kind, at } = JSON.parse(String(text)) as { kind?: unknown; at?: unknown }
    if (kind === 'time') return typeof at === 'number' && at >= 0 ? { kind, at } : undefined
    return kind === 'trim_horizon' || kind === 'latest' ? { kind } : undefined
  } catch {
    return undefined
  }
}
