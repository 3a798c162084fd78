import { MINUTE_MS } from '../../../lib/time.ts'
import type { Batch } from '../read/stream-source.ts'
import type { ShardProgress } from './shard-progress.ts'

/** One empty answer may be wrong about being at the tip; so many over so long are not. */
const QUIET_MS = 2 * MINUTE_MS
const QUIET_ANSWERS = 8

/** A shard, and since when it has brought nothing and said that there is nothing. */
export interface QuietLane {
  progress: ShardProgress
  quiet: { sinceMs: number; answers: number } | null
}

/**
 * Up to when a shard has been read, epoch ms on the stream's clock; null: nobody knows. With records, as far as they
 * tell; without, once the shard has been quiet for two minutes. `now`: the stream's clock as it answered.
 */
export function readUpTo(
  lane: QuietLane,
  { records, full, millisBehindLatest }: Batch,
  now: number | undefined,
): number | null {
  const { lastArrivalMs } = lane.progress
  // A time of arrival that is yet to come would be gone on from one day, past what came before it.
  const arrivedMs = lastArrivalMs === null ? null : Math.min(lastArrivalMs, now ?? lastArrivalMs)
  if (records.length > 0 || full || millisBehindLatest !== 0 || now === undefined) {
    lane.quiet = null
    return arrivedMs
  }
  lane.quiet ??= { sinceMs: now, answers: 0 }
  lane.quiet.answers++
  const isQuiet = lane.quiet.answers >= QUIET_ANSWERS && now - lane.quiet.sinceMs >= QUIET_MS
  return isQuiet ? now : arrivedMs
}
