import { dayTime } from '../../lib/format-range.ts'
import { type ClockOptions, clock, date, isSameDay } from '../../lib/format-time.ts'
import { DAY_MS } from '../../lib/time.ts'

/** Longer ago than this the time of day says little, and there is room for one. */
const OLD_MS = 300 * DAY_MS

/** "10:42:05" of today, "3 Feb, 10:42" of another day, "12 Jan 2021" of long ago. */
export function feedTime(t: number, now: number, options: ClockOptions = {}): string {
  if (isSameDay(t, now, options)) return clock(t, options)
  return now - t > OLD_MS ? date(t, options) : dayTime(t, now, options)
}
