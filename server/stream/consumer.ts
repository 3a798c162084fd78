import type { Kysely } from 'kysely'
import { addFates, type Fates, noFates } from '../../lib/fates.ts'
import type { Health, ReaderState } from '../../lib/frames.ts'
import { sameCreation } from '../../lib/stream-creation.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { backoffMs } from '../platform/retry.ts'
import type { Schema } from '../store/schema.ts'
import type { StreamRow } from '../store/stream-row.ts'
import { readShards, takeLease } from './commit.ts'
import { createCommitter } from './committer.ts'
import { type IngestPorts, ingestRecord } from './ingest.ts'
import { hasChildren, readableShards, unfinishedParents, whatIsNew } from './lineage.ts'
import { pause } from './pause.ts'
import { createSeenIds, DEDUPLICATION_SPAN_MS } from './seen-ids.ts'
import { newShard, type ShardProgress } from './shard-progress.ts'
import { type ShardReader, startShardReader } from './shard-reader.ts'
import type { AppliedEvent, StreamApp } from './stream-app.ts'
import {
  type ListedShard,
  type Position,
  type ReadResult,
  SourceError,
  type StreamSource,
} from './stream-source.ts'
import { createThroughput, type Throughput } from './throughput.ts'

const DISCOVER_EVERY_MS = 10 * SECOND_MS
const RETRY = { baseMs: 200, capMs: 5_000 }
const RATE_SPAN_MS = 10 * SECOND_MS
/** A read that fails once or twice is no trouble of the stream yet. */
const RETRYING_SAID_AFTER_MS = 3 * SECOND_MS
const READS: readonly ReaderState['kind'][] = ['reading', 'catching_up', 'paused']
/** What is taken in at a stretch: then others have their turn, and the room in flight is looked at. */
const PART = { events: 5_000, ms: 25 }
/** What an app is given at once. */
const FOLD_EVENTS = 5_000

export interface Consumer {
  /** Takes the lease, restores what the store knows and starts reading. */
  start(): Promise<void>
  /** Ends the readers and commits what they took in. Nothing has to be repeated afterwards. */
  stop(): Promise<void>
  onCommit(listener: () => void): void
  readings(): ConsumerReadings
  /** Rejects when it cannot go on: another process took over, or the stream was made anew. */
  failed: Promise<never>
}

export interface ConsumerReadings {
  shards: ShardReading[]
  fates: Fates
  /** Over the last 10 s. */
  eventsPerSecond: number
  newestArrivalAt: number | null
  behindMs: number
  source: Health
  store: Health
  lastCommitMs: number
  rememberedIds: number
}

export interface ShardReading {
  progress: ShardProgress
  /** As committed. */
  checkpoint: string | null
  reader: ReaderState
  lagMs: number
  throughput: Throughput
}

/** One shard and what works on it. */
interface Lane {
  progress: ShardProgress
  throughput: Throughput
  reader?: ShardReader
}

