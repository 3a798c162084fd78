import type { Kysely } from 'kysely'
import type { Health } from '../../../lib/frames.ts'
import type { RejectReason } from '../../../lib/rejection.ts'
import { storeTrouble } from '../../damage/store-trouble.ts'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Pause } from '../../platform/pause.ts'
import { backoffMs } from '../../platform/retry.ts'
import type { Schema } from '../../store/schema.ts'
import type { AppRunner } from '../dispatch/app-runner.ts'
import type { Buffer } from '../read/buffer.ts'
import type { PutAgain } from '../records/put-again.ts'
import type { SeenIds } from '../records/seen-ids.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import {
  type AddedFates,
  AppWriteError,
  type DeadLetter,
  FencedError,
  type Lease,
  type SealedCommit,
  writeCommit,
} from './commit.ts'

/** What comes in at the same moment goes into one commit. */
const GATHER_MS = 10
/**
 * From one commit to the next at the least: this, and so many times as long as the last one took. What is sealed
 * together is merged once, so that a stream that is caught up with costs less an event.
 */
const COMMIT_EVERY_MS = 80
const COMMIT_SHARE = 6
const MAX_COMMIT_EVERY_MS = 1_000
/** Without news: how often apps are asked whether they have writing left, and how soon one such commit follows another. */
const QUIET_TURN_MS = 250
/** With so much waiting a commit comes at once. */
const COMMIT_SOON_EVENTS = 60_000
/** Of a flood of rejected records a commit keeps this many; the counts stay exact. */
const MAX_REJECTED_A_COMMIT = 500
const RETRY = { baseMs: 200, capMs: 5_000 }
/** Once it is to end, a store that cannot write is tried this often and then left: it is read again. */
const LAST_ATTEMPTS = 3

const TRIED_AGAIN =
  'It is tried again by itself; the log has the details. Reading waits, nothing is lost.'

export interface Committer {
  /** The shard has changed; so much was taken in from it. */
  changed(shard: ShardProgress, taken?: { events: number; bytes: number }): void
  /** Counts it; `make` is called where there is room to keep it; undefined: it is not to be kept. */
  reject(reason: RejectReason, make: (() => DeadLetter) | undefined): void
  /** Commits what is new until `signal` aborts, and what is left then. Rejects when fenced. */
  run(lease: Lease): Promise<void>
  /** Commits nothing more: what was taken in does not agree with itself. */
  abandon(): void
  /** Told how long a commit of something new took, ms. */
  onCommit(listener: (ms: number) => void): void
  committed(shardId: string): CommittedPlace
  restored(shard: ShardProgress): void
  health(): Health
}

/** How far a shard is in the store. */
export type CommittedPlace = Pick<ShardProgress, 'checkpoint' | 'subSequence' | 'readToMs'>

const NOWHERE: CommittedPlace = { checkpoint: null, subSequence: null, readToMs: null }

