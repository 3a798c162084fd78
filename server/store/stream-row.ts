import type { Kysely, Selectable } from 'kysely'
import type { StartAt } from '../../lib/start-at.ts'
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
  /** What stands where `startAt` should, and cannot be read: it is taken for trim_horizon, which loses nothing. */
  unreadableStart?: string
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
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toStream(row)
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
  return toStream(row)
}

function toStream(row: Selectable<StreamTable>): StreamRow {
  const startAt = startAtIn(row.start_at)
  return {
    id: row.id,
    createdMs: row.created_ms,
    startAt: startAt ?? OLDEST,
    asked: startAtIn(row.asked) ?? null,
    firstStartMs: row.first_start_ms,
    ...(startAt === undefined && { unreadableStart: String(row.start_at) }),
  }
}

export const OLDEST: StartAt = { kind: 'trim_horizon' }

function startAtIn(text: unknown): StartAt | undefined {
  try {
    const { kind, at } = JSON.parse(String(text)) as { kind?: unknown; at?: unknown }
    if (kind === 'time') return typeof at === 'number' && at >= 0 ? { kind, at } : undefined
    return kind === 'trim_horizon' || kind === 'latest' ? { kind } : undefined
  } catch {
    return undefined
  }
}
