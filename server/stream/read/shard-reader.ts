import { setImmediate as breathe } from 'node:timers/promises'
import type { ReadCounts, ReaderState, ReadMode } from '../../../lib/frames.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Pause } from '../../platform/pause.ts'
import { backoffMs } from '../../platform/retry.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import type { StreamClock } from '../shards/stream-clock.ts'
import { BROKEN_REMEDY } from '../shards/trust.ts'
import { type Answer, type Claim, contradicting } from './answer-check.ts'
import { type Buffer, type Hold, MAX_ANSWER_BYTES } from './buffer.ts'
import type { Feed } from './feed.ts'
import { afterLateEnd, isExplained, type LateEnd } from './late-end.ts'
import { checkpointPosition, openPositions } from './open-position.ts'
import {
  answered,
  began,
  dueAt,
  freshPace,
  IDLE_AFTER_MS,
  throttled,
  untilNextRead,
} from './pace.ts'
import type { ReaderLog } from './reader-log.ts'
import {
  type Effect,
  type EndClaim,
  firstStep,
  isOver,
  nextReader,
  type Reader,
  type ReaderEvent,
  type Verdict,
} from './reader-machine.ts'
import { createReaderTrouble, type Said } from './reader-trouble.ts'
import { mendArrivals } from './record-flaws.ts'
import {
  type Batch,
  type ChildShard,
  type Position,
  type RecordList,
  SourceError,
  type SourceErrorKind,
} from './stream-source.ts'

/** The most records one GetRecords may return. */
const READ_LIMIT = 10_000
/** What a reader asks for at a time once it knows how large the records are. */
const READ_BYTES = 1024 * 1024
/** Of readers that are behind, so many ask at the same time. */
const READS_AT_ONCE = 6
const LEAST_READ_BYTES = 64 * 1024
/** Longer than any call may take, and than the silence of a subscription. */
const STALLED_MS = 35 * SECOND_MS

const BACKOFF: Record<SourceErrorKind, { baseMs: number; capMs: number }> = {
  contradicting: { baseMs: 250, capMs: 10_000 },
  expired_iterator: { baseMs: 250, capMs: 5_000 },
  throttled: { baseMs: 250, capMs: 5_000 },
  temporary: { baseMs: 250, capMs: 10_000 },
  bad_position: { baseMs: 250, capMs: 10_000 },
  in_use: { baseMs: 2_000, capMs: 6_000 },
  gone: { baseMs: 1_000, capMs: 15_000 },
  unsupported: { baseMs: 1_000, capMs: 15_000 },
  denied: { baseMs: 4_000, capMs: 30_000 },
}

/** What is no fault of the shard's. */
const WAITS: { [Kind in Effect['kind']]?: 'held_up' | 'rest' } = {
  ask_room: 'held_up',
  take: 'held_up',
  none: 'held_up',
  rest: 'rest',
}

/** What counts as anything but a failure. */
const COUNTED: { [Kind in SourceErrorKind]?: keyof ReadCounts } = {
  throttled: 'throttled',
  expired_iterator: 'expired',
  contradicting: 'contradicting',
}

const STALLED_REMEDY =
  'It is read again by itself. If it stays, look at what is between here and Kinesis.'
const NO_ARRIVAL =
  'records came without a time of arrival that can be: they count as arrived when they were read'

/** What a shard's last answer claimed, where it claimed to be its end. */
export interface ClaimedEnd {
  claim: EndClaim
  children: readonly ChildShard[]
}

/** A batch on its way in: `at` is the next record. */
export interface Taking {
  readonly batch: Batch
  readonly hold: Hold
  at: number
}

export interface ShardReader {
  state(): ReaderState
  mode(): ReadMode
  /** How far behind the shard's tip the reader is, ms. */
  lagMs(): number
  /** Epoch ms; null: no read was answered yet. */
  lastProgressAt(): number | null
  restarts(): number
  /** It tries, and gets no further; null: it gets on. */
  stuck(): (Said & { since: number }) | null
  /** Starts it anew where it waits for longer than anything may take; `lateMs`: the process itself stood still. */
  watch(lateMs: number): void
}