/** Gathers what became true and writes it in one transaction, again and again until it is written. */
export function createCommitter(ports: {
  db: Kysely<Schema>
  apps: AppRunner
  seen: SeenIds
  putAgain: PutAgain
  buffer: Buffer
  /** What arrived before this may be forgotten, epoch ms. */
  forgetBefore: () => number
  clock: Clock
  pause: Pause
  random: () => number
  log: Log
  signal: AbortSignal
  /** To see why it cannot be written. */
  storeFile?: string | undefined
}): Committer {
  const { clock, seen, putAgain, signal, buffer } = ports
  const dirty = new Set<ShardProgress>()
  const places = new Map<string, CommittedPlace>()
  /** By shard, as they were sealed last. */
  const sealed = new Map<string, AddedFates>()
  const listeners: ((ms: number) => void)[] = []
  let rejected: DeadLetter[] = []
  let rejectedCounts = new Map<string, number>()
  let uncommitted = { events: 0, bytes: 0 }
  let abandoned = false
  let onNews: () => void = () => {}
  let onMuch: () => void = () => {}
  /** A reader waits for the room that a commit makes. */
  let isAwaited = false
  let health: Health = { kind: 'ok' }
  /** Of the last one, sealing included. */
  let costMs = 0

  async function run(lease: Lease): Promise<void> {
    signal.addEventListener('abort', () => {
      onNews()
      onMuch()
    })
    let lastAt = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      await untilNews()
      if (dirty.size > 0) await untilTime(lastAt)
      if (signal.aborted) break
      if (!isDue() || abandoned) continue
      lastAt = clock.monotonicMs()
      await commitUntilDone(lease, seal())
      costMs = clock.monotonicMs() - lastAt
    }
    if (!abandoned) await commitUntilDone(lease, seal())
  }

  /** Or until a while has passed without any. */
  function untilNews(): Promise<void> {
    if (dirty.size > 0 || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, QUIET_TURN_MS)
      onNews = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  const isDue = (): boolean => dirty.size > 0 || ports.apps.owes()

  function untilTime(lastAt: number): Promise<void> {
    const everyMs = Math.min(MAX_COMMIT_EVERY_MS, Math.max(COMMIT_EVERY_MS, costMs * COMMIT_SHARE))
    const waitMs = Math.max(GATHER_MS, lastAt + everyMs - clock.monotonicMs())
    return new Promise((resolve) => {
      const much = signal.aborted || isAwaited || uncommitted.events > COMMIT_SOON_EVENTS
      const timer = setTimeout(resolve, much ? 0 : waitMs)
      onMuch = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Everything at one moment: progress, ids and app writes agree. */
  function seal(): SealedCommit {
    const before = ports.forgetBefore()
    seen.forgetBefore(before)
    putAgain.forgetBefore(before)
    const shards = [...dirty].map((shard) => ({ ...shard, fates: { ...shard.fates } }))
    const commit: SealedCommit = {
      shards,
      added: addedBy(shards),
      seen: seen.takeNews(),
      putAgain: putAgain.takeNews(),
      works: ports.apps.seal(),
      rejected,
      rejectedCounts,
    }
    dirty.clear()
    rejected = []
    rejectedCounts = new Map()
    return commit
  }

  /** Since they were sealed last, or restored. */
  function addedBy(shards: readonly ShardProgress[]): AddedFates {
    const added = { applied: 0, duplicate: 0, rejected: 0 }
    for (const { shardId, fates } of shards) {
      const before = sealed.get(shardId)
      added.applied += fates.applied - (before?.applied ?? 0)
      added.duplicate += fates.duplicate - (before?.duplicate ?? 0)
      added.rejected += fates.rejected - (before?.rejected ?? 0)
      sealed.set(shardId, fates)
    }
    return added
  }

  /** Keeps trying: what was taken in must not be lost while the disk is full. */
  async function commitUntilDone(lease: Lease, commit: SealedCommit): Promise<void> {
    const room = uncommitted
    isAwaited = false
    let tookMs = 0
    uncommitted = { events: 0, bytes: 0 }
    for (let failures = 0; ; failures++) {
      const startedAt = clock.monotonicMs()
      try {
        await writeCommit(ports.db, lease, commit)
        tookMs = clock.monotonicMs() - startedAt
        break
      } catch (error) {
        trouble(error)
        if (error instanceof FencedError || (signal.aborted && failures >= LAST_ATTEMPTS))
          throw error
        await ports.pause(backoffMs(failures, ports.random(), RETRY), signal)
      }
    }
    health = { kind: 'ok' }
    for (const shard of commit.shards) reached(shard)
    buffer.committed(room.bytes)
    if (commit.shards.length === 0) return
    for (const listener of listeners) listener(tookMs)
  }

  function trouble(error: unknown): void {
    const app = error instanceof AppWriteError ? error.app : undefined
    const why = storeTrouble(error, ports.storeFile)
    ports.log.error({ problem: messageOf(error), app }, 'commit failed')
    health = {
      kind: 'trouble',
      since: health.kind === 'trouble' ? health.since : clock.now(),
      problem: why === undefined ? messageOf(error) : `the store cannot be written: ${why.problem}`,
      remedy: error instanceof FencedError ? 'Stop one of the two.' : (why?.remedy ?? TRIED_AGAIN),
    }
  }

  function reached({ shardId, checkpoint, subSequence, readToMs }: ShardProgress): void {
    places.set(shardId, { checkpoint, subSequence, readToMs })
  }

  buffer.onWait(() => {
    isAwaited = true
    onMuch()
  })

  return {
    run,
    changed(shard, taken) {
      dirty.add(shard)
      onNews()
      if (taken === undefined) return
      uncommitted.events += taken.events
      uncommitted.bytes += taken.bytes
      if (uncommitted.events > COMMIT_SOON_EVENTS) onMuch()
    },
    abandon: () => {
      abandoned = true
    },
    reject(reason, make) {
      rejectedCounts.set(reason, (rejectedCounts.get(reason) ?? 0) + 1)
      if (make !== undefined && rejected.length < MAX_REJECTED_A_COMMIT) rejected.push(make())
    },
    onCommit: (listener) => {
      listeners.push(listener)
    },
    committed: (shardId) => places.get(shardId) ?? NOWHERE,
    restored(shard) {
      reached(shard)
      sealed.set(shard.shardId, { ...shard.fates })
    },
    health: () => health,
  }
}
