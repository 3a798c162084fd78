import { durationText } from '../../lib/duration.ts'
import type { AskedRange } from '../../lib/kpi-questions.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { keptStep } from '../window/kept-step.ts'
import { paneStart } from '../window/levels.ts'
import type { Retention } from '../window/retention.ts'
import { stepEnd, type TimeRange } from '../window/window-range.ts'

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

/** What is asked of a series, and with what it is answered. */
interface AskedStep {
  stepMs: number
  now: number
  retention: Pick<Retention, 'isKept'>
}

/**
 * What is wrong with the step, and the nearest one that would do. Points are those of the answer: of what is kept in
 * longer panes only they are longer than was asked for. `spanMs`: how long the range is.
 */
export function stepProblem(
  range: AskedRange,
  { spanMs, ...asked }: AskedStep & { spanMs: number },
): string | undefined {
  const { stepMs } = asked
  const longest = Math.max(SECOND_MS, paneStart(spanMs, SECOND_MS))
  if (stepMs > longest) {
    return `"step" is longer than the range: use step=${durationText(longest)} or shorter`
  }
  const points = pointsOf(range, asked)
  if (points <= MAX_POINTS) return undefined
  let best = Math.ceil(spanMs / MAX_POINTS / SECOND_MS) * SECOND_MS
  while (pointsOf(range, { ...asked, stepMs: best }) > MAX_POINTS) best += SECOND_MS
  best = answeredStep(range, { ...asked, stepMs: best })
  return `"step" makes ${points} points of this range, and ${MAX_POINTS} are the most: use step=${durationText(best)} or longer`
}

function answeredStep(range: AskedRange, { stepMs, now, retention }: AskedStep): number {
  const fromOf = (ms: number) => inSteps(range, ms, now).from
  return keptStep(retention, { leastStepMs: stepMs, fromOf, now })
}

function pointsOf(range: AskedRange, asked: AskedStep): number {
  const stepMs = answeredStep(range, asked)
  const { from, to } = inSteps(range, stepMs, asked.now)
  return (to - from) / stepMs
}

function inSteps(range: AskedRange, stepMs: number, now: number): TimeRange {
  const newest = stepEnd(now, stepMs)
  const to = range.to === undefined ? newest : Math.min(newest, paneStart(range.to, stepMs))
  if ('spanMs' in range) return { from: to - Math.ceil(range.spanMs / stepMs) * stepMs, to }
  return { from: paneStart(range.from, stepMs), to }
}
