import type { Kysely, Transaction } from 'kysely'
import { bytesOf } from '../../damage/bytes-of.ts'
import type { Damage } from '../../damage/damage.ts'
import { crc32 } from '../../platform/crc32.ts'
import type { Schema } from '../../store/schema.ts'
import type { FreshIds } from '../records/seen-ids.ts'

/** Bytes of the hash of an id. */
const HASH_BYTES = 16

/** Adds what was seen, and deletes what may be forgotten, epoch ms. */
export async function writeSeen(
  tx: Transaction<Schema>,
  streamId: number,
  { seen, forgetBefore }: { seen: readonly FreshIds[]; forgetBefore: number },
): Promise<void> {
  for (const ids of seen) {
    const { minuteMs, hashes } = ids
    const crc = checksumOf(streamId, ids)
    await tx
      .insertInto('seen')
      .values({ stream_id: streamId, minute_ms: minuteMs, hashes, crc })
      .execute()
  }
  if (seen.length === 0) return
  await tx
    .deleteFrom('seen')
    .where('stream_id', '=', streamId)
    .where('minute_ms', '<', forgetBefore)
    .execute()
}

const checksumOf = (streamId: number, { minuteMs, hashes }: FreshIds): number =>
  crc32(hashes, crc32(`${streamId} ${minuteMs}`))

/**
 * Gives what was seen, in the order it was. Of a damaged row whole hashes are used: one that was changed is that of no
 * id, so that an id that comes again may be taken for a new one, and no new one for a duplicate.
 */
export async function readSeen(
  db: Kysely<Schema>,
  { streamId, damage }: { streamId: number; damage: Damage },
  use: (ids: FreshIds) => void,
): Promise<void> {
  const rows = await db
    .selectFrom('seen')
    .select(['seq', 'minute_ms', 'hashes', 'crc'])
    .where('stream_id', '=', streamId)
    .orderBy('seq')
    .execute()
  for (const { seq, minute_ms: minuteMs, crc, ...row } of rows) {
    const held = bytesOf(row.hashes)
    const hashes = held.subarray(0, held.length - (held.length % HASH_BYTES))
    const ids = { minuteMs, hashes }
    const hasTime = Number.isSafeInteger(minuteMs)
    const isWhole = hasTime && hashes.length === held.length
    if (hasTime) use(ids)
    if (isWhole && (crc === null || crc === checksumOf(streamId, ids))) continue
    damage.found({
      ...{ streamId, table: 'seen', key: { seq }, held, column: 'hashes' },
      why: 'it is not as it was written: some of its ids are not known as seen any more',
      ...(hasTime && { rest: { hashes, crc: checksumOf(streamId, ids) } }),
    })
  }
  await damage.flush()
}
