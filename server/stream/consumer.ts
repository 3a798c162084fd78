import { setMaxListeners } from 'node:events'
import type { Kysely } from 'kysely'
import {
  DEDUPLICATION_SPAN_MS,
  DEFAULT_REMEMBERED_IDS,
  SUB_RECORDS_PER_ID,
} from '../../lib/deduplication.ts'
import type { ReadMode } from '../../lib/frames.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { createDamage, type Damage } from '../damage/damage.ts'
import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { type Pause, pause } from '../platform/pause.ts'
import type { Schema } from '../store/schema.ts'
import type { StreamRow } from '../store/stream-row.ts'
import { takeLease } from './commit/commit.ts'
import { createCommitter } from './commit/committer.ts'
import { readMemory } from './commit/memory-rows.ts'
import { readShards } from './commit/shard-rows.ts'
import {
  type ConsumerReadings,
  type ShardReading,
  shardReading,
  sourceHealth,
  sumsOf,
} from './consumer-readings.ts'
import { createAppRunner } from './dispatch/app-runner.ts'
import { poisonLetter } from './dispatch/poison-letter.ts'
import { createTaker } from './dispatch/take-batch.ts'
import { createLanes, type Lane } from './lanes.ts'
import { createBuffer } from './read/buffer.ts'
import { busyRestMs, idleRestMs } from './read/pace.ts'
import { createReading, type SubscribedFeed } from './read/read-mode.ts'
import type { Verdict } from './read/reader-machine.ts'
import { type ShardReader, startShardReader } from './read/shard-reader.ts'
import type { Batch, ListedShard, Position, StreamSource } from './read/stream-source.ts'
import { watchReaders } from './read/watchdog.ts'
import { createPutAgain } from './records/put-again.ts'
import { createSeenIds } from './records/seen-ids.ts'
import { forgetHorizon, readUpToNow } from './shards/arrival-horizon.ts'
import { createLineageAudit } from './shards/audit.ts'
import { createDiscovery } from './shards/discovery.ts'
import { childrenOf, namesUnknownParents } from './shards/lineage.ts'
import { readUpTo } from './shards/quiet.ts'
import type { ShardProgress } from './shards/shard-progress.ts'
import { createStreamClock } from './shards/stream-clock.ts'
import { createThroughput } from './shards/throughput.ts'
import type { StreamApp } from './stream-app.ts'

const RATE_SPAN_MS = 10 * SECOND_MS
/** While reading is yet to begin. */
const LOOK_AT_CLOCK_EVERY_MS = 10 * SECOND_MS
/** How far a silent shard is read is kept this often. */
const KEEP_READ_TO_EVERY_MS = MINUTE_MS

export interface Consumer {
  /** Takes the lease, restores what the store knows and starts reading. */
  start(): Promise<void>
  /** Ends the readers and commits what they took in. Nothing has to be repeated afterwards. */
  stop(): Promise<void>
  /** Told how long the commit took, ms. */
  onCommit(listener: (ms: number) => void): void
  readings(): ConsumerReadings
  /** undefined: no such shard is known. */
  shard(shardId: string): { reading: ShardReading; children: string[] } | undefined
  /** Rejects when it cannot go on: another process took over, or the stream was made anew. */
  failed: Promise<never>
}

/** How the stream is read; the environment says it. */
export interface ReadOptions {
  mode: ReadMode
  consumerName: string
  bufferBytes: number
  /** How many ids are remembered at the most. */
  rememberedIds?: number
  /** An app threw: what it was given is kept until it is committed, to find the event that it cannot take. */
  careful?: boolean
}

export interface ConsumerPorts {
  db: Kysely<Schema>
  source: StreamSource
  apps: readonly StreamApp[]
  read: ReadOptions
  /** Since when figures are kept at `now`, epoch ms: what is older is counted as beyond history. Absent: all is kept. */
  keptFrom?: (now: number) => number
  subscribed: SubscribedFeed
  clock: Clock
  random: () => number
  log: Log
  /** How waiting is done; a test gives its own. */
  pause?: Pause
  /** After so long without an answer the watchdog starts a reader anew; 35 s. */
  stalledMs?: number
  /** Where damaged rows go; of its own if absent. */
  damage?: Damage
  /** The store's, to see why it cannot be written. */
  storeFile?: string
}

