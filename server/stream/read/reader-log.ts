import type { ReadCounts, ShardHappening } from '../../../lib/frames.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'

/** How many happenings a shard's page shows. */
const MAX_HAPPENINGS = 50

export interface LastError {
  at: number
  problem: string
  remedy: string
}

/** What happened to one shard, for its page and for the log. */
export interface ReaderLog {
  readonly reads: ReadCounts
  /** The same text again only moves up, and is no news for the log. */
  info(text: string, fields?: object): void
  warn(text: string, fields?: object): void
  failed(problem: string, remedy: string): void
  lastError(): LastError | null
  /** Newest first. */
  happenings(): ShardHappening[]
}

export function createReaderLog(
  shard: { shardId: string; checkpoint: string | null },
  ports: { clock: Clock; log: Log },
): ReaderLog {
  const happenings: ShardHappening[] = []
  let lastError: LastError | null = null

  function happened(level: ShardHappening['level'], text: string, fields: object): void {
    const { shardId, checkpoint: sequenceNumber } = shard
    const last = happenings.at(-1)
    const isAgain = last?.text === text && last.level === level
    if (isAgain) happenings.pop()
    // An outage is said once for each shard, not at each attempt of each.
    ports.log[isAgain ? 'debug' : level]({ shardId, sequenceNumber, ...fields }, text)
    happenings.push({ at: ports.clock.now(), level, text, sequenceNumber })
    if (happenings.length > MAX_HAPPENINGS) happenings.shift()
  }

  return {
    reads: { ok: 0, empty: 0, contradicting: 0, throttled: 0, expired: 0, failed: 0 },
    info: (text, fields = {}) => happened('info', text, fields),
    warn: (text, fields = {}) => happened('warn', text, fields),
    failed(problem, remedy) {
      lastError = { at: ports.clock.now(), problem, remedy }
    },
    lastError: () => lastError,
    happenings: () => happenings.toReversed(),
  }
}
