import { SECOND_MS } from '../../lib/time.ts'
import type { SlidingWindow } from '../../lib/windows.ts'

/** Event time from `from` up to but without `to`, epoch ms. */
export interface TimeRange {
  from: number
  to: number
}

/**
 * What a sliding window covers at `now`. It ends with the slide step that is still open:
 * to = ⌊now / slide⌋ × slide + slide, from = to − span. So an event counts at once, and a window
 * of 5 min that slides by 1 s holds between 299 s and 300 s of the past.
 */
export function windowRange(window: Pick<SlidingWindow, 'spanMs' | 'slideMs'>, now: number) {
  const to = stepEnd(now, window.slideMs)
  return { from: to - window.spanMs, to }
}

/** The window of the same length just before. */
export const rangeBefore = ({ from, to }: TimeRange): TimeRange => ({
  from: from - (to - from),
  to: from,
})

/** The end of the step that `now` lies in. */
export const stepEnd = (now: number, stepMs: number): number =>
  Math.floor(now / stepMs) * stepMs + stepMs

/** How much of a range lies after the oldest event known, at least a second; all of it while there is none. */
export const coveredMs = ({ from, to }: TimeRange, oldest: number): number =>
  oldest >= to ? to - from : Math.min(to - from, Math.max(SECOND_MS, to - oldest))