/** Reads every shard of the stream, hands events to the apps and commits, exactly once. See SPEC.md. */
export function createConsumer(stream: StreamRow, ports: ConsumerPorts): Consumer {
  const { db, source, clock, log, random, damage = createDamage(db, { clock, log }) } = ports
  const ending = new AbortController()
  const { signal } = ending
  // The reader of each shard listens.
  setMaxListeners(0, signal)
  const waiting = { clock, pause: ports.pause ?? pause }
  const { rememberedIds = DEFAULT_REMEMBERED_IDS } = ports.read
  const seen = createSeenIds({ maxIds: rememberedIds })
  const rememberedSubRecords = rememberedIds * SUB_RECORDS_PER_ID
  const putAgain = createPutAgain({ maxUnits: rememberedSubRecords })
  const begin: Position =
    stream.startAt.kind === 'time'
      ? { kind: 'at', timeMs: stream.startAt.at }
      : { kind: 'trim_horizon' }
  const eventsTaken = createThroughput(clock.now())
  /** Shards that brought something lately. */
  const busy = new Set<string>()
  let controlMessages = 0
  let lastListed: readonly ListedShard[] = []
  const buffer = createBuffer(ports.read.bufferBytes)
  const audit = createLineageAudit()
  const streamClock = createStreamClock(clock)
  const apps = createAppRunner(ports.apps, {
    clock,
    log,
    careful: ports.read.careful ?? false,
    poisoned: (app, event, problem) =>
      committer.reject('app_failed', () => poisonLetter(app, event, problem)),
  })
  const committer = createCommitter({
    db,
    apps,
    seen,
    putAgain,
    buffer,
    forgetBefore: () => forgetHorizon(lanes.all()),
    ...waiting,
    random,
    log,
    signal,
    storeFile: ports.storeFile,
  })
  const reading = createReading({
    source,
    asked: ports.read.mode,
    consumerName: ports.read.consumerName,
    subscribed: ports.subscribed,
    log,
    signal,
  })
  const discovery = createDiscovery({
    source,
    createdMs: stream.createdMs,
    onAnotherStream: () => fail(new Error('the stream was deleted and made anew')),
    namesUnknownParents: (listed) => namesUnknownParents(lanes.shards, listed),
    onListed,
    heard: streamClock.heard,
    ...waiting,
    random,
    log,
    signal,
  })
  const lanes = createLanes({
    clock,
    log,
    changed: committer.changed,
    list: () => discovery.fresh(),
    startReader,
  })
  const take = createTaker({
    seen,
    putAgain,
    apps,
    clock,
    keptFrom: ports.keptFrom ?? (() => Number.NEGATIVE_INFINITY),
    reject: committer.reject,
    passOver: (controls) => {
      controlMessages += controls
    },
    took(progress, taken) {
      committer.changed(progress, taken)
      eventsTaken.add(clock.now(), 0, taken.events)
    },
  })

  let running: Promise<unknown>[] = []
  let fail: (error: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      log.error({ problem: messageOf(error) }, 'the consumer cannot go on')
      ending.abort()
      reject(error)
    }
  })
  // Whoever started the consumer looks at it; until then it must not count as unhandled.
  failed.catch(() => {})

  async function start(): Promise<void> {
    const lease = await takeLease(db, stream.id)
    for (const stored of await readShards(db, stream.id, clock.now())) {
      lanes.adopt(stored)
      committer.restored(stored.progress)
    }
    await restoreMemories()
    for (const app of ports.apps) await app.restore?.()
    lanes.startReaders()
    running = [
      discovery.run(),
      untilBegun(),
      watchReaders(readers, { ...waiting, signal }),
      committer.run(lease).catch(fail),
    ]
  }

  /** In ms; 0: it has. Kinesis refuses a time that is yet to come: nothing is opened before it. */
  function untilBeginMs(): number {
    if (begin.kind !== 'at') return 0
    return Math.max(0, begin.timeMs - (streamClock.now() ?? clock.now()))
  }

  async function untilBegun(): Promise<void> {
    for (let ms = untilBeginMs(); ms > 0 && !signal.aborted; ms = untilBeginMs()) {
      // No longer: either clock may be set meanwhile.
      await waiting.pause(Math.min(ms, LOOK_AT_CLOCK_EVERY_MS), signal)
    }
    if (!signal.aborted) lanes.startReaders()
  }

  async function restoreMemories(): Promise<void> {
    const streamId = stream.id
    await readMemory(db, { streamId, table: 'seen', damage }, seen.restore)
    await readMemory(db, { streamId, table: 'put_again', damage }, putAgain.restore)
    for (const { aggregated } of lanes.shards.values()) {
      if (aggregated > 0) putAgain.aggregatesCome()
    }
  }

  function onListed(listed: readonly ListedShard[]): void {
    lanes.learn(listed)
    lastListed = listed
    audit.look(lanes.shards, listed, clock.now())
    lanes.startReaders()
  }

  function trimmed(progress: ShardProgress): void {
    lanes.trimmed(progress)
    audit.look(lanes.shards, lastListed, clock.now())
  }

  function startReader(lane: Lane): ShardReader | undefined {
    const { progress } = lane
    const { shardId } = progress
    const isBegun = progress.checkpoint !== null || untilBeginMs() === 0
    if (signal.aborted || !isBegun) return undefined
    return startShardReader(progress, begin, {
      feed: () => reading.feed(shardId),
      mode: reading.mode,
      buffer,
      ...waiting,
      random,
      log: lane.log,
      signal,
      ...(ports.stalledMs !== undefined && { stalledMs: ports.stalledMs }),
      restMs: (isIdle) => restMs(shardId, isIdle),
      take: (taking) => taken(lane, () => take(lane, taking)),
      readTo: (batch) => readTo(lane, batch),
      streamClock,
      settle: (end) => lanes.settle(progress, end),
      look: () => look(lane),
      checkOrigin: lane.origin.check,
      trimmed: () => trimmed(progress),
      pollInstead: reading.pollInstead,
      isProven: () => lane.trust.kind !== 'unproven',
      proven: () => lanes.proven(lane),
    })
  }

  async function look(lane: Lane): Promise<Verdict> {
    const verdict = await discovery.verdict(lane.progress.shardId)
    if (verdict === 'there') lane.origin.looked()
    return verdict
  }

  function taken(lane: Lane, work: () => boolean): boolean {
    try {
      return work()
    } catch (error) {
      // Memory may not agree with itself any more: only a start from the last commit mends that.
      committer.abandon()
      lane.log.warn(`could not be taken in: ${messageOf(error)}`)
      fail(error)
      throw error
    }
  }

  function restMs(shardId: string, isIdle: boolean): number {
    if (isIdle) busy.delete(shardId)
    else busy.add(shardId)
    return isIdle ? idleRestMs(lanes.shards.size - busy.size) : busyRestMs(busy.size)
  }

  /** On the stream's own clock. */
  function readTo(lane: Lane, batch: Batch): void {
    const { progress } = lane
    const at = readUpTo(lane, batch, streamClock.now())
    if (at === null) return
    // A record may have arrived earlier than one before it: as far as that goes the shard may bring others.
    const before = progress.readToMs
    if (before !== null && at <= before && batch.records.length === 0) return
    progress.readToMs = at
    const kept = committer.committed(progress.shardId).readToMs
    if (kept === null || at - kept > KEEP_READ_TO_EVERY_MS) committer.changed(progress)
  }

  function* readers(): Generator<ShardReader> {
    for (const { reader } of lanes.all()) if (reader !== undefined) yield reader
  }

  /** Shorter than it should be where more came than may be remembered. */
  function spanOf(memory: { wholeAround(arrivalMs: number): number }): number {
    let span = DEDUPLICATION_SPAN_MS
    for (const at of readUpToNow(lanes.all(), Number.POSITIVE_INFINITY)) {
      span = Math.min(span, memory.wholeAround(at))
    }
    return span
  }

  function clockAheadMs(now: number): number | null {
    const streamNow = streamClock.now()
    // The stream tells whole seconds: on average half of one more has passed.
    return streamNow === undefined
      ? null
      : Math.round((now - streamNow) / SECOND_MS - 0.5) * SECOND_MS
  }

  function readings(): ConsumerReadings {
    const shards = [...lanes.all()].map(readingOf)
    const now = clock.now()
    return {
      shards,
      ...sumsOf(shards),
      eventsPerSecond: eventsTaken.rate(now - RATE_SPAN_MS, now)?.records ?? 0,
      source: sourceHealth(discovery.health(), shards, now),
      store: committer.health(),
      reading: {
        mode: reading.mode(),
        notice: reading.notice(),
        wire: source.wire().spoken,
        wireNotice: source.wire().notice,
        bufferBytes: buffer.usedBytes(),
        bufferLimitBytes: buffer.limitBytes,
        rememberedIds: seen.size(),
        rememberedIdsLimit: rememberedIds,
        duplicateSpanMs: spanOf(seen),
        rememberedSubRecords: putAgain.size(),
        rememberedSubRecordsLimit: rememberedSubRecords,
        putAgainSpanMs: spanOf(putAgain),
      },
      findings: audit.findings(),
      apps: apps.cells(),
      repeatedCalls: source.repeatedCalls(),
      clockAheadMs: clockAheadMs(now),
      controlMessages,
    }
  }

  const readingOf = (lane: Lane): ShardReading =>
    shardReading(lane, lanes.shards, {
      now: clock.now(),
      committed: committer.committed(lane.progress.shardId),
      mode: reading.mode(),
      beginsAt: begin.kind === 'at' && untilBeginMs() > 0 ? begin.timeMs : undefined,
    })

  async function stop(): Promise<void> {
    ending.abort()
    await Promise.allSettled(running)
    source.close()
  }

  return {
    start,
    stop,
    onCommit: committer.onCommit,
    readings,
    shard(shardId) {
      const lane = lanes.get(shardId)
      if (lane === undefined) return undefined
      return { reading: readingOf(lane), children: childrenOf(shardId, lanes.shards) }
    },
    failed,
  }
}
