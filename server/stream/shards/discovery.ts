import type { Health } from '../../../lib/frames.ts'
import { sameCreation } from '../../../lib/stream-creation.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Pause } from '../../platform/pause.ts'
import { backoffMs } from '../../platform/retry.ts'
import type { Verdict } from '../read/reader-machine.ts'
import { type ListedShard, SourceError, type StreamSource } from '../read/stream-source.ts'

const LOOK_EVERY_MS = 10 * SECOND_MS
const RETRY = { baseMs: 200, capMs: 5_000 }

/** Which shards there are, looked at every 10 s and whenever a reader has to know. */
export interface Discovery {
  /** Looks now and then until the signal aborts. */
  run(): Promise<void>
  /** A listing that is begun after this call; calls at the same time share one. */
  fresh(): Promise<ListedShard[]>
  /** A shard is told to be gone: is it, or is it the stream? */
  verdict(shardId: string): Promise<Verdict>
  health(): Health
}

export function createDiscovery(ports: {
  source: StreamSource
  /** When the stream that is read was made. */
  createdMs: number
  /** The stream under this name is another one now. */
  onAnotherStream: () => void
  namesUnknownParents: (listed: readonly ListedShard[]) => boolean
  onListed: (listed: readonly ListedShard[]) => void
  /** The date of an answer, epoch ms; undefined where it has none. */
  heard: (at: number | undefined) => void
  clock: Clock
  pause: Pause
  random: () => number
  log: Log
  signal: AbortSignal
}): Discovery {
  const { source, clock, log, signal } = ports
  let health: Health = { kind: 'starting' }
  let running: Promise<ListedShard[]> | undefined
  let queued: Promise<ListedShard[]> | undefined

  async function look(): Promise<ListedShard[]> {
    try {
      const { createdMs, answeredAt } = await source.describe(signal)
      ports.heard(answeredAt)
      if (!sameCreation(createdMs, ports.createdMs)) {
        ports.onAnotherStream()
        throw new Error('the stream was deleted and made anew')
      }
      let listed = await source.listShards(signal)
      // Pages are not of one moment: a shard made meanwhile can be missing, and its child be there.
      if (ports.namesUnknownParents(listed)) listed = await source.listShards(signal)
      if (!signal.aborted) ports.onListed(listed)
      health = { kind: 'ok' }
      return listed
    } catch (error) {
      if (!signal.aborted) trouble(error)
      throw error
    }
  }

  function trouble(error: unknown): void {
    const problem = messageOf(error)
    const isAgain = health.kind === 'trouble' && health.problem === problem
    log[isAgain ? 'debug' : 'warn']({ problem }, 'the shards cannot be listed')
    health = {
      kind: 'trouble',
      since: health.kind === 'trouble' ? health.since : clock.now(),
      problem,
      remedy: error instanceof SourceError ? error.remedy : 'It is tried again by itself.',
    }
  }

  function fresh(): Promise<ListedShard[]> {
    queued ??= (async () => {
      await running?.catch(() => {})
      queued = undefined
      running = look()
      return running
    })()
    return queued
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        await fresh()
        failures = 0
        await ports.pause(LOOK_EVERY_MS, signal)
      } catch {
        await ports.pause(backoffMs(failures++, ports.random(), RETRY), signal)
      }
    }
  }

  async function verdict(shardId: string): Promise<Verdict> {
    try {
      const listed = await fresh()
      return listed.some((shard) => shard.shardId === shardId) ? 'there' : 'shard_trimmed'
    } catch (error) {
      if (error instanceof SourceError && error.kind === 'gone') return 'stream_gone'
      throw error
    }
  }

  return {
    run,
    fresh,
    verdict,
    health: () => health,
  }
}
