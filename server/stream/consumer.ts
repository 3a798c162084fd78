import type { Kysely } from 'kysely'
import { addFates, eventsRead, type Fates, noFates } from '../../lib/fates.ts'
import type { Health, ReaderState } from '../../lib/frames.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { backoffMs } from '../platform/retry.ts'
import type { Schema } from '../store/schema.ts'
import type { StreamRow } from '../store/stream-row.ts'
import { FencedError, readShards, type SealedCommit, takeLease, writeCommit } from './commit.ts'
import { ingestRecord, type RejectedItem } from './ingest.ts'
import { hasChildren, readableShards, unfinishedParents, whatIsNew } from './lineage.ts'
import { pause } from './pause.ts'
import { createSeenIds, DEDUPLICATION_SPAN_MS } from './seen-ids.ts'
import { newShard, type ShardProgress } from './shard-progress.ts'
import { type ShardReader, startShardReader } from './shard-reader.ts'
import { beginOf } from './start-position.ts'
import type { AppliedEvent, StreamApp } from './stream-app.ts'
import { type ReadResult, SourceError, type StreamSource } from './stream-source.ts'
import { createThroughput, type Throughput } from './throughput.ts'

/** A commit each this often; sooner when much is waiting. */
const COMMIT_EVERY_MS = 200
const COMMIT_SOON_RECORDS = 20_000
/** Readers wait while more than this has been taken in and is not committed. */
const MAX_UNCOMMITTED_BYTES = 32 * 1024 * 1024
const MAX_UNCOMMITTED_RECORDS = 100_000
/** Of a flood of rejected records a commit keeps this many; the counts stay exact. */
const MAX_REJECTED_A_COMMIT = 500
const DISCOVER_EVERY_MS = 10 * SECOND_MS
const RETRY = { baseMs: 200, capMs: 5_000 }
const RATE_SPAN_MS = 10 * SECOND_MS

