import type { Health, ReaderState } from '../../lib/frames.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'

/** Up to when all events are in the numbers, as far as anybody can know. Pure. */
export type Settled =
  /** No event has come yet. */
  | { kind: 'waiting' }
  /** What is missing may only not have been read yet. */
  | { kind: 'behind' }
  /** The source or the store does not work: what is missing may never have got here. */
  | { kind: 'trouble' }
  /** Event time, epoch ms. */
  | { kind: 'settled'; upTo: number }

/** What the readers say of themselves. */
export interface ReadProgress {
  source: Health
  store: Health
  newestArrivalAt: number | null
  shards: readonly ShardRead[]
}

interface ShardRead {
  reader: ReaderState
  lagMs: number
  /** When a read was last answered. */
  lastProgressAt: number | null
  progress: { finished: boolean; lastArrivalMs: number | null; newestEventMs: number | null }
}

/** An event may be on its way for so long, or wait for the next read. */
const ON_ITS_WAY_MS = 3 * SECOND_MS
/** Producers that send later than this are not waited for. */
const MOST_DELAY_MS = 2 * MINUTE_MS
/** What a shard brought longer ago says nothing of how late events are now. */
const RECENT_MS = 2 * MINUTE_MS

/** Silence counts as well: a shard that is read and brings nothing is as far as its last answer. */
export function settledUpTo(progress: ReadProgress, now: number): Settled {
  if (progress.newestArrivalAt === null) return { kind: 'waiting' }
  if (progress.source.kind !== 'ok' || progress.store.kind !== 'ok') return { kind: 'trouble' }
  const live = progress.shards.filter(isRead)
  if (live.length === 0 || live.some(({ reader }) => !READS.has(reader.kind))) {
    return { kind: 'behind' }
  }
  const reads = live.map(({ lastProgressAt, lagMs }) => (lastProgressAt ?? 0) - lagMs)
  const upTo = Math.min(now, ...reads) - ON_ITS_WAY_MS - usualDelayMs(live)
  return { kind: 'settled', upTo }
}

const READS: ReadonlySet<ReaderState['kind']> = new Set([
  'reading',
  'catching_up',
  'waiting_for_room',
])

/** A child waits while its parents are read. */
const isRead = ({ progress, reader }: ShardRead): boolean =>
  !progress.finished && reader.kind !== 'waiting_for_parents' && reader.kind !== 'trimmed'

/** How much later than they happen events arrive, of the shards that brought some lately. */
function usualDelayMs(shards: readonly ShardRead[]): number {
  const newest = Math.max(...shards.map(({ progress }) => progress.lastArrivalMs ?? 0))
  const delays = shards.flatMap(({ progress: { lastArrivalMs, newestEventMs } }) =>
    lastArrivalMs === null || newestEventMs === null || lastArrivalMs < newest - RECENT_MS
      ? []
      : lastArrivalMs - newestEventMs,
  )
  return Math.min(MOST_DELAY_MS, Math.max(0, ...delays))
}
