import type { Kysely, Transaction } from 'kysely'
import { bytesOf } from '../../damage/bytes-of.ts'
import type { Damage } from '../../damage/damage.ts'
import { crc32 } from '../../platform/crc32.ts'
import type { Schema } from '../../store/schema.ts'
import { ENTRY_BYTES, type FreshSlice, type MemoryNews } from '../records/arrival-slices.ts'

type MemoryName = 'seen' | 'put_again'

/** Of a slice that was cut a row without entries stays, until its time is over. */
export async function writeMemory(
  tx: Transaction<Schema>,
  { streamId, table }: { streamId: number; table: MemoryName },
  { forgotten, fresh }: MemoryNews,
): Promise<void> {
  for (const { fromMs, toMs, cut } of forgotten) {
    await tx
      .deleteFrom(table)
      .where('stream_id', '=', streamId)
      .where('slice_ms', '>=', fromMs)
      .where('slice_ms', '<', toMs)
      .execute()
    const entries = new Uint8Array(0)
    if (cut) await write(tx, { streamId, table }, { sliceMs: fromMs, entries })
  }
  for (const slice of fresh) await write(tx, { streamId, table }, slice)
}

async function write(
  tx: Transaction<Schema>,
  { streamId, table }: { streamId: number; table: MemoryName },
  slice: FreshSlice,
): Promise<void> {
  const { sliceMs, entries } = slice
  const crc = checksumOf(streamId, slice)
  await tx
    .insertInto(table)
    .values({ stream_id: streamId, slice_ms: sliceMs, entries, crc })
    .execute()
}

const checksumOf = (streamId: number, { sliceMs, entries }: FreshSlice): number =>
  crc32(entries, crc32(`${streamId} ${sliceMs}`))

/**
 * Gives what was kept of a memory, in the order in which it was. Of a damaged row whole entries are used: one that was
 * changed is that of nothing, so that what comes again may be taken for new, and nothing new for what came before.
 */
export async function readMemory(
  db: Kysely<Schema>,
  { streamId, table, damage }: { streamId: number; table: MemoryName; damage: Damage },
  use: (slice: FreshSlice) => void,
): Promise<void> {
  const rows = await db
    .selectFrom(table)
    .select(['seq', 'slice_ms', 'entries', 'crc'])
    .where('stream_id', '=', streamId)
    .orderBy('seq')
    .execute()
  for (const { seq, slice_ms: sliceMs, crc, ...row } of rows) {
    const held = bytesOf(row.entries)
    const entries = held.subarray(0, held.length - (held.length % ENTRY_BYTES))
    const slice = { sliceMs, entries }
    const hasTime = Number.isSafeInteger(sliceMs)
    const isWhole = hasTime && entries.length === held.length
    if (isWhole && (crc === null || crc === checksumOf(streamId, slice))) {
      use(slice)
      continue
    }
    // A row without entries says that its slice was cut: this one does not.
    const hasRest = hasTime && entries.length > 0
    if (hasRest) use(slice)
    damage.found({
      ...{ streamId, table, key: { seq }, held, column: 'entries' },
      why: `it is not as it was written: some of its ${WORDS[table]} are not known as seen any more`,
      ...(hasRest && { rest: { entries, crc: checksumOf(streamId, slice) } }),
    })
  }
  await damage.flush()
}

const WORDS = { seen: 'ids', put_again: 'sub-records without an id' } satisfies Record<
  MemoryName,
  string
>
