import { createDecipheriv } from 'node:crypto'
import kinesaliteDb, { type Store } from 'kinesalite/db/index.js'
import { readStream, type StreamMeta } from './mend-streams.ts'

/** As Kinesis: one read returns at most 10 MiB. kinesalite would answer with 10,000 records of 1 MiB. */
const MAX_READ_BYTES = 10 * 1024 * 1024
const MAX_READ_RECORDS = 10_000
/** This many of the largest records still fit into one read. */
const ALWAYS_FITTING_RECORDS = 10

type Request = Record<string, unknown>

/**
 * Mends what kinesalite does not do as Kinesis does, by asking it a question it answers right:
 * reads are bounded in bytes; AT_TIMESTAMP is found by bisection (kinesalite reads the whole shard, and
 * never answers if nothing is that new); LATEST becomes "after the newest record", because kinesalite's
 * own can pass over a record that is just being written. Anything odd goes through unchanged.
 */
export async function rewriteRequest(
  store: Store,
  now: () => number,
  operation: string,
  body: Buffer,
): Promise<Buffer> {
  if (operation !== 'GetRecords' && operation !== 'GetShardIterator') return body
  const request = parse(body)
  if (request === undefined) return body
  const changed =
    operation === 'GetRecords'
      ? await boundedRead(store, request)
      : await settledIterator(store, now(), request)
  return changed === undefined ? body : Buffer.from(JSON.stringify(changed))
}

function parse(body: Buffer): Request | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Request) : undefined
  } catch {
    return undefined
  }
}

async function boundedRead(store: Store, request: Request): Promise<Request | undefined> {
  const limit = request.Limit ?? MAX_READ_RECORDS
  if (typeof limit !== 'number' || limit <= ALWAYS_FITTING_RECORDS || limit > MAX_READ_RECORDS) {
    return undefined
  }
  const place = readIterator(request.ShardIterator)
  if (place === undefined) return undefined
  // Values are JSON with base64 in it: about 4/3 of the record's bytes.
  const maxStored = (MAX_READ_BYTES * 4) / 3
  let stored = 0
  let fitting = 0
  const values = store.getStreamDb(place.streamName).createReadStream({
    gte: `${kinesaliteDb.shardIxToHex(place.shardIx)}/${place.sequenceNumber}`,
    lt: kinesaliteDb.shardIxToHex(place.shardIx + 1),
    keys: false,
    valueEncoding: 'binary',
    limit,
  })
  for await (const value of values as AsyncIterable<Buffer>) {
    stored += value.length
    if (stored > maxStored && fitting > 0) return { ...request, Limit: fitting }
    fitting += 1
  }
  return undefined
}

/** What an iterator of kinesalite says; undefined: not one of its own. */
function readIterator(
  iterator: unknown,
): { streamName: string; shardIx: number; sequenceNumber: string } | undefined {
  if (typeof iterator !== 'string') return undefined
  const { ITERATOR_PWD_KEY: key, ITERATOR_PWD_IV: iv } = kinesaliteDb
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, iv)
    const secret = Buffer.from(iterator, 'base64').subarray(8)
    const text = Buffer.concat([decipher.update(secret), decipher.final()]).toString('utf8')
    const [, streamName, shardId, sequenceNumber] = text.split('/')
    if (streamName === undefined || shardId === undefined || sequenceNumber === undefined) {
      return undefined
    }
    const { shardIx } = kinesaliteDb.resolveShardId(shardId)
    return { streamName, shardIx, sequenceNumber }
  } catch {
    return undefined
  }
}

async function settledIterator(
  store: Store,
  now: number,
  request: Request,
): Promise<Request | undefined> {
  const { ShardIteratorType: type, StreamName: name, ShardId: shardId, Timestamp: at } = request
  if (typeof name !== 'string' || typeof shardId !== 'string') return undefined
  const byTime = type === 'AT_TIMESTAMP' && typeof at === 'number' && at * 1_000 <= now
  if (!(byTime || type === 'LATEST') || request.StartingSequenceNumber !== undefined) {
    return undefined
  }
  const meta = await readStream(store, name)
  const shardIx = meta?.Shards.findIndex((shard) => shard.ShardId === shardId) ?? -1
  if (meta === undefined || shardIx < 0) return undefined
  const { Timestamp: _, ...rest } = request
  const records = shardRecords(store, meta, shardIx)
  if (byTime) {
    const first = await records.firstArrivedFrom(at)
    if (first !== undefined) {
      return { ...rest, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: first }
    }
  }
  const newest = await records.newest()
  return newest === undefined
    ? { ...rest, ShardIteratorType: 'TRIM_HORIZON' }
    : { ...rest, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: newest }
}

/** Sequence numbers of one shard. They rise with the index kinesalite counts up, and so does arrival. */
function shardRecords(store: Store, meta: StreamMeta, shardIx: number) {
  const records = store.getStreamDb(meta.StreamName)
  const prefix = kinesaliteDb.shardIxToHex(shardIx)
  const end = kinesaliteDb.shardIxToHex(shardIx + 1)
  const starting = meta.Shards[shardIx]?.SequenceNumberRange.StartingSequenceNumber ?? ''

  async function firstFromIndex(seqIx: number) {
    const { shardCreateTime } = kinesaliteDb.parseSequence(starting)
    const from = kinesaliteDb.stringifySequence({
      shardCreateTime,
      shardIx,
      seqIx,
      seqTime: shardCreateTime,
    })
    const options = { gte: `${prefix}/${from}`, lt: end, limit: 1 }
    for await (const item of records.createReadStream(options)) {
      const { key, value } = item as { key: string; value: { ApproximateArrivalTimestamp: number } }
      return { sequenceNumber: key.slice(prefix.length + 1), at: value.ApproximateArrivalTimestamp }
    }
    return undefined
  }

  return {
    /** `at` in seconds. O(log n) seeks. */
    async firstArrivedFrom(at: number): Promise<string | undefined> {
      let before = 0
      let notBefore = meta._seqIx[Math.floor(shardIx / 5)] ?? 0
      while (before < notBefore) {
        const middle = Math.floor((before + notBefore) / 2)
        const record = await firstFromIndex(middle)
        if (record === undefined || record.at >= at) notBefore = middle
        else before = middle + 1
      }
      return (await firstFromIndex(before))?.sequenceNumber
    },
    async newest(): Promise<string | undefined> {
      const options = { gt: prefix, lt: end, reverse: true, limit: 1 }
      for await (const key of records.createKeyStream(options)) {
        return (key as string).slice(prefix.length + 1)
      }
      return undefined
    },
  }
}
