import { isFixed, type Period } from '../../../lib/period.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { WINDOWS, type WindowId } from '../../../lib/windows.ts'
import { LEVELS } from '../../window/levels.ts'
import type { Retention } from '../../window/retention.ts'
import { rangeBefore, stepEnd, type TimeRange, windowRange } from '../../window/window-range.ts'
import { sparkStep } from './spark-step.ts'

/** What a view is about at a moment. */
export interface Shown {
  /** Views with equal names share their windows. */
  name: string
  /** Of the figures and the lists. */
  range: TimeRange
  /** Of the chart, in whole steps. */
  chart: SteppedSpan
  spark: SteppedSpan
  /** What does not add up is drawn over so much up to each step; absent: of the step by itself. */
  windowMs?: number
}

export interface SteppedSpan extends TimeRange {
  stepMs: number
}

export const shownPeriod = (period: Period, retention: Retention, now: number): Shown =>
  isFixed(period) ? shownRange(period, retention, now) : shownWindow(period, now)

function shownWindow(id: WindowId, now: number): Shown {
  const window = WINDOWS[id]
  const { spanMs, stepMs } = window.chart
  const upTo = (step: number): SteppedSpan => {
    const to = stepEnd(now, step)
    return { from: to - spanMs, to, stepMs: step }
  }
  return {
    name: id,
    range: windowRange(window, now),
    chart: upTo(stepMs),
    spark: upTo(sparkStep(spanMs)),
    ...(window.pointsOver === 'window' && { windowMs: window.spanMs }),
  }
}

/** As short as a chart can show: these divide one another's multiples, so that ranges fit many of them. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 30].map((n) => n * SECOND_MS),
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12, 24].map((n) => n * HOUR_MS),
]
/** A chart has about so many points; up to `MOST_POINTS` where only shorter steps fit the range's ends. */
const POINTS = 200
const MOST_POINTS = 720

const COARSEST = LEVELS.length - 1

/**
 * A fixed range as it can be counted: in the finest panes that are still kept of it and of the range before it, and in
 * whole steps of its chart, so that figures, lists and chart are over the same time and the API can be asked for
 * each. Where the ends do not fit they move outward, but never past the last step that is over. What is older than all
 * that is kept is cut off, unless that is all of it.
 */
export function shownRange(asked: TimeRange, retention: Retention, now: number): Shown {
  for (const [level, { ms }] of LEVELS.entries()) {
    const chart = inSteps(asked, ms, now)
    if (level === COARSEST) return shownOf(keptPart(chart, retention, now))
    if (retention.isKept(level, rangeBefore(chart).from, now)) return shownOf(chart)
  }
  throw new Error('there are no levels')
}

function shownOf(chart: SteppedSpan): Shown {
  const { from, to } = chart
  return {
    name: `${from}-${to}`,
    range: { from, to },
    chart,
    spark: sparkOf(chart),
  }
}

function inSteps(asked: TimeRange, paneMs: number, now: number): SteppedSpan {
  const stepMs = chartStep(asked, paneMs)
  const from = Math.floor(asked.from / stepMs) * stepMs
  const end = Math.ceil(asked.to / stepMs) * stepMs
  // A step that is not over would go on growing.
  const to = end > now ? Math.floor(Math.min(asked.to, now) / stepMs) * stepMs : end
  return { from: Math.min(from, to - stepMs), to, stepMs }
}

function chartStep({ from, to }: TimeRange, paneMs: number): number {
  const whole = STEPS.filter((stepMs) => stepMs % paneMs === 0)
  const points = (stepMs: number) => (to - from) / stepMs
  const longest = whole.at(-1) ?? DAY_MS
  const usual = whole.find((stepMs) => points(stepMs) <= POINTS) ?? longest
  const fits = (stepMs: number) => from % stepMs === 0 && to % stepMs === 0
  const shorter = whole.filter((stepMs) => stepMs <= usual && points(stepMs) <= MOST_POINTS)
  return shorter.findLast(fits) ?? shorter[0] ?? usual
}

/** Begins with the first step that is kept whole. */
function keptPart(chart: SteppedSpan, retention: Retention, now: number): SteppedSpan {
  const { stepMs } = chart
  const oldest = Math.ceil(retention.oldest(now) / stepMs) * stepMs
  return oldest < chart.to ? { ...chart, from: Math.max(chart.from, oldest) } : chart
}

/** The whole steps of a sparkline inside the chart's range. */
function sparkOf({ from, to, stepMs: chartMs }: SteppedSpan): SteppedSpan {
  const stepMs = Math.max(chartMs, sparkStep(to - from))
  return {
    from: Math.ceil(from / stepMs) * stepMs,
    to: Math.floor(to / stepMs) * stepMs,
    stepMs,
  }
}
