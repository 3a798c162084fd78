import type { Kysely } from 'kysely'
import type { Health } from '../../lib/frames.ts'
import type { RejectReason } from '../../lib/rejection.ts'
import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { backoffMs } from '../platform/retry.ts'
import type { Schema } from '../store/schema.ts'
import { FencedError, type SealedCommit, writeCommit } from './commit.ts'
import type { RejectedItem } from './ingest.ts'
import { pause } from './pause.ts'
import type { SeenIds } from './seen-ids.ts'
import type { ShardProgress } from './shard-progress.ts'
import type { StreamApp } from './stream-app.ts'

/** A commit each this often; sooner when much is waiting. */
const COMMIT_EVERY_MS = 200
const COMMIT_SOON_EVENTS = 20_000
/** Readers wait while more than this has been taken in and is not committed. */
const MAX_UNCOMMITTED_BYTES = 32 * 1024 * 1024
const MAX_UNCOMMITTED_EVENTS = 100_000
/** Of a flood of rejected records a commit keeps this many; the counts stay exact. */
const MAX_REJECTED_A_COMMIT = 500
const RETRY = { baseMs: 200, capMs: 5_000 }
/** Once it is to end, a store that cannot write is tried this often and then left: it is read again. */
const LAST_ATTEMPTS = 3

export interface Committer {
  /** The shard has changed; `events` of so many bytes were taken in from it. */
  changed(shard: ShardProgress, taken?: { events: number; bytes: number }): void
  /** Counts it; `make` is called where there is room to keep it. */
  reject(reason: RejectReason, make: () => RejectedItem): void
  /** undefined: there is room for more in flight; else resolves when there is. */
  room(): Promise<void> | undefined
  /** Commits every now and then until `signal` aborts, and what is left then. Rejects when fenced. */
  run(lease: { streamId: number; epoch: number }): Promise<void>
  /** Commits nothing more: what was taken in does not agree with itself. */
  abandon(): void
  onCommit(listener: () => void): void
  /** The committed checkpoint of a shard. */
  checkpoint(shardId: string): string | null
  restored(shard: ShardProgress): void
  health(): Health
  lastCommitMs(): number
}

/** Gathers what became true and writes it in one transaction, again and again until it is written. */
export function createCommitter(ports: {
  db: Kysely<Schema>
  apps: readonly StreamApp[]
  seen: SeenIds
  /** Ids that arrived before this may be forgotten, epoch ms. */
  forgetBefore: () => number
  clock: Clock
  random: () => number
  log: Log
  signal: AbortSignal
}): Committer {
  const { clock, seen, signal } = ports
  const dirty = new Set<ShardProgress>()
  const checkpoints = new Map<string, string | null>()
  const listeners: (() => void)[] = []
  let rejected: RejectedItem[] = []
  let rejectedCounts = new Map<string, number>()
  let uncommitted = { events: 0, bytes: 0 }
  let abandoned = false
  let roomWaiters: (() => void)[] = []
  let wake: () => void = () => {}
  let health: Health = { kind: 'ok' }
  let lastCommitMs = 0

  async function run(lease: { streamId: number; epoch: number }): Promise<void> {
    signal.addEventListener('abort', () => {
      wake()
      releaseReaders()
    })
    while (!signal.aborted) {
      await untilTime()
      if (dirty.size > 0 && !abandoned) await commitUntilDone(lease, seal())
    }
    if (!abandoned) await commitUntilDone(lease, seal())
  }

  const untilTime = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, signal.aborted ? 0 : COMMIT_EVERY_MS)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /** Everything at one moment: progress, ids and app writes agree. */
  function seal(): SealedCommit {
    seen.forgetBefore(ports.forgetBefore())
    const commit: SealedCommit = {
      shards: [...dirty].map((shard) => ({ ...shard, fates: { ...shard.fates } })),
      seen: seen.takeFresh(),
      forgetBefore: seen.remembersFrom(),
      rejected,
      rejectedCounts,
      works: ports.apps.map((app) => app.seal()),
    }
    dirty.clear()
    rejected = []
    rejectedCounts = new Map()
    return commit
  }

  /** Keeps trying: what was taken in must not be lost while the disk is full. */
  async function commitUntilDone(
    lease: { streamId: number; epoch: number },
    commit: SealedCommit,
  ): Promise<void> {
    const { events, bytes } = uncommitted
    for (let failures = 0; ; failures++) {
      const startedAt = clock.monotonicMs()
      try {
        await writeCommit(ports.db, lease, commit)
        lastCommitMs = clock.monotonicMs() - startedAt
        break
      } catch (error) {
        trouble(error)
        if (error instanceof FencedError || (signal.aborted && failures >= LAST_ATTEMPTS))
          throw error
        await pause(backoffMs(failures, ports.random(), RETRY), signal)
      }
    }
    health = { kind: 'ok' }
    for (const shard of commit.shards) checkpoints.set(shard.shardId, shard.checkpoint)
    uncommitted = { events: uncommitted.events - events, bytes: uncommitted.bytes - bytes }
    releaseReaders()
    for (const listener of listeners) listener()
  }

  function trouble(error: unknown): void {
    const problem = messageOf(error)
    ports.log.error({ problem }, 'commit failed')
    health = {
      kind: 'trouble',
      since: health.kind === 'trouble' ? health.since : clock.now(),
      problem,
      remedy:
        error instanceof FencedError
          ? 'Stop one of the two.'
          : 'Check the free space and the permissions of DATA_DIR. Reading waits, nothing is lost.',
    }
  }

  function releaseReaders(): void {
    const waiters = roomWaiters
    roomWaiters = []
    for (const resolve of waiters) resolve()
  }

  return {
    run,
    changed(shard, taken) {
      dirty.add(shard)
      if (taken === undefined) return
      uncommitted.events += taken.events
      uncommitted.bytes += taken.bytes
      if (uncommitted.events > COMMIT_SOON_EVENTS) wake()
    },
    abandon: () => {
      abandoned = true
    },
    reject(reason, make) {
      rejectedCounts.set(reason, (rejectedCounts.get(reason) ?? 0) + 1)
      if (rejected.length < MAX_REJECTED_A_COMMIT) rejected.push(make())
    },
    room() {
      const { bytes, events } = uncommitted
      if (bytes <= MAX_UNCOMMITTED_BYTES && events <= MAX_UNCOMMITTED_EVENTS) return undefined
      return new Promise((resolve) => roomWaiters.push(resolve))
    },
    onCommit: (listener) => {
      listeners.push(listener)
    },
    checkpoint: (shardId) => checkpoints.get(shardId) ?? null,
    restored: (shard) => {
      checkpoints.set(shard.shardId, shard.checkpoint)
    },
    health: () => health,
    lastCommitMs: () => lastCommitMs,
  }
}