export interface ReaderPorts {
  /** Made anew each time: how shards are read may change. */
  feed: () => Feed
  mode: () => ReadMode
  buffer: Buffer
  clock: Clock
  pause: Pause
  random: () => number
  log: ReaderLog
  signal: AbortSignal
  streamClock: StreamClock
  /** From the beginning of one read to that of the next, while caught up; a shard is idle that brings nothing. */
  restMs: (isIdle: boolean) => number
  /** Takes in what it may at a stretch, synchronously. False: there is more. */
  take: (taking: Taking) => boolean
  /** A batch is in: what the reader knows of how far it has read. */
  readTo: (batch: Batch) => void
  /** Marks the shard finished where the list of shards says so; see `Lanes.settle`. */
  settle: (end: ClaimedEnd) => Promise<'settled' | 'agreed'>
  look: () => Promise<Verdict>
  /** Throws `SourceError` where records may be of another stream. */
  checkOrigin: (records: RecordList) => void
  trimmed: () => void
  pollInstead: (why: string) => void
  /** Whether the shard's checkpoint is known to be its own; else Kinesis has to take it first. */
  isProven: () => boolean
  proven: () => void
  /** After so long without an answer it is started anew; 35 s. */
  stalledMs?: number
}

/** Reads one shard, from where its progress stands, until its end: the shell around `reader-machine.ts`. */
export function startShardReader(
  shard: ShardProgress,
  beginAt: Position,
  ports: ReaderPorts,
): ShardReader {
  const { buffer, clock, log } = ports
  const { stalledMs = STALLED_MS } = ports
  let state: Reader = firstStep().state
  let turn = new AbortController()
  let isUnderWay = false
  let deadline = Number.POSITIVE_INFINITY
  let feed: Feed | undefined
  let hold: Hold | undefined
  let taking: Taking | undefined
  let answer: Answer | undefined
  let lateEnd: LateEnd | undefined
  let pace = freshPace()
  let olderBy = 0
  let behind = true
  let behindMs = 0
  let recordBytes: number | undefined
  let readAt = 0
  let recordMs = clock.monotonicMs()
  let restMs = 0
  let answeredMs = clock.monotonicMs()
  let progressAt: number | null = null
  let restarts = 0
  const trouble = createReaderTrouble({ clock, log })

  function dispatch(event: ReaderEvent): void {
    const step = nextReader(state, event)
    state = step.state
    if (step.effect !== undefined) start(step.effect)
  }

  /** What was under way before is given up: its outcome is not looked at. */
  function start(effect: Effect): void {
    if (isUnderWay) {
      turn.abort()
      turn = new AbortController()
    }
    const { signal } = turn
    isUnderWay = true
    deadline = clock.monotonicMs() + stalledMs
    trouble.begins(WAITS[effect.kind] ?? 'work')
    if (effect.kind !== 'read' && effect.kind !== 'take') hold?.release()
    if (isOver(state)) feed?.close()
    act(effect, signal).then(
      (event) => {
        if (signal.aborted) return
        isUnderWay = false
        if (event !== undefined) dispatch(event)
      },
      (error: unknown) => {
        if (signal.aborted) return
        isUnderWay = false
        dispatch({ kind: 'failed', error: fail(error) })
      },
    )
  }

  async function act(effect: Effect, signal: AbortSignal): Promise<ReaderEvent | undefined> {
    switch (effect.kind) {
      case 'open':
        return open(effect.older, signal)
      case 'ask_room':
        return askRoom(signal)
      case 'read':
        return read(signal)
      case 'take':
        return take(signal)
      case 'rest':
        return rest(signal)
      case 'wait': {
        const waitMs = backoffMs(
          effect.trouble.failures - 1,
          ports.random(),
          BACKOFF[effect.trouble.error],
        )
        return waited(Math.max(waitMs, untilNextRead(pace, clock.monotonicMs())), signal)
      }
      case 'look':
        return look()
      case 'settle':
        return settle(effect.claim)
      case 'mark_trimmed':
        ports.trimmed()
        log.warn('its records ran out of retention before they were read')
        return undefined
      case 'poll_instead':
        ports.pollInstead(trouble.now()?.problem ?? '')
        return open(false, signal)
      case 'none':
        return undefined
    }
  }

  async function look(): Promise<ReaderEvent> {
    const verdict = await ports.look()
    if (verdict !== 'there') trouble.stays()
    return { kind: 'verdict', verdict }
  }

  async function open(older: boolean, signal: AbortSignal): Promise<ReaderEvent> {
    feed?.close()
    const positionsOf = ports.isProven() ? openPositions : checkpointPosition
    const positions = positionsOf(shard, beginAt)
    olderBy = older ? (olderBy + 1) % positions.length : Math.min(olderBy, positions.length - 1)
    const mine = ports.feed()
    feed = mine
    await mine.open(positions[olderBy] ?? beginAt, signal)
    if (!signal.aborted) ports.proven()
    // What is opened again and again must not read more often for that.
    const earlyMs = ports.mode() === 'polling' ? untilNextRead(pace, clock.monotonicMs()) : 0
    if (earlyMs > 0) await ports.pause(earlyMs, signal)
    return { kind: 'opened' }
  }

  async function askRoom(signal: AbortSignal): Promise<ReaderEvent | undefined> {
    deadline = Number.POSITIVE_INFINITY
    const granted = await buffer.room(wantedBytes(), signal)
    if (signal.aborted) {
      granted.release()
      return undefined
    }
    hold = granted
    return { kind: 'room' }
  }

  /** A pushed event is counted when it comes: it may be long in coming. */
  function wantedBytes(): number {
    if (ports.mode() === 'fanout') return 0
    if (recordBytes === undefined) return Math.min(MAX_ANSWER_BYTES, buffer.limitBytes)
    if (!behind) return LEAST_READ_BYTES
    // More than it will bring: a few large reads at a time keep the network busy, and the memory young.
    return Math.max(readBytes(), buffer.limitBytes / READS_AT_ONCE)
  }

  const readBytes = () => Math.min(READ_BYTES, buffer.limitBytes / 4)

  function readLimit(): number {
    if (recordBytes === undefined || !behind) return READ_LIMIT
    const fitting = Math.floor(readBytes() / recordBytes)
    return Math.max(1, Math.min(READ_LIMIT, fitting))
  }

  async function read(signal: AbortSignal): Promise<ReaderEvent | undefined> {
    readAt = clock.monotonicMs()
    if (ports.mode() === 'polling') pace = began(pace, readAt)
    const mine = hold as Hold
    const got = await (feed as Feed).read(readLimit(), signal)
    if (signal.aborted) return undefined
    mine.is(got.bytes)
    ports.checkOrigin(got.records)
    const claim = judged(got.claim, got.records.length === 0)
    answer = { ...got, claim }
    answeredBy(answer)
    taking = { batch: got, hold: mine, at: 0 }
    return { kind: 'batch', claim: claim.kind, isEmpty: got.records.length === 0 }
  }

  /** That the end of a shard is behind is doubted, until it is explained. */
  function judged(claim: Claim, isEmpty: boolean): Exclude<Claim, { kind: 'late_end' }> {
    if (claim.kind !== 'late_end') {
      // Opened anew, such an endpoint may go on without a record before it claims the end again.
      if (claim.kind !== 'more' || !isEmpty) lateEnd = undefined
      return claim
    }
    const now = clock.monotonicMs()
    lateEnd = afterLateEnd(lateEnd, { behindMs: claim.behindMs, now })
    return isExplained(lateEnd, now) ? { kind: 'bare_end' } : { kind: 'doubt', why: claim.why }
  }

  function answeredBy(answer: Answer): void {
    const { records, bytes, full, millisBehindLatest, answeredAt } = answer
    pace = answered(pace)
    answeredMs = clock.monotonicMs()
    progressAt = clock.now()
    ports.streamClock.heard(answeredAt)
    olderBy = 0
    log.reads.ok++
    if (records.length === 0) {
      log.reads.empty++
    } else {
      recordBytes = bytes / records.length
      recordMs = answeredMs
      const times = { streamNow: ports.streamClock.now(), now: progressAt }
      if (mendArrivals(records, times) > 0) log.warn(NO_ARRIVAL)
    }
    trouble.answered(answer)
    // Where it does not say, records that came are a sign that there are more.
    behind = full || (millisBehindLatest ?? records.length) > 0
    const byArrival = full ? Math.max(0, progressAt - (records.at(-1)?.arrivedAt ?? progressAt)) : 0
    behindMs = Math.max(millisBehindLatest ?? 0, byArrival)
  }

  /** In parts: one read may be more than may be in flight, and others want their turn. */
  async function take(signal: AbortSignal): Promise<ReaderEvent | undefined> {
    deadline = Number.POSITIVE_INFINITY
    const mine = taking as Taking
    const { checkpoint, subSequence } = shard
    for (;;) {
      await buffer.roomToTake(signal)
      if (signal.aborted) return undefined
      if (ports.take(mine)) break
      await breathe()
    }
    ports.readTo(mine.batch)
    taking = undefined
    const { claim } = answer as Answer
    const moved = shard.checkpoint !== checkpoint || shard.subSequence !== subSequence
    trouble.taken(answer as Answer, moved)
    if (claim.kind === 'doubt') fail(contradicting(claim.why))
    return { kind: 'taken' }
  }

  async function settle(claim: EndClaim): Promise<ReaderEvent> {
    const said = (answer as Answer).claim
    const children = said.kind === 'end' ? said.children : []
    const kind = await ports.settle({ claim, children })
    if (kind === 'settled') log.info('read to its end')
    return { kind }
  }

  function rest(signal: AbortSignal): Promise<ReaderEvent> {
    if (ports.mode() === 'fanout') return waited(0, signal)
    const now = clock.monotonicMs()
    restMs = ports.restMs(now - recordMs > IDLE_AFTER_MS)
    const caughtUpMs = behind ? 0 : dueAt(readAt, restMs) - now
    return waited(Math.max(caughtUpMs, untilNextRead(pace, now)), signal)
  }

  async function waited(ms: number, signal: AbortSignal): Promise<ReaderEvent> {
    deadline = clock.monotonicMs() + ms + stalledMs
    // Also a rest of nothing gives others their turn.
    if (ms <= 0) await breathe()
    else await ports.pause(ms, signal)
    return { kind: 'due' }
  }

  function fail(error: unknown): SourceErrorKind {
    const kind = error instanceof SourceError ? error.kind : 'temporary'
    const problem = messageOf(error)
    const remedy = remedyOf(error)
    if (kind === 'throttled') pace = throttled(pace)
    log.reads[COUNTED[kind] ?? 'failed']++
    if (kind === 'expired_iterator') trouble.passed({ problem, remedy })
    else trouble.failed({ problem, remedy })
    log.warn(problem, { error: kind })
    return kind
  }

  const isRefused = (kind: unknown) => kind === 'bad_position' && !ports.isProven()

  function remedyOf(error: unknown): string {
    if (!(error instanceof SourceError)) return 'It is tried again by itself.'
    return isRefused(error.kind) ? BROKEN_REMEDY : error.remedy
  }

  function readerState(): ReaderState {
    switch (state.kind) {
      case 'asking':
        return troubled() ?? { kind: 'waiting_for_room' }
      case 'opening':
      case 'reading':
      case 'taking':
      case 'resting':
      case 'retrying':
      case 'looking':
        if (progressAt === null) return troubled() ?? { kind: 'starting' }
        return troubled() ?? { kind: behind ? 'catching_up' : 'reading' }
      case 'ending':
        return troubled() ?? { kind: 'ending' }
      case 'finished':
      case 'trimmed':
        return { kind: state.kind }
      case 'stopped':
        return { kind: 'starting' }
    }
  }

  /** What needs someone comes first, then that it gets no further. */
  function troubled(): ReaderState | undefined {
    const said = trouble.now()
    const stuck = trouble.stuck()
    const error = 'trouble' in state ? state.trouble?.error : undefined
    if (said !== undefined && isRefused(error)) return { kind: 'stopped', ...said }
    if (said !== undefined && error === 'denied') return { kind: 'paused', ...said }
    if (stuck !== null) return { kind: 'stuck', ...stuck }
    return said === undefined ? undefined : { kind: 'retrying', ...said }
  }

  function watch(lateMs: number): void {
    trouble.look(lateMs)
    deadline += lateMs
    const now = clock.monotonicMs()
    if (now < deadline || isOver(state)) return
    restarts++
    const silentMs = now - deadline + stalledMs
    const problem = `nothing came for ${Math.round(silentMs / SECOND_MS)} s: started anew`
    log.warn(problem)
    trouble.failed({ problem, remedy: STALLED_REMEDY })
    deadline = now + stalledMs
    dispatch({ kind: 'stalled' })
  }

  ports.signal.addEventListener('abort', () => dispatch({ kind: 'stop' }), { once: true })
  if (ports.signal.aborted) dispatch({ kind: 'stop' })
  else start(firstStep().effect)

  return {
    state: readerState,
    mode: ports.mode,
    lagMs() {
      const silentMs = clock.monotonicMs() - answeredMs
      const usualMs = ports.mode() === 'fanout' ? 10 * SECOND_MS : SECOND_MS + restMs
      return Math.round(behindMs + (silentMs > usualMs ? silentMs : 0))
    },
    lastProgressAt: () => progressAt,
    restarts: () => restarts,
    stuck: trouble.stuck,
    watch,
  }
}
