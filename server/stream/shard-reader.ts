import { setImmediate as breathe } from 'node:timers/promises'
import type { ReaderState } from '../../lib/frames.ts'
import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { backoffMs } from '../platform/retry.ts'
import { pause } from './pause.ts'
import type { ShardProgress } from './shard-progress.ts'
import {
  type Position,
  type ReadResult,
  SourceError,
  type SourceErrorKind,
  type StreamSource,
} from './stream-source.ts'

/** Kinesis allows 5 reads a second and shard; while caught up one of them is left to others. */
const BEHIND_SPACING_MS = 200
const CAUGHT_UP_SPACING_MS = 250

const RETRY: Record<SourceErrorKind, { baseMs: number; capMs: number }> = {
  expired_iterator: { baseMs: 0, capMs: 0 },
  throttled: { baseMs: 250, capMs: 5_000 },
  temporary: { baseMs: 250, capMs: 10_000 },
  gone: { baseMs: 1_000, capMs: 15_000 },
  denied: { baseMs: 2_000, capMs: 30_000 },
}

export interface ShardReader {
  state(): ReaderState
  /** How far behind the shard's tip the reader is, ms. */
  lagMs(): number
}

export interface ReaderPorts {
  source: StreamSource
  clock: Clock
  random: () => number
  log: Log
  signal: AbortSignal
  /** undefined: there is room for more in flight; else resolves when there is. */
  room: () => Promise<void> | undefined
  /**
   * Takes records in from index `from` on, for a little while and synchronously; the progress moves past
   * them. Returns the index of the first that is left. After an error the signal is aborted.
   */
  take: (shard: ShardProgress, result: ReadResult, from: number) => number
  /** The shard was read to its end. */
  ended: (shard: ShardProgress) => Promise<void>
  /** The stream or shard is not there. */
  gone: () => void
}

/** Reads one shard, from where its progress stands, until its end. */
export function startShardReader(
  shard: ShardProgress,
  begin: Position,
  ports: ReaderPorts,
): ShardReader {
  const { source, clock, signal } = ports
  let state: ReaderState = { kind: 'catching_up' }
  let iterator: string | undefined
  let behindMs = 0
  let lastReadAt = clock.monotonicMs()
  let failures = 0

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const startedAt = clock.monotonicMs()
      try {
        const spacingMs = await step()
        if (spacingMs === undefined) return
        failures = 0
        await pause(startedAt + spacingMs - clock.monotonicMs(), signal)
      } catch (error) {
        if (signal.aborted) return
        await pause(failed(error), signal)
      }
    }
  }

  /** One read. Returns how long after its start the next one may begin; undefined at the shard's end. */
  async function step(): Promise<number | undefined> {
    await roomToRead()
    if (signal.aborted) return undefined
    iterator ??= await source.iterator(shard.shardId, positionOf(shard, begin))
    const result = await source.read(iterator)
    if (signal.aborted) return undefined
    lastReadAt = clock.monotonicMs()
    if (!(await takeAll(result))) return undefined
    iterator = result.next
    if (result.next === undefined) {
      await ports.ended(shard)
      state = { kind: 'finished' }
      return undefined
    }
    behindMs = Math.max(result.millisBehindLatest, result.full ? behindByArrival(result) : 0)
    const behind = result.full || result.millisBehindLatest > 0
    state = behind ? { kind: 'catching_up' } : { kind: 'reading' }
    return behind ? BEHIND_SPACING_MS : CAUGHT_UP_SPACING_MS
  }

  /** In parts: one read may be more than may be in flight. False: it is to end. */
  async function takeAll(result: ReadResult): Promise<boolean> {
    let taken = ports.take(shard, result, 0)
    while (taken < result.records.length) {
      await breathe()
      await roomToRead()
      if (signal.aborted) return false
      taken = ports.take(shard, result, taken)
    }
    return true
  }

  async function roomToRead(): Promise<void> {
    const room = ports.room()
    if (room === undefined) return
    const before = state
    state = { kind: 'paused' }
    await room
    state = before
  }

  const behindByArrival = (result: ReadResult): number =>
    Math.max(0, clock.now() - (result.records.at(-1)?.arrivedAt ?? clock.now()))

  /** Returns how long to wait. */
  function failed(error: unknown): number {
    const kind = error instanceof SourceError ? error.kind : 'temporary'
    iterator = undefined
    if (kind === 'expired_iterator') return BEHIND_SPACING_MS
    const { shardId } = shard
    const waitMs = backoffMs(failures++, ports.random(), RETRY[kind])
    ports.log.warn({ shardId, kind, waitMs, problem: messageOf(error) }, 'read failed')
    state = {
      kind: 'retrying',
      since: state.kind === 'retrying' ? state.since : clock.now(),
      problem: messageOf(error),
      remedy: error instanceof SourceError ? error.remedy : 'It is tried again by itself.',
    }
    if (kind === 'gone') ports.gone()
    return waitMs
  }

  // Every failure is met inside.
  void run()
  return {
    state: () => state,
    lagMs: () => {
      const silentMs = clock.monotonicMs() - lastReadAt
      return Math.round(behindMs + (silentMs > 1_000 ? silentMs : 0))
    },
  }
}

const positionOf = (shard: ShardProgress, begin: Position): Position =>
  shard.checkpoint === null ? begin : { kind: 'after', sequenceNumber: shard.checkpoint }
