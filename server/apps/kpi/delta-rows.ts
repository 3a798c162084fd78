import type { Kysely } from 'kysely'
import { bytesOf } from '../../damage/bytes-of.ts'
import { crc32 } from '../../platform/crc32.ts'
import type { Schema } from '../../store/schema.ts'

const ROWS_A_READ = 50

/** Numbered in the order of the commits; numbers never come again. `places`: see `delta-places.ts`. */
export async function appendDelta(
  db: Kysely<Schema>,
  streamId: number,
  { body, places }: { body: Uint8Array; places: string },
): Promise<number> {
  const { seq } = await db
    .insertInto('pane_delta')
    .values({ stream_id: streamId, body, crc: checksumOf(streamId, body), places })
    .returning('seq')
    .executeTakeFirstOrThrow()
  return seq
}

const checksumOf = (streamId: number, body: Uint8Array): number => crc32(body, crc32(`${streamId}`))

export async function deleteDeltas(
  db: Kysely<Schema>,
  streamId: number,
  upTo: number,
): Promise<void> {
  await db
    .deleteFrom('pane_delta')
    .where('stream_id', '=', streamId)
    .where('seq', '<=', upTo)
    .execute()
}

export interface DeltaRow {
  seq: number
  body: Uint8Array
  places: string | null
  /** `none`: a version wrote it that kept no checksums. */
  checksum: 'fits' | 'differs' | 'none'
}

/** All that is left of the log, oldest first, a few rows in memory at a time. */
export async function* readDeltas(db: Kysely<Schema>, streamId: number): AsyncGenerator<DeltaRow> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('pane_delta')
      .select(['seq', 'body', 'crc', 'places'])
      .where('stream_id', '=', streamId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(ROWS_A_READ)
      .execute()
    for (const { seq, body, crc, places } of rows) {
      const bytes = bytesOf(body)
      const fits = crc === checksumOf(streamId, bytes)
      yield {
        seq,
        body: bytes,
        places,
        checksum: crc === null ? 'none' : fits ? 'fits' : 'differs',
      }
      after = seq
    }
    if (rows.length < ROWS_A_READ) return
  }
}
