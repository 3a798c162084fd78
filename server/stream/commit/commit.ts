import { type Kysely, sql, type Transaction } from 'kysely'
import type { Fates } from '../../../lib/fates.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Schema } from '../../store/schema.ts'
import type { AppWork } from '../dispatch/app-runner.ts'
import type { MemoryNews } from '../records/arrival-slices.ts'
import type { RejectedItem } from '../records/ingest.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import { writeMemory } from './memory-rows.ts'
import { writeShards } from './shard-rows.ts'

/** Everything that became true since the last commit, taken out at one moment. */
export interface SealedCommit {
  shards: readonly ShardProgress[]
  /** What these shards' counts grew by. */
  added: AddedFates
  seen: MemoryNews
  putAgain: MemoryNews
  rejected: readonly DeadLetter[]
  /** How many were rejected for each reason, also of those not in `rejected`. */
  rejectedCounts: ReadonlyMap<string, number>
  works: readonly AppWork[]
}

export type AddedFates = Pick<Fates, 'applied' | 'duplicate' | 'rejected'>

export interface DeadLetter extends RejectedItem {
  /** The stream app that could not take it in; absent: it was rejected. */
  app?: string
}

/** Dead letters kept for a stream; older ones make room, their number stays counted. */
export const MAX_DEAD_LETTERS = 5_000

/** Someone else raised the epoch: this process must not write any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/** An app's part of the transaction failed, be it for its own reasons or the store's. */
export class AppWriteError extends Error {
  override readonly name = 'AppWriteError'
  constructor(
    readonly app: string,
    cause: unknown,
  ) {
    super(messageOf(cause), { cause })
  }
}

/** Who may commit, and how many commits there were. */
export interface Lease {
  streamId: number
  epoch: number
  /** Counts this process's commits on; changed by `writeCommit`. */
  commitSeq: number
}

/**
 * Writes a sealed commit in one transaction: app writes, ids, dead letters and checkpoints land together
 * or not at all. Can be called again with the same commit after it failed. Throws `FencedError`.
 */
export async function writeCommit(
  db: Kysely<Schema>,
  lease: Lease,
  commit: SealedCommit,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (!(await takeTurn(tx, lease, commit.added))) return
    const { streamId } = lease
    for (const { app, work } of commit.works) await writeWork(tx, lease.streamId, app, work)
    await writeMemory(tx, { streamId, table: 'seen' }, commit.seen)
    await writeMemory(tx, { streamId, table: 'put_again' }, commit.putAgain)
    await writeRejected(tx, lease.streamId, commit)
    await writeShards(tx, lease.streamId, commit.shards)
  })
  lease.commitSeq++
  for (const { work } of commit.works) work.committed()
}

/**
 * The update takes the write lock, so that the epoch cannot change until the commit is done. False: this very
 * commit is in already, only the reply to an earlier attempt was lost.
 */
async function takeTurn(
  tx: Transaction<Schema>,
  { streamId, epoch, commitSeq }: Lease,
  { applied, duplicate, rejected }: AddedFates,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('lease')
    .set({
      commit_seq: commitSeq + 1,
      applied: sql`applied + ${applied}`,
      duplicate: sql`duplicate + ${duplicate}`,
      rejected: sql`rejected + ${rejected}`,
    })
    .where('stream_id', '=', streamId)
    .where('epoch', '=', epoch)
    .where('commit_seq', '=', commitSeq)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return true
  const now = await tx
    .selectFrom('lease')
    .select(['epoch', 'commit_seq'])
    .where('stream_id', '=', streamId)
    .executeTakeFirst()
  if (now?.epoch === epoch && now.commit_seq === commitSeq + 1) return false
  throw new FencedError('another Kinesight writes to this data folder now')
}

async function writeWork(
  tx: Transaction<Schema>,
  streamId: number,
  app: string,
  work: AppWork['work'],
): Promise<void> {
  try {
    await work.write(tx, streamId)
  } catch (error) {
    throw new AppWriteError(app, error)
  }
}

async function writeRejected(tx: Transaction<Schema>, streamId: number, commit: SealedCommit) {
  for (const item of commit.rejected) {
    await tx
      .insertInto('dead_letter')
      .values({
        stream_id: streamId,
        shard_id: item.shardId,
        sequence_number: item.sequenceNumber,
        event_index: item.index,
        arrived_ms: item.arrivedAt,
        reason: item.reason,
        app: item.app ?? null,
        detail: item.detail,
        data: item.data,
        bytes: item.bytes,
      })
      .execute()
  }
  for (const [reason, n] of commit.rejectedCounts) {
    await tx
      .insertInto('dead_letter_count')
      .values({ stream_id: streamId, reason, n })
      .onConflict((conflict) =>
        conflict
          .columns(['stream_id', 'reason'])
          .doUpdateSet({ n: sql`dead_letter_count.n + excluded.n` }),
      )
      .execute()
  }
  if (commit.rejected.length === 0) return
  await sql`delete from dead_letter where stream_id = ${streamId} and id <= (
    select id from dead_letter where stream_id = ${streamId}
    order by id desc limit 1 offset ${MAX_DEAD_LETTERS})`.execute(tx)
}

/** Becomes the only writer: every older epoch is fenced off from now on. */
export function takeLease(db: Kysely<Schema>, streamId: number): Promise<Lease> {
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .insertInto('lease')
      .values({ stream_id: streamId, epoch: 1 })
      .onConflict((conflict) =>
        conflict.column('stream_id').doUpdateSet({ epoch: sql`lease.epoch + 1` }),
      )
      .returning(['epoch', 'commit_seq'])
      .executeTakeFirstOrThrow()
    return { streamId, epoch: row.epoch, commitSeq: row.commit_seq }
  })
}
