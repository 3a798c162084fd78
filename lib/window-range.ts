import type { FixedRange } from './period.ts'
import type { SlidingWindow } from './windows.ts'

/**
 * What a sliding window is about at `now`. It ends with the slide step that is still open:
 * to = ⌊now / slide⌋ × slide + slide, from = to − span. So an event counts at once, and a window
 * of 5 min that slides by 1 s holds between 299 s and 300 s of the past. How much of it is over says `coveredOf`.
 */
export function windowRange(
  window: Pick<SlidingWindow, 'spanMs' | 'slideMs'>,
  now: number,
): FixedRange {
  const to = stepEnd(now, window.slideMs)
  return { from: to - window.spanMs, to }
}

/** The end of the step that `now` lies in. */
export const stepEnd = (now: number, stepMs: number): number =>
  Math.floor(now / stepMs) * stepMs + stepMs
