import { coveredOf, rangeOf } from '../../lib/covered.ts'
import type { OverTimes } from '../../lib/format-kpi.ts'
import { duration } from '../../lib/format-time.ts'
import type { ChartCell, KnownTime, KpiCell } from '../../lib/frames.ts'
import type { FixedRange, Period } from '../../lib/period.ts'
import { isFixed } from '../../lib/period.ts'

/** What rates divide by. */
export interface RateTime extends FixedRange {
  /** How long it is. */
  ms: number
  /** How long all of the range is. */
  wholeMs: number
  /** Since when, where that is what makes it shorter than the range. */
  since?: 'first_event' | 'measured' | 'kept'
}

/** What a page knows of a range and its time. */
interface OverTime {
  period: Period
  /** Of a fixed period what is shown. */
  range?: FixedRange
  known: KnownTime
  knownFrom: number | null
}

/** Of the figures of a range that are known `from` on. `asOf`: how far time has come in them. */
export function rateTime(
  over: OverTime,
  asOf: number | undefined,
  from = over.knownFrom,
): RateTime {
  const { period, known } = over
  const now = isFixed(period) ? Number.POSITIVE_INFINITY : (asOf ?? 0)
  const range = over.range ?? rangeOf(period, now)
  const covered = coveredOf(range, { since: from, now })
  const time = { ...covered, ms: covered.to - covered.from, wholeMs: range.to - range.from }
  if (covered.from === range.from || from === null) return time
  const isMeasured = from !== known.since && from !== known.keptFrom
  const since = from === known.since ? 'first_event' : isMeasured ? 'measured' : 'kept'
  return { ...time, since }
}

/** The later of two: of what is known from each. */
const later = (a: number | null, b: number | undefined): number | null =>
  a === null || b === undefined ? a : Math.max(a, b)

/** Of a KPI of the overview. */
export const kpiRateTime = (
  chart: ChartCell,
  young: KpiCell['young'],
  asOf: number | undefined,
): RateTime => rateTime(chart, asOf, later(chart.knownFrom, young?.from))

const SINCE = {
  first_event: 'since the first event',
  measured: 'since it is measured',
  kept: 'that are kept',
} as const

/** "40 s since the first event": what rates are over, where that is less than the range; undefined: all of it. */
export const rateTimeWords = ({ ms, since }: RateTime): string | undefined =>
  since === undefined ? undefined : `${duration(ms)} ${SINCE[since]}`

/** For `kpiChange` against the range before, which is over. */
export const changeOver = ({ ms, wholeMs }: RateTime): OverTimes => ({
  nowMs: ms,
  beforeMs: wholeMs,
})
