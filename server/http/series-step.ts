import { durationText } from '../../lib/duration.ts'
import type { AskedRange } from '../../lib/kpi-questions.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { paneStart } from '../window/levels.ts'
import { stepEnd } from '../window/window-range.ts'

export const MAX_POINTS = 2_000
/** Of a series whose step was not said. */
const USUAL_POINTS = 360
/** With a series a key: of a week it is hours then, and a pane of each key is read for every step. */
const USUAL_POINTS_BY_KEY = 180

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * SECOND_MS),
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR_MS),
  ...[1, 2].map((n) => n * DAY_MS),
]

/** The shortest usual step that makes few enough points. */
export function usualStep(spanMs: number, byKey = false): number {
  const most = byKey ? USUAL_POINTS_BY_KEY : USUAL_POINTS
  return STEPS_MS.find((stepMs) => spanMs / stepMs <= most) ?? 2 * DAY_MS
}

/** What is wrong with the step, and the nearest one that would do. `spanMs`: how long the range is. */
export function stepProblem(
  range: AskedRange,
  { spanMs, stepMs, now }: { spanMs: number; stepMs: number; now: number },
): string | undefined {
  const longest = Math.max(SECOND_MS, paneStart(spanMs, SECOND_MS))
  if (stepMs > longest) {
    return `"step" is longer than the range: use step=${durationText(longest)} or shorter`
  }
  const points = pointsOf(range, stepMs, now)
  if (points <= MAX_POINTS) return undefined
  let best = Math.ceil(spanMs / MAX_POINTS / SECOND_MS) * SECOND_MS
  while (pointsOf(range, best, now) > MAX_POINTS) best += SECOND_MS
  return `"step" makes ${points} points of this range, and ${MAX_POINTS} are the most: use step=${durationText(best)} or longer`
}

function pointsOf(range: AskedRange, stepMs: number, now: number): number {
  if ('spanMs' in range) return Math.ceil(range.spanMs / stepMs)
  const newest = stepEnd(now, stepMs)
  const to = range.to === undefined ? newest : Math.min(newest, paneStart(range.to, stepMs))
  return (to - paneStart(range.from, stepMs)) / stepMs
}
