import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { TakingLane } from './dispatch/take-batch.ts'
import { createReaderLog, type ReaderLog } from './read/reader-log.ts'
import type { ShardReader } from './read/shard-reader.ts'
import { type ListedShard, SourceError } from './read/stream-source.ts'
import {
  hasChildren,
  namesUnknownParents,
  readableShards,
  type ShardMap,
  whatIsNew,
} from './shards/lineage.ts'
import type { QuietLane } from './shards/quiet.ts'
import { newShard, type ShardProgress } from './shards/shard-progress.ts'
import { createThroughput } from './shards/throughput.ts'
import { createTopKeys, type TopKeys } from './shards/top-keys.ts'
import { isWritable, type Trust, trustListed } from './shards/trust.ts'

/** A shard and everything that works on it. */
export interface Lane extends TakingLane, QuietLane {
  keys: TopKeys
  log: ReaderLog
  trust: Trust
  reader?: ShardReader
}

/** Every shard that is known, and what follows from what becomes known of it. */
export interface Lanes {
  readonly shards: ShardMap
  all(): Iterable<Lane>
  get(shardId: string): Lane | undefined
  /** As the store knows it. */
  adopt(stored: { progress: ShardProgress; trust: Trust }): void
  /** A listing, or a part of it, says what there is. */
  learn(listed: readonly ListedShard[]): void
  /**
   * A shard was read to its end, and names its children where the endpoint does. I7: they are known before it
   * counts as finished, and are committed with it. Throws `SourceError` while they are not to be found.
   */
  settle(progress: ShardProgress, children: readonly ListedShard[]): Promise<void>
  /** Its records ran out of retention before they were read. */
  trimmed(progress: ShardProgress): void
  /** Shards that may be read and have no reader yet get one. */
  startReaders(): void
  /** Kinesis took the shard's checkpoint for its own. */
  proven(lane: Lane): void
}

export function createLanes(ports: {
  clock: Clock
  log: Log
  /** Its row has to be written. */
  changed: (progress: ShardProgress) => void
  /** A listing that begins now. */
  list: () => Promise<ListedShard[]>
  startReader: (lane: Lane) => ShardReader | undefined
}): Lanes {
  const lanes = new Map<string, Lane>()
  /** The same shards, as lineage wants them. */
  const shards = new Map<string, ShardProgress>()

  function adopt({ progress, trust }: { progress: ShardProgress; trust: Trust }): void {
    shards.set(progress.shardId, progress)
    const lane: Lane = {
      progress,
      trust,
      throughput: createThroughput(),
      keys: createTopKeys(),
      log: createReaderLog(progress, ports),
      cursor: undefined,
      opening: undefined,
      quiet: null,
    }
    lanes.set(progress.shardId, lane)
    trusted(lane, trust)
  }

  function trusted(lane: Lane, trust: Trust): void {
    lane.trust = trust
    if (trust.kind !== 'broken') return
    // That it was read to its end cannot be believed either.
    lane.progress.finished = false
    lane.log.warn(`not read: ${trust.problem}`)
  }

  function changed(progress: ShardProgress): void {
    const lane = lanes.get(progress.shardId)
    if (lane !== undefined && isWritable(lane.trust)) ports.changed(progress)
  }

  function learn(listed: readonly ListedShard[]): void {
    const news = whatIsNew(shards, listed)
    for (const progress of news.added.map(newShard)) {
      adopt({ progress, trust: { kind: 'own' } })
      changed(progress)
    }
    for (const shard of listed) hold(shard)
    for (const shardId of news.closed) {
      const shard = shards.get(shardId)
      if (shard === undefined) continue
      shard.closed = true
      changed(shard)
    }
  }

  /** Against what is listed, where that has to be done before it is read. */
  function hold(listed: ListedShard): void {
    const lane = lanes.get(listed.shardId)
    const checkpoint = lane?.progress.checkpoint
    if (lane?.trust.kind !== 'unlisted' || checkpoint == null) return
    trusted(lane, trustListed(checkpoint, listed, ports.clock.now()))
  }

  function startReaders(): void {
    for (const { shardId } of readableShards(shards)) {
      const lane = lanes.get(shardId)
      if (lane === undefined || lane.reader !== undefined) continue
      if (lane.trust.kind === 'broken' || lane.trust.kind === 'unlisted') continue
      const reader = ports.startReader(lane)
      if (reader !== undefined) lane.reader = reader
    }
  }

  async function findChildren(shardId: string): Promise<void> {
    const listed = await ports.list()
    const stillListed = listed.some((shard) => shard.shardId === shardId)
    if (stillListed && !hasChildren(shardId, listed)) {
      const problem = `${shardId} is closed, and its children are not listed yet`
      throw new SourceError('temporary', problem, 'It is looked for again by itself.')
    }
  }

  function over(progress: ShardProgress): void {
    progress.closed = true
    progress.finished = true
    const lane = lanes.get(progress.shardId)
    // Nothing goes on from its checkpoint any more.
    if (lane !== undefined) lane.trust = { kind: 'own' }
    changed(progress)
    startReaders()
  }

  return {
    shards,
    all: () => lanes.values(),
    get: (shardId) => lanes.get(shardId),
    adopt,
    learn,
    async settle(progress, children) {
      const named = children.length > 0 && !namesUnknownParents(shards, children)
      if (named) learn(children)
      else await findChildren(progress.shardId)
      over(progress)
    },
    trimmed(progress) {
      progress.trimmedMs = ports.clock.now()
      over(progress)
    },
    startReaders,
    proven(lane) {
      if (lane.trust.kind !== 'unproven') return
      lane.trust = { kind: 'own' }
      changed(lane.progress)
    },
  }
}
