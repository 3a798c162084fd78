import { type Kysely, type Migration, sql } from 'kysely'

/** Slices were as long as a minute, then ten seconds; now they are ten times 1,024 ms. */
const SLICE_MS = 10_240
/** When in its old slice an id arrived is not known. The last moment of it: what came since counts as near as it may be. */
const OLD_SLICE_END_MS = 9_999
const ENTRY_WORDS = 4

interface OldSeen {
  seq: number
  minute_ms: number
  hashes: ArrayBuffer
}

/** Ids know when they arrived, to the ms; and what a producer put again has a memory of its own. */
export const arrivalSlices: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table shard add column part_again integer`.execute(db)
    await sql`alter table shard add column put_again integer not null default 0`.execute(db)
    await sql`create table put_again (
      seq integer primary key autoincrement,
      stream_id integer not null, slice_ms integer not null, entries blob not null, crc integer)`.execute(
      db,
    )
    await sql`create index put_again_slice on put_again (stream_id, slice_ms)`.execute(db)
    const seqs = await sql<{ seq: number }>`select seq from seen`.execute(db)
    for (const { seq } of seqs.rows) await moveRow(db, seq)
    await sql`alter table seen rename column minute_ms to slice_ms`.execute(db)
    await sql`alter table seen rename column hashes to entries`.execute(db)
  },
}

/** Row by row: all of them may be some hundred MB. */
async function moveRow(db: Kysely<unknown>, seq: number): Promise<void> {
  const { rows } =
    await sql<OldSeen>`select seq, minute_ms, hashes from seen where seq = ${seq}`.execute(db)
  for (const { minute_ms, hashes } of rows) {
    const arrivedMs = minute_ms + OLD_SLICE_END_MS
    const sliceMs = Math.floor(arrivedMs / SLICE_MS) * SLICE_MS
    // A slice that holds no ids would count as cut.
    const whole = hashes.byteLength - (hashes.byteLength % (ENTRY_WORDS * 4))
    const entries = new Uint8Array(hashes.slice(0, whole))
    const words = new Uint32Array(entries.buffer)
    for (let at = 0; at < words.length; at += ENTRY_WORDS) words[at] = arrivedMs - sliceMs
    if (words.length === 0) await sql`delete from seen where seq = ${seq}`.execute(db)
    else
      await sql`update seen set minute_ms = ${sliceMs}, hashes = ${entries} where seq = ${seq}`.execute(
        db,
      )
  }
}
