import { SECOND_MS } from '../../../lib/time.ts'

/** So many readings on end, over so long, each opened anew. */
const READINGS = 3
const OVER_MS = 5 * SECOND_MS
/** What it is behind is told of moments that differ by this at the most. */
const SAME_PLACE_MS = 1.5 * SECOND_MS

/**
 * Readings on end that claim to be the end of a shard, bring no record, and say that they are behind. Either records are
 * left, or the endpoint tells how long ago the shard was closed, as kinesalite does. Whoever stands at such an end falls
 * behind by a second each second. Times in ms, monotonic.
 */
export interface LateEnd {
  readonly sinceMs: number
  /** The moment that the first was at. */
  readonly placeMs: number
  readonly readings: number
}

export function afterLateEnd(
  before: LateEnd | undefined,
  { behindMs, now }: { behindMs: number; now: number },
): LateEnd {
  const placeMs = now - behindMs
  if (before === undefined || Math.abs(placeMs - before.placeMs) > SAME_PLACE_MS) {
    return { sinceMs: now, placeMs, readings: 1 }
  }
  return { ...before, readings: before.readings + 1 }
}

/** Long enough that what an endpoint says by mistake, or the same each time, does not look so. */
export const isExplained = ({ sinceMs, readings }: LateEnd, now: number): boolean =>
  readings >= READINGS && now - sinceMs >= OVER_MS