export interface Consumer {
  start(): Promise<void>
  /** Ends the readers and commits what they took in. Nothing has to be repeated afterwards. */
  stop(): Promise<void>
  /** Called after every commit. */
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

export interface ConsumerPorts {
  db: Kysely<Schema>
  source: StreamSource
  apps: readonly StreamApp[]
  clock: Clock
  random: () => number
  log: Log
}

/** Reads every shard of the stream, hands events to the apps and commits, exactly once. */
export function createConsumer(stream: StreamRow, ports: ConsumerPorts): Consumer {
  const { db, source, apps, clock, log } = ports
  const ending = new AbortController()
  const { signal } = ending
  const shards = new Map<string, ShardProgress>()
  const readers = new Map<string, ShardReader>()
  const throughputs = new Map<string, Throughput>()
  const checkpoints = new Map<string, string | null>()
  const dirty = new Set<ShardProgress>()
  const seen = createSeenIds()
  const begin = beginOf(stream)
  const listeners: (() => void)[] = []
  const read = createThroughput()

  let rejected: RejectedItem[] = []
  let rejectedCounts = new Map<string, number>()
  let uncommittedBytes = 0
  let uncommittedRecords = 0
  let roomWaiters: (() => void)[] = []
  let wakeCommitter: () => void = () => {}
  let epoch = 0
  let sourceHealth: Health = { kind: 'starting' }
  let storeHealth: Health = { kind: 'ok' }
  let lastCommitMs = 0
  let running: Promise<unknown>[] = []
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch((error: unknown) => log.error({ problem: messageOf(error) }, 'consumer failed'))

  async function start(): Promise<void> {
    epoch = await takeLease(db, stream.id)
    for (const shard of await readShards(db, stream.id)) adopt(shard, shard.checkpoint)
    const rows = await db
      .selectFrom('seen')
      .select(['minute_ms', 'hashes'])
      .where('stream_id', '=', stream.id)
      .orderBy('seq')
      .execute()
    for (const row of rows) {
      seen.restore({ minuteMs: row.minute_ms, hashes: new Uint8Array(row.hashes) })
    }
    startReaders()
    running = [discoverLoop(), commitLoop()]
  }

  function adopt(shard: ShardProgress, checkpoint: string | null): void {
    shards.set(shard.shardId, shard)
    checkpoints.set(shard.shardId, checkpoint)
    throughputs.set(shard.shardId, createThroughput())
  }

  // Discovery: which shards there are.

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

  async function discover() {
    const { createdMs } = await source.describe()
    if (Math.abs(createdMs - stream.createdMs) > 1_500) {
      fail(new Error('the stream was deleted and made anew'))
    }
    const listed = await source.listShards()
    const news = whatIsNew(shards, listed)
    for (const shard of news.added.map(newShard)) {
      adopt(shard, null)
      dirty.add(shard)
    }
    for (const shardId of news.closed) {
      const shard = shards.get(shardId)
      if (shard === undefined) continue
      shard.closed = true
      dirty.add(shard)
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

  // Reading: one reader a shard, parents before children.

  function startReaders(): void {
    if (signal.aborted) return
    for (const shard of readableShards(shards)) {
      if (readers.has(shard.shardId)) continue
      const reader = startShardReader(shard, begin, {
        source,
        clock,
        random: ports.random,
        log,
        signal,
        room,
        take,
        ended,
        gone: () => void discover().catch(sourceTrouble),
      })
      readers.set(shard.shardId, reader)
    }
  }

  function room(): Promise<void> | undefined {
    const full =
      uncommittedBytes > MAX_UNCOMMITTED_BYTES || uncommittedRecords > MAX_UNCOMMITTED_RECORDS
    if (!full) return undefined
    return new Promise((resolve) => roomWaiters.push(resolve))
  }

  function take(shard: ShardProgress, result: ReadResult): void {
    const applied: AppliedEvent[] = []
    const turned: RejectedItem[] = []
    const before = eventsRead(shard.fates)
    const throughput = throughputs.get(shard.shardId)
    for (const record of result.records) {
      ingestRecord(record, shard, { seen, applied, rejected: turned })
      throughput?.add(record.arrivedAt, record.data.length)
      uncommittedBytes += record.data.length
    }
    uncommittedRecords += result.records.length
    const now = clock.now()
    const behind = result.full || result.millisBehindLatest > 0
    shard.readToMs = behind ? readTo(shard, result, now) : now
    if (result.records.length === 0) return
    for (const app of apps) app.fold(applied)
    keepRejected(turned)
    dirty.add(shard)
    const events = eventsRead(shard.fates) - before
    for (let event = 0; event < events; event++) read.add(now, 0)
    if (uncommittedRecords > COMMIT_SOON_RECORDS) wakeCommitter()
  }

  const readTo = (shard: ShardProgress, result: ReadResult, now: number): number =>
    result.records.length > 0 ? (shard.lastArrivalMs ?? now) : now - result.millisBehindLatest

  function keepRejected(items: readonly RejectedItem[]): void {
    for (const item of items) {
      rejectedCounts.set(item.reason, (rejectedCounts.get(item.reason) ?? 0) + 1)
      if (rejected.length < MAX_REJECTED_A_COMMIT) rejected.push(item)
      log.debug(
        { shardId: item.shardId, seq: item.sequenceNumber, reason: item.reason },
        'rejected',
      )
    }
  }

  /** Its children are known before a shard counts as finished: none can be forgotten. */
  async function ended(shard: ShardProgress): Promise<void> {
    const listed = await discover()
    if (
      !hasChildren(shard.shardId, listed) &&
      listed.some((one) => one.shardId === shard.shardId)
    ) {
      throw new SourceError(
        'temporary',
        'its children are not listed yet',
        'It is tried again by itself.',
      )
    }
    shard.closed = true
    shard.finished = true
    dirty.add(shard)
    log.info({ shardId: shard.shardId }, 'shard read to its end')
    startReaders()
  }

  // Committing: everything that became true, in one transaction.

  async function commitLoop(): Promise<void> {
    while (!signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, COMMIT_EVERY_MS)
        wakeCommitter = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      if (dirty.size > 0) await commitUntilDone(seal())
    }
  }

  function seal(): SealedCommit {
    const forgetBefore = forgetHorizon()
    seen.forgetBefore(forgetBefore)
    const commit: SealedCommit = {
      shards: [...dirty].map((shard) => ({ ...shard, fates: { ...shard.fates } })),
      seen: seen.takeFresh(),
      forgetBefore: seen.remembersFrom(),
      rejected,
      rejectedCounts,
      works: apps.map((app) => app.seal()),
    }
    dirty.clear()
    rejected = []
    rejectedCounts = new Map()
    return commit
  }

  /** An id is remembered for as long as some shard may still bring it within the span. */
  function forgetHorizon(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const shardId of readers.keys()) {
      const shard = shards.get(shardId)
      if (shard === undefined || shard.finished) continue
      oldest = Math.min(oldest, shard.readToMs ?? 0)
    }
    return Number.isFinite(oldest) ? oldest - DEDUPLICATION_SPAN_MS : 0
  }

  /** Keeps trying: what was taken in must not be lost while the disk is full. */
  async function commitUntilDone(commit: SealedCommit): Promise<void> {
    const bytes = uncommittedBytes
    const records = uncommittedRecords
    for (let failures = 0; ; failures++) {
      const startedAt = clock.monotonicMs()
      try {
        await writeCommit(db, { streamId: stream.id, epoch }, commit)
        lastCommitMs = clock.monotonicMs() - startedAt
        break
      } catch (error) {
        if (error instanceof FencedError) {
          storeTrouble(error, 'Stop one of the two; this one starts anew by itself.')
          fail(error)
          ending.abort()
          return
        }
        storeTrouble(error, 'Check the free space and the permissions of DATA_DIR. Reading waits.')
        if (signal.aborted && failures > 2) throw error
        await pause(backoffMs(failures, ports.random(), RETRY), signal)
      }
    }
    storeHealth = { kind: 'ok' }
    for (const shard of commit.shards) checkpoints.set(shard.shardId, shard.checkpoint)
    uncommittedBytes -= bytes
    uncommittedRecords -= records
    const waiters = roomWaiters
    roomWaiters = []
    for (const resolve of waiters) resolve()
    for (const listener of listeners) listener()
  }

  function storeTrouble(error: unknown, remedy: string): void {
    log.error({ problem: messageOf(error) }, 'commit failed')
    const since = storeHealth.kind === 'trouble' ? storeHealth.since : clock.now()
    storeHealth = { kind: 'trouble', since, problem: messageOf(error), remedy }
  }

  async function stop(): Promise<void> {
    ending.abort()
    wakeCommitter()
    const waiters = roomWaiters
    roomWaiters = []
    for (const resolve of waiters) resolve()
    await Promise.allSettled(running)
    await commitUntilDone(seal())
    source.close()
  }

  function readings(): ConsumerReadings {
    const list = [...shards.values()].map(reading)
    const now = clock.now()
    const arrivals = list.flatMap(({ progress }) => progress.lastArrivalMs ?? [])
    return {
      shards: list,
      fates: list.reduce((sum, { progress }) => addFates(sum, progress.fates), noFates()),
      eventsPerSecond: read.between(now - RATE_SPAN_MS, now).records / (RATE_SPAN_MS / SECOND_MS),
      newestArrivalAt: arrivals.length === 0 ? null : Math.max(...arrivals),
      behindMs: list.reduce((most, { lagMs }) => Math.max(most, lagMs), 0),
      source: sourceHealth,
      store: storeHealth,
      lastCommitMs,
      rememberedIds: seen.size(),
    }
  }

  function reading(progress: ShardProgress): ShardReading {
    const reader = readers.get(progress.shardId)
    const parents = unfinishedParents(progress, shards)
    const waiting: ReaderState =
      progress.finished || parents.length === 0
        ? { kind: progress.finished ? 'finished' : 'catching_up' }
        : { kind: 'waiting_for_parents', parents }
    return {
      progress,
      checkpoint: checkpoints.get(progress.shardId) ?? null,
      reader: progress.finished ? { kind: 'finished' } : (reader?.state() ?? waiting),
      lagMs: progress.finished ? 0 : (reader?.lagMs() ?? 0),
      throughput: throughputs.get(progress.shardId) ?? createThroughput(),
    }
  }

  return {
    start,
    stop,
    onCommit: (listener) => {
      listeners.push(listener)
    },
    readings,
    failed,
  }
}
