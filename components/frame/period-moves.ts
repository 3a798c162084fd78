import { type FixedRange, isFixed, type Period } from '../../lib/period.ts'
import { MINUTE_MS } from '../../lib/time.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { localMidnight } from './local-time.ts'

const minuteOf = (t: number): number => t - (t % MINUTE_MS)

/** From the viewer's midnight up to the last whole minute. */
export function today(now: number): FixedRange {
  const from = localMidnight(now)
  return { from, to: Math.max(from + MINUTE_MS, minuteOf(now)) }
}

export const yesterday = (now: number): FixedRange => ({
  from: localMidnight(now, -1),
  to: localMidnight(now),
})

/** The period of the same length just before. Of a window it is the past that its figures are compared with. */
export function periodBefore(period: Period, now: number): FixedRange {
  const range = isFixed(period) ? period : slidAt(period, now)
  const days = wholeDays(range)
  if (days > 0) return { from: localMidnight(range.from, -days), to: range.from }
  return { from: Math.max(0, range.from - (range.to - range.from)), to: range.from }
}

/** The period of the same length just after, but not of the future; undefined: there is none. */
export function periodAfter(period: Period, now: number): FixedRange | undefined {
  if (!isFixed(period)) return undefined
  const spanMs = period.to - period.from
  const days = wholeDays(period)
  const end = days > 0 ? localMidnight(period.to, days) : period.to + spanMs
  if (end <= now) return { from: period.to, to: end }
  const to = spanMs < MINUTE_MS ? now - (now % 1_000) : minuteOf(now)
  if (to <= period.to) return undefined
  return days > 0 ? { from: period.to, to } : { from: to - spanMs, to }
}

function slidAt(window: Exclude<Period, FixedRange>, now: number): FixedRange {
  const { spanMs, slideMs } = WINDOWS[window]
  const to = now - (now % slideMs) + slideMs
  return { from: to - spanMs, to }
}

/** How many of the viewer's days a range is, whatever their length; 0: it is not whole days. */
function wholeDays({ from, to }: FixedRange): number {
  if (localMidnight(from) !== from || localMidnight(to) !== to) return 0
  return Math.round((to - from) / 86_400_000)
}
