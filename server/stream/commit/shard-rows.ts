import type { Kysely, Selectable, Transaction } from 'kysely'
import { rowChecksum } from '../../platform/row-checksum.ts'
import type { Schema, ShardTable } from '../../store/schema.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import type { Trust } from '../shards/trust.ts'

/** A shard as the last commit left it, and whether it can be gone on from there. */
export interface StoredShard {
  progress: ShardProgress
  trust: Trust
}

type Row = Selectable<ShardTable>

/** Whole rows: a statement a shard, of the few that changed. */
export async function writeShards(
  tx: Transaction<Schema>,
  streamId: number,
  shards: readonly ShardProgress[],
): Promise<void> {
  for (const shard of shards) {
    const facts = shardRow(shard)
    const key = { stream_id: streamId, shard_id: shard.shardId }
    const crc = rowChecksum({ ...key, ...facts })
    await tx
      .insertInto('shard')
      .values({ ...key, ...facts, crc })
      .onConflict((conflict) =>
        conflict.columns(['stream_id', 'shard_id']).doUpdateSet({ ...facts, crc }),
      )
      .execute()
  }
}

const shardRow = (shard: ShardProgress) => ({
  parents: JSON.stringify(shard.parents),
  hash_from: shard.hashFrom,
  hash_to: shard.hashTo,
  closed: shard.closed ? 1 : 0,
  finished: shard.finished ? 1 : 0,
  trimmed_ms: shard.trimmedMs,
  checkpoint: shard.checkpoint,
  sub_sequence: shard.subSequence,
  part_again: shard.partAgain === null ? null : Number(shard.partAgain),
  read_to_ms: shard.readToMs,
  last_arrival_ms: shard.lastArrivalMs,
  newest_event_ms: shard.newestEventMs,
  records: shard.records,
  bytes: shard.bytes,
  aggregated: shard.aggregated,
  out_of_range: shard.outOfRange,
  put_again: shard.putAgain,
  partly_read: shard.partlyRead,
  ...shard.fates,
  beyond_oldest_ms: shard.oldestBeyondMs,
  beyond_last_ms: shard.lastBeyondMs,
})

/** Shards as the last commit left them. `now`: epoch ms. */
export async function readShards(
  db: Kysely<Schema>,
  streamId: number,
  now: number,
): Promise<StoredShard[]> {
  const rows = await db.selectFrom('shard').selectAll().where('stream_id', '=', streamId).execute()
  return rows.map((row) => ({ progress: progressOf(row), trust: trustOf(row, now) }))
}

function trustOf(row: Row, now: number): Trust {
  const problem = problemOf(row)
  if (problem !== undefined) return { kind: 'broken', since: now, problem }
  const isProven = row.crc !== null || row.checkpoint === null || row.finished === 1
  return { kind: isProven ? 'own' : 'unlisted' }
}

/** What is wrong with a row by itself, in words; undefined: nothing. */
export function problemOf(row: Row): string | undefined {
  for (const [name, fits] of Object.entries(FITS)) {
    const value = row[name as keyof typeof FITS]
    if (!fits(value))
      return `Its "${name}" in the store is not ${EXPECTED[name] ?? 'a whole number'}.`
  }
  const { checkpoint } = row
  if (checkpoint !== null && !isSequenceNumber(checkpoint)) {
    return `Its checkpoint ${shown(checkpoint)} is not a sequence number.`
  }
  if (row.crc !== null && row.crc !== rowChecksum(row)) {
    return 'Its row in the store is not as it was written: the checksum does not fit.'
  }
  if (checkpoint === null && row.records > 0) {
    return `It has no checkpoint, though ${row.records} records of it are in the numbers.`
  }
  return undefined
}

const SHOWN = 60
const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, SHOWN)) : 'of bytes'

const isSequenceNumber = (value: unknown): boolean =>
  typeof value === 'string' && /^(0|[1-9]\d{0,128})$/.test(value)

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isTime = (value: unknown): boolean => value === null || Number.isSafeInteger(value)
const isFlag = (value: unknown): boolean => value === 0 || value === 1
const isHashKey = (value: unknown): boolean => typeof value === 'string' && /^\d+$/.test(value)
const isList = (value: unknown): boolean => parentsIn(value) !== undefined

const FITS = {
  parents: isList,
  hash_from: isHashKey,
  hash_to: isHashKey,
  closed: isFlag,
  finished: isFlag,
  trimmed_ms: isTime,
  sub_sequence: (value: unknown) => value === null || isCount(value),
  part_again: (value: unknown) => value === null || isFlag(value),
  read_to_ms: isTime,
  last_arrival_ms: isTime,
  newest_event_ms: isTime,
  records: isCount,
  bytes: isCount,
  aggregated: isCount,
  out_of_range: isCount,
  put_again: isCount,
  partly_read: isCount,
  applied: isCount,
  duplicate: isCount,
  rejected: isCount,
  late: isCount,
  clamped: isCount,
  beyond: isCount,
  beyond_oldest_ms: isTime,
  beyond_last_ms: isTime,
} satisfies Partial<Record<keyof Row, (value: unknown) => boolean>>

const EXPECTED: Record<string, string> = {
  parents: 'a list of shards',
  hash_from: 'a hash key',
  hash_to: 'a hash key',
  closed: '0 or 1',
  finished: '0 or 1',
}

function parentsIn(value: unknown): string[] | undefined {
  try {
    const parents: unknown = typeof value === 'string' ? JSON.parse(value) : undefined
    const isOne = Array.isArray(parents) && parents.every((each) => typeof each === 'string')
    return isOne ? (parents as string[]) : undefined
  } catch {
    return undefined
  }
}

/** Of a row that is damaged as much as can be used: it is shown, and not gone on from. */
function progressOf(row: Row): ShardProgress {
  const count = (value: number) => (isCount(value) ? value : 0)
  const time = (value: number | null) => (isTime(value) ? value : null)
  const hashKey = (value: string) => (isHashKey(value) ? value : '0')
  return {
    shardId: row.shard_id,
    parents: parentsIn(row.parents) ?? [],
    hashFrom: hashKey(row.hash_from),
    hashTo: hashKey(row.hash_to),
    closed: row.closed === 1,
    finished: row.finished === 1,
    trimmedMs: time(row.trimmed_ms),
    checkpoint: row.checkpoint === null ? null : String(row.checkpoint),
    subSequence: row.sub_sequence === null ? null : count(row.sub_sequence),
    partAgain: row.part_again === null ? null : row.part_again === 1,
    readToMs: time(row.read_to_ms),
    lastArrivalMs: time(row.last_arrival_ms),
    newestEventMs: time(row.newest_event_ms),
    records: count(row.records),
    bytes: count(row.bytes),
    aggregated: count(row.aggregated),
    outOfRange: count(row.out_of_range),
    putAgain: count(row.put_again),
    partlyRead: count(row.partly_read),
    fates: {
      applied: count(row.applied),
      duplicate: count(row.duplicate),
      rejected: count(row.rejected),
      late: count(row.late),
      clamped: count(row.clamped),
      beyond: count(row.beyond),
    },
    oldestBeyondMs: time(row.beyond_oldest_ms),
    lastBeyondMs: time(row.beyond_last_ms),
  }
}
