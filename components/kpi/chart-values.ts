import { coveredMs } from '../../lib/covered.ts'
import { count, decimal, percent } from '../../lib/format.ts'
import { joinUnit } from '../../lib/format-kpi.ts'
import { money } from '../../lib/format-money.ts'
import { millis } from '../../lib/format-time.ts'
import type { Point } from '../../lib/frames.ts'
import { addsUp, type Kpi } from '../../lib/kpis.ts'
import { PER_SECOND, type RateUnit } from '../../lib/rate-unit.ts'
import { HOUR_MS, SECOND_MS } from '../../lib/time.ts'

/** From a value in a step of `ms` to the KPI's unit: counts become a rate, money per hour. */
function scale({ unit }: Kpi, ms: number, rate: RateUnit): number {
  if (unit === 'per_second') return rate.ms / ms
  if (unit === 'per_hour') return HOUR_MS / ms
  return 1
}

export interface ChartSpan {
  stepMs: number
  /** What counts are counted by; per second if absent. */
  rate?: RateUnit
  /** How far time has come in the points (`asOf`): however late it is, what ends later is not over. */
  now: number
  /** Arrival time of the newest data in the numbers; null: none. */
  newestAt: number | null
  /** The oldest event known; null: none came yet. Absent where that is before the chart. */
  since?: number | null
  /** How much earlier the value before each value is; absent: there is none, or all of those are known whole. */
  earlierMs?: number
}

/** How long data may be on its way before its absence means that there was none. */
const ON_ITS_WAY_MS = 3_000

/** Shards are read one by one: what is newest in one may be this far ahead of another. */
const SETTLING_MS = 1_000

/** How far the numbers reach: up to the newest data, or where nothing comes, up to a little before now. */
const reaches = ({ now, newestAt }: ChartSpan): number =>
  Math.min(now, Math.max(newestAt ?? 0, now - ON_ITS_WAY_MS))

/** Steps that end after this time may still change. */
export const openFrom = (span: ChartSpan): number => reaches(span) - SETTLING_MS

/** Of a step so much must be known before it says anything: 5 s, of a short one all. */
const ENOUGH_MS = 5 * SECOND_MS
/** And of one that runs so much must be over: of a long one a twentieth. */
const enoughMs = (stepMs: number): number => Math.min(stepMs, Math.max(ENOUGH_MS, stepMs / 20))

/**
 * The points of series `main` in the KPI's unit. A step that still runs is scaled by the part that has passed, and that
 * of the first event known by the part after it, so that the line does not fall at its ends; where too little of a step is
 * covered it has no value.
 */
export function chartPoints(kpi: Kpi, points: readonly Point[], span: ChartSpan): Point[] {
  const upTo = reaches(span)
  const { stepMs, rate = PER_SECOND, since, earlierMs = 0 } = span
  const whole = scale(kpi, stepMs, rate)
  /** By what a sum in the step at `t` becomes a rate, where time has come to `now`; null: too little of it is covered. */
  const scaleAt = (t: number, now: number): number | null => {
    const passedMs = coveredMs({ from: t, to: t + stepMs }, { since: since ?? t, now })
    const isEnough = now - t >= enoughMs(stepMs) && passedMs >= Math.min(stepMs, ENOUGH_MS)
    return isEnough ? scale(kpi, passedMs, rate) : null
  }
  const scaled = (value: number, by: number | null): number | null =>
    by === null ? null : value * by
  const thenAt = (t: number, before: number | null | undefined): number | null => {
    if (before === null || before === undefined) return null
    if (!addsUp(kpi) || earlierMs === 0) return before * whole
    return scaled(before, scaleAt(t - earlierMs, t))
  }
  return points.map(([t, value, before]) => {
    const then = thenAt(t, before)
    if (value === null || value === undefined) return [t, null, then]
    if (!addsUp(kpi)) return [t, value * whole, then]
    return [t, scaled(value, scaleAt(t, upTo)), then]
  })
}

/** Where the first events known lie within the chart; undefined: before it, or nowhere. */
export function measuredSince(
  points: readonly Point[],
  { from, stepMs }: { from: number; stepMs: number },
): number | undefined {
  const first = points.find((point) => typeof point[1] === 'number')?.[0]
  return first !== undefined && first > from + 2 * stepMs ? first : undefined
}

/** A value of the chart with its unit. */
export function chartText(
  { unit }: Kpi,
  value: number,
  currency: string | undefined,
  rate = PER_SECOND,
): string {
  switch (unit) {
    case 'per_second':
      return joinUnit(decimal(value), rate.text)
    case 'per_hour':
      return joinUnit(money(value, currency), '/h')
    case 'per_mille':
      return money(value, currency)
    case 'percent':
      return percent(value)
    case 'ms':
      return millis(value)
    case 'count':
      return count(value)
  }
}

/** What one point of the chart is, in words. `window`: what does not add up is over it, else of the step. */
export const stepWords = (
  kpi: Kpi,
  { step, window }: { step: string; window: string | undefined },
): string =>
  addsUp(kpi) || window === undefined
    ? `each point is ${step}`
    : `over the ${window} up to each moment`
