import type { AskedRange } from '../../../lib/kpi-questions.ts'
import { keptStep } from '../../window/kept-step.ts'
import { LEVELS, levelAt, paneStart } from '../../window/levels.ts'
import type { Retention } from '../../window/retention.ts'
import { rangeBefore, stepEnd, type TimeRange } from '../../window/window-range.ts'

/** Both ends are whole multiples of `stepMs`. */
export interface SteppedRange extends TimeRange {
  stepMs: number
}

const COARSEST = LEVELS.length - 1

/** Whether any panes of this time are still kept. */
export const isReadable = ({ isKept }: Retention, time: number, now: number): boolean =>
  isKept(COARSEST, time, now)

/** What is asked about in whole steps: both ends move down, and a span is made of no fewer steps than it needs. */
function inSteps(asked: AskedRange, stepMs: number, now: number): SteppedRange {
  const newest = stepEnd(now, stepMs)
  const to = asked.to === undefined ? newest : Math.min(newest, paneStart(asked.to, stepMs))
  if ('spanMs' in asked) return { from: to - Math.ceil(asked.spanMs / stepMs) * stepMs, to, stepMs }
  const from = paneStart(asked.from, stepMs)
  return { from, to: Math.max(to, from + stepMs), stepMs }
}

/**
 * In steps of the finest panes that are still kept of the range and of the one before it: so both can be counted to
 * the event. What is older than all panes is cut off, unless that is all of it.
 */
export function kpisRange(retention: Retention, asked: AskedRange, now: number): SteppedRange {
  for (const [level, { ms }] of LEVELS.entries()) {
    const range = inSteps(asked, ms, now)
    if (retention.isKept(level, rangeBefore(range).from, now)) return range
  }
  const { ms } = levelAt(COARSEST)
  const range = inSteps(asked, ms, now)
  const oldestKept = retention.oldest(now)
  return oldestKept < range.to ? { ...range, from: Math.max(range.from, oldestKept) } : range
}

/** The step grows to the panes that are still kept of the range's beginning. */
export function seriesRange(
  retention: Retention,
  asked: AskedRange,
  leastStepMs: number,
  now: number,
): SteppedRange {
  const fromOf = (stepMs: number) => inSteps(asked, stepMs, now).from
  return inSteps(asked, keptStep(retention, { leastStepMs, fromOf, now }), now)
}