/** Reads every shard of the stream, hands events to the apps and commits, exactly once. */
export function createConsumer(
  stream: StreamRow,
  ports: {
    db: Kysely<Schema>
    source: StreamSource
    apps: readonly StreamApp[]
    clock: Clock
    random: () => number
    log: Log
  },
): Consumer {
  const { db, source, apps, clock, log } = ports
  const ending = new AbortController()
  const { signal } = ending
  const lanes = new Map<string, Lane>()
  /** The same shards, as lineage wants them. */
  const shards = new Map<string, ShardProgress>()
  const seen = createSeenIds()
  const begin: Position =
    stream.startAt.kind === 'time'
      ? { kind: 'at', timeMs: stream.startAt.at }
      : { kind: 'trim_horizon' }
  const eventsTaken = createThroughput()
  const committer = createCommitter({ ...ports, seen, forgetBefore: forgetHorizon, signal })

  let sourceHealth: Health = { kind: 'starting' }
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
    const epoch = await takeLease(db, stream.id)
    for (const shard of await readShards(db, stream.id)) {
      adopt(shard)
      committer.restored(shard)
    }
    await restoreSeen()
    startReaders()
    running = [discoverLoop(), committer.run({ streamId: stream.id, epoch }).catch(fail)]
  }

  async function restoreSeen(): Promise<void> {
    const rows = await db
      .selectFrom('seen')
      .select(['minute_ms', 'hashes'])
      .where('stream_id', '=', stream.id)
      .orderBy('seq')
      .execute()
    for (const row of rows) {
      seen.restore({ minuteMs: row.minute_ms, hashes: new Uint8Array(row.hashes) })
    }
  }

  function adopt(progress: ShardProgress): void {
    shards.set(progress.shardId, progress)
    lanes.set(progress.shardId, { progress, throughput: createThroughput() })
  }

  // Which shards there are.

  async function discoverLoop(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        await discover()
        failures = 0
        await pause(DISCOVER_EVERY_MS, signal)
      } catch (error) {
        if (signal.aborted) return
        sourceTrouble(error)
        await pause(backoffMs(failures++, ports.random(), RETRY), signal)
      }
    }
  }

  async function discover(): Promise<ListedShard[]> {
    const { createdMs } = await source.describe()
    if (!sameCreation(createdMs, stream.createdMs)) {
      fail(new Error('the stream was deleted and made anew'))
    }
    const listed = await source.listShards()
    const news = whatIsNew(shards, listed)
    for (const progress of news.added.map(newShard)) {
      adopt(progress)
      committer.changed(progress)
    }
    for (const shardId of news.closed) {
      const shard = shards.get(shardId)
      if (shard === undefined) continue
      shard.closed = true
      committer.changed(shard)
    }
    sourceHealth = { kind: 'ok' }
    startReaders()
    return listed
  }

  function sourceTrouble(error: unknown): void {
    log.warn({ problem: messageOf(error) }, 'the stream cannot be described')
    sourceHealth = {
      kind: 'trouble',
      since: sourceHealth.kind === 'trouble' ? sourceHealth.since : clock.now(),
      problem: messageOf(error),
      remedy: error instanceof SourceError ? error.remedy : 'It is tried again by itself.',
    }
  }

  // One reader a shard, parents before children.

  function startReaders(): void {
    if (signal.aborted) return
    for (const shard of readableShards(shards)) {
      const lane = lanes.get(shard.shardId)
      if (lane === undefined || lane.reader !== undefined) continue
      lane.reader = startShardReader(shard, begin, {
        source,
        clock,
        random: ports.random,
        log,
        signal,
        room: committer.room,
        take: (_, result, from) => take(lane, result, from),
        ended,
        gone: () => void discover().catch(sourceTrouble),
      })
    }
  }

  function take(lane: Lane, result: ReadResult, from: number): number {
    try {
      return takePart(lane, result, from)
    } catch (error) {
      // Some apps may have taken in what others have not: only a start from the last commit mends that.
      committer.abandon()
      fail(error)
      throw error
    }
  }

  function takePart({ progress, throughput }: Lane, result: ReadResult, from: number): number {
    const { records } = result
    const ingest = createIngest()
    const taken = { events: 0, bytes: 0 }
    const startedAt = clock.monotonicMs()
    let at = from
    for (; at < records.length; at++) {
      if (taken.events > PART.events || clock.monotonicMs() - startedAt > PART.ms) break
      const record = records[at] as (typeof records)[number]
      const { events, bytes } = ingestRecord(record, progress, ingest)
      throughput.add(record.arrivedAt, record.data.length)
      taken.events += events
      taken.bytes += bytes
    }
    ingest.flush()
    if (at === records.length) progress.readToMs = readTo(progress, result)
    if (at > from) {
      committer.changed(progress, taken)
      eventsTaken.add(clock.now(), 0, taken.events)
    }
    return at
  }

  /** Applied events go to the apps in portions: one record may hold very many. */
  function createIngest(): IngestPorts & { flush(): void } {
    let applied: AppliedEvent[] = []
    const flush = () => {
      for (const app of apps) app.fold(applied)
      applied = []
    }
    return {
      seen,
      reject: committer.reject,
      apply(event) {
        applied.push(event)
        if (applied.length >= FOLD_EVENTS) flush()
      },
      flush,
    }
  }

  function readTo(shard: ShardProgress, result: ReadResult): number {
    if (!result.full && result.millisBehindLatest === 0) return clock.now()
    if (result.records.length > 0 && shard.lastArrivalMs !== null) return shard.lastArrivalMs
    return clock.now() - result.millisBehindLatest
  }

  /** Its children are known before a shard counts as finished: none can be forgotten. */
  async function ended(shard: ShardProgress): Promise<void> {
    const listed = await discover()
    const stillListed = listed.some(({ shardId }) => shardId === shard.shardId)
    if (stillListed && !hasChildren(shard.shardId, listed)) {
      const problem = `${shard.shardId} is closed, and its children are not listed yet`
      throw new SourceError('temporary', problem, 'It is tried again by itself.')
    }
    shard.closed = true
    shard.finished = true
    committer.changed(shard)
    log.info({ shardId: shard.shardId }, 'shard read to its end')
    startReaders()
  }

  /** An id is remembered for as long as some shard may still bring it within the span. */
  function forgetHorizon(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const { progress, reader } of lanes.values()) {
      if (reader === undefined || progress.finished) continue
      oldest = Math.min(oldest, progress.readToMs ?? 0)
    }
    return Number.isFinite(oldest) ? oldest - DEDUPLICATION_SPAN_MS : 0
  }

  function readings(): ConsumerReadings {
    const list = [...lanes.values()].map(reading)
    const now = clock.now()
    const arrivals = list.flatMap(({ progress }) => progress.lastArrivalMs ?? [])
    return {
      shards: list,
      fates: list.reduce((sum, { progress }) => addFates(sum, progress.fates), noFates()),
      eventsPerSecond:
        eventsTaken.between(now - RATE_SPAN_MS, now).records / (RATE_SPAN_MS / SECOND_MS),
      newestArrivalAt: arrivals.reduce<number | null>((a, b) => Math.max(a ?? b, b), null),
      behindMs: list.reduce((most, { lagMs }) => Math.max(most, lagMs), 0),
      source: sourceReading(list, now),
      store: committer.health(),
      lastCommitMs: committer.lastCommitMs(),
      rememberedIds: seen.size(),
    }
  }

  /** Shards are listed now and then; where none can be read, that is known sooner. */
  function sourceReading(list: readonly ShardReading[], now: number): Health {
    if (sourceHealth.kind !== 'ok') return sourceHealth
    const retrying = list.flatMap(({ reader }) => (reader.kind === 'retrying' ? [reader] : []))
    const others = list.some(({ reader }) => READS.includes(reader.kind))
    const [latest] = retrying.sort((a, b) => b.since - a.since)
    if (others || latest === undefined || now - latest.since < RETRYING_SAID_AFTER_MS) {
      return sourceHealth
    }
    return { ...latest, kind: 'trouble' }
  }

  function reading({ progress, throughput, reader }: Lane): ShardReading {
    return {
      progress,
      checkpoint: committer.checkpoint(progress.shardId),
      reader: readerState(progress, reader),
      lagMs: progress.finished ? 0 : (reader?.lagMs() ?? 0),
      throughput,
    }
  }

  function readerState(progress: ShardProgress, reader: ShardReader | undefined): ReaderState {
    if (progress.finished) return { kind: 'finished' }
    if (reader !== undefined) return reader.state()
    const parents = unfinishedParents(progress, shards)
    return parents.length > 0 ? { kind: 'waiting_for_parents', parents } : { kind: 'catching_up' }
  }

  async function stop(): Promise<void> {
    ending.abort()
    await Promise.allSettled(running)
    source.close()
  }

  return { start, stop, onCommit: committer.onCommit, readings, failed }
}
