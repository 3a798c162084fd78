import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { TakingLane } from './dispatch/take-batch.ts'
import { createReaderLog, type ReaderLog } from './read/reader-log.ts'
import type { ClaimedEnd, ShardReader } from './read/shard-reader.ts'
import type { ListedShard } from './read/stream-source.ts'
import { holdAgainst } from './shards/claimed-end.ts'
import { childrenOf, readableShards, type ShardMap, whatIsNew } from './shards/lineage.ts'
import { createOrigin, type Origin } from './shards/origin.ts'
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
  origin: Origin
  /** Lists on end that have it otherwise than it is known here: as there, or as open, though nothing is read of it. */
  deniedBy: number
  reader?: ShardReader
}

/** One list may lag behind, or lie. */
const DENIED_BY = 2

/** A shard that was trimmed away is in no list any more, and one that was read to its end is not open. */
const isDenied = ({ finished, trimmedMs }: ShardProgress, { closed }: ListedShard): boolean =>
  finished && (trimmedMs !== null || !closed)

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
   * A shard is said to be read to its end: it is marked finished where the list of shards says so, too (SPEC.md). I7: its
   * children are known before, and are committed with it. `agreed`: it has to be read once more to be sure. Throws
   * `SourceError`, of kind `contradicting` where the list says otherwise.
   */
  settle(progress: ShardProgress, end: ClaimedEnd): Promise<'settled' | 'agreed'>
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
      origin: createOrigin(progress.checkpoint),
      throughput: createThroughput(ports.clock.now()),
      keys: createTopKeys(),
      log: createReaderLog(progress, ports),
      cursor: undefined,
      opening: undefined,
      quiet: null,
      deniedBy: 0,
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
    for (const shard of listed) {
      if (shard.numbers !== undefined) lanes.get(shard.shardId)?.origin.listed(shard.numbers.from)
      hold(shard)
      revive(shard)
    }
    for (const shardId of [...news.closed, ...news.open]) {
      const shard = shards.get(shardId)
      if (shard === undefined) continue
      shard.closed = news.closed.includes(shardId)
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

  /** What counts as over on the word of lists and answers is read on once the lists say otherwise. */
  function revive(listed: ListedShard): void {
    const lane = lanes.get(listed.shardId)
    if (lane === undefined) return
    lane.deniedBy = isDenied(lane.progress, listed) ? lane.deniedBy + 1 : 0
    if (lane.deniedBy < DENIED_BY) return
    const { progress } = lane
    const was = progress.trimmedMs === null ? 'read to its end' : 'trimmed away'
    Object.assign(progress, { finished: false, trimmedMs: null, closed: listed.closed })
    lane.deniedBy = 0
    delete lane.reader
    lane.log.warn(`was taken for ${was}, and is listed ${listed.closed ? 'still' : 'as open'}`)
    changed(progress)
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

  async function settle(
    progress: ShardProgress,
    { claim, children }: ClaimedEnd,
  ): Promise<'settled' | 'agreed'> {
    const { shardId } = progress
    const known = childrenOf(shardId, shards)
    const named = children.map((child) => child.shardId)
    // No answer could name what was not there yet: the list that knows the same children has seen the end, too.
    const isProven = named.length > 0 && named.every((child) => known.includes(child))
    if (!isProven && (claim !== 'sure' || known.length === 0)) {
      holdAgainst(await ports.list(), shardId, named)
      if (named.length === 0 && claim !== 'sure') return 'agreed'
    }
    over(progress)
    return 'settled'
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
    settle,
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
