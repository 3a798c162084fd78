import kinesaliteDb, { type Store } from 'kinesalite/db/index.js'

/** How kinesalite keeps a stream. `_seqIx`: the next sequence index for each group of five shards. */
export interface StreamMeta {
  StreamName: string
  StreamStatus: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING'
  StreamARN: string
  StreamCreationTimestamp: number
  RetentionPeriodHours: number
  EnhancedMonitoring: { ShardLevelMetrics: string[] }[]
  EncryptionType: string
  HasMoreShards: boolean
  Shards: ShardMeta[]
  _seqIx: (number | null)[]
  _tags: Record<string, string>
}

export interface ShardMeta {
  ShardId: string
  ParentShardId?: string
  AdjacentParentShardId?: string
  HashKeyRange: { StartingHashKey: string; EndingHashKey: string }
  SequenceNumberRange: { StartingSequenceNumber: string; EndingSequenceNumber?: string }
}

export type Mended = { stream: string; was: StreamMeta['StreamStatus']; now: 'ACTIVE' | 'gone' }

/**
 * Finishes what a killed process left half done: kinesalite settles a creation, deletion or resharding
 * by a timer, and without it the stream would stay as it is for ever. Call before the first request.
 * A stream still CREATING has no shards and refused every put, so it can hold no data.
 */
export async function mendStreams(store: Store): Promise<Mended[]> {
  const mended: Mended[] = []
  for (const meta of await listStreams(store)) {
    const { StreamName: stream, StreamStatus: was } = meta
    switch (was) {
      case 'ACTIVE':
        break
      case 'UPDATING':
        await store.metaDb.put(stream, { ...meta, StreamStatus: 'ACTIVE' })
        mended.push({ stream, was, now: 'ACTIVE' })
        break
      case 'CREATING':
        await store.metaDb.del(stream)
        mended.push({ stream, was, now: 'gone' })
        break
      case 'DELETING':
        await deleteRecords(store, stream)
        await store.metaDb.del(stream)
        mended.push({ stream, was, now: 'gone' })
        break
    }
  }
  return mended
}

export async function listStreams(store: Store): Promise<StreamMeta[]> {
  const streams: StreamMeta[] = []
  for await (const meta of store.metaDb.createReadStream({ keys: false })) {
    streams.push(meta as StreamMeta)
  }
  return streams
}

export async function readStream(store: Store, name: string): Promise<StreamMeta | undefined> {
  try {
    return (await store.metaDb.get(name)) as StreamMeta
  } catch (error) {
    if ((error as { notFound?: boolean }).notFound === true) return undefined
    throw error
  }
}

const deleteRecords = (store: Store, name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    store.deleteStreamDb(name, (error) => (error ? reject(error) : resolve()))
  })

const HASH_KEYS = 2n ** 128n

/** kinesalite dates a stream a little back, so that its first record is newer than its shards. */
const BACKDATED_MS = 2_000

/** Groups of five shards that get a sequence index from the start. */
const SEQUENCE_GROUPS = 40

/**
 * Makes the stream in one write, ready at once: through CreateStream it would be CREATING for a while,
 * and a kill in that while would leave it without shards. Returns whether it was missing.
 */
export async function ensureStream(
  store: Store,
  stream: { name: string; region: string; shardCount: number; now: number },
): Promise<boolean> {
  if ((await readStream(store, stream.name)) !== undefined) return false
  const createdAt = stream.now - BACKDATED_MS
  const meta: StreamMeta = {
    RetentionPeriodHours: 24,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
    HasMoreShards: false,
    Shards: Array.from({ length: stream.shardCount }, (_, shardIx) =>
      firstShard(shardIx, stream.shardCount, createdAt),
    ),
    StreamARN: `arn:aws:kinesis:${stream.region}:000000000000:stream/${stream.name}`,
    StreamName: stream.name,
    StreamStatus: 'ACTIVE',
    StreamCreationTimestamp: Math.floor(createdAt / 1_000),
    // From 1: a reader that waits at an empty shard stands at index 0 of the current second, and could
    // overtake a first record of index 0 that is being written as the second ends.
    _seqIx: new Array<number>(SEQUENCE_GROUPS).fill(1),
    _tags: {},
  }
  await store.metaDb.put(stream.name, meta)
  return true
}

function firstShard(shardIx: number, shardCount: number, createdAt: number): ShardMeta {
  const span = HASH_KEYS / BigInt(shardCount)
  const last = shardIx === shardCount - 1
  const end = last ? HASH_KEYS : span * BigInt(shardIx + 1)
  return {
    ShardId: kinesaliteDb.shardIdName(shardIx),
    HashKeyRange: {
      StartingHashKey: (span * BigInt(shardIx)).toString(),
      EndingHashKey: (end - 1n).toString(),
    },
    SequenceNumberRange: {
      StartingSequenceNumber: kinesaliteDb.stringifySequence({
        shardCreateTime: createdAt,
        shardIx,
      }),
    },
  }
}
