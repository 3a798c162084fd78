import kinesaliteDb, { type Store } from 'kinesalite/db/index.js'
import { HOUR_MS } from '../../lib/time.ts'
import { listStreams } from './mend-streams.ts'

const BATCH_RECORDS = 1_000

/**
 * Removes the records older than their stream's retention (24 h unless raised). kinesalite drops an
 * expired record only when a read passes over it, which a reader that keeps up never does: without
 * this the disk fills for ever. Returns how many were removed. O(removed); reads keys only.
 */
export async function trimExpired(
  store: Store,
  now: number,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0
  for (const meta of await listStreams(store)) {
    const cutoff = now - meta.RetentionPeriodHours * HOUR_MS
    for (let shardIx = 0; shardIx < meta.Shards.length; shardIx += 1) {
      if (signal?.aborted === true) return removed
      removed += await trimShard(store, meta.StreamName, shardIx, cutoff, signal)
    }
  }
  return removed
}

async function trimShard(
  store: Store,
  streamName: string,
  shardIx: number,
  cutoff: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const records = store.getStreamDb(streamName)
  const prefix = kinesaliteDb.shardIxToHex(shardIx)
  const range = { gt: prefix, lt: kinesaliteDb.shardIxToHex(shardIx + 1) }
  let expired: string[] = []
  let first: string | undefined
  let last: string | undefined
  let removed = 0

  async function remove(): Promise<void> {
    await records.batch(expired.map((key) => ({ type: 'del', key })))
    removed += expired.length
    expired = []
  }

  for await (const item of records.createKeyStream(range)) {
    const key = item as string
    const arrivedAt = kinesaliteDb.parseSequence(key.slice(prefix.length + 1)).seqTime
    if (arrivedAt >= cutoff || signal?.aborted === true) break
    first ??= key
    last = key
    expired.push(key)
    if (expired.length >= BATCH_RECORDS) await remove()
  }
  if (expired.length > 0) await remove()
  if (first !== undefined && last !== undefined) await compact(store, streamName, first, last)
  return removed
}

/** LevelDB keeps deleted records on disk until something compacts their range; nothing else would. */
function compact(store: Store, streamName: string, first: string, last: string): Promise<void> {
  const sublevel = `!stream-${streamName}!`
  return new Promise((resolve, reject) => {
    store.db.compactRange(sublevel + first, sublevel + last, (error) =>
      error ? reject(error) : resolve(),
    )
  })
}
