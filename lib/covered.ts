import type { FixedRange, Period } from './period.ts'
import { isFixed } from './period.ts'
import { SECOND_MS } from './time.ts'
import { windowRange } from './window-range.ts'
import { WINDOWS } from './windows.ts'

/** Of a shorter time no rate is said. */
export const LEAST_COVERED_MS = SECOND_MS

/**
 * What of a range is over and known about: the time that its figures are over, and that every rate divides by. It begins
 * `since` there is something to know of and ends at `now`; null or Infinity: nothing is known at all. Where nothing of the
 * range is covered it is empty, at the range's end or at now.
 */
export function coveredOf(
  range: FixedRange,
  { since, now }: { since: number | null; now: number },
): FixedRange {
  const to = Math.max(range.from, Math.min(range.to, now))
  return { from: Math.min(to, Math.max(range.from, since ?? to)), to }
}

/** How long `coveredOf` is, ms. */
export function coveredMs(range: FixedRange, at: { since: number | null; now: number }): number {
  const { from, to } = coveredOf(range, at)
  return to - from
}

/** What a period is about at `now`; a fixed one stays what it is. */
export const rangeOf = (period: Period, now: number): FixedRange =>
  isFixed(period) ? period : windowRange(WINDOWS[period], now)

/** So much in `coveredMs` is so much in `ms`; null where there is no value, or so little time that it says nothing. */
export const ratePer = (value: number | null, coveredMs: number, ms: number): number | null =>
  value === null || coveredMs < LEAST_COVERED_MS ? null : (value * ms) / coveredMs
