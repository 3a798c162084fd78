import { duration } from './format-time.ts'
import { WINDOWS, type WindowId } from './windows.ts'

/** A stretch of event time that stays where it is: from `from` up to but without `to`, epoch ms. */
export interface FixedRange {
  from: number
  to: number
}

/** What the figures of a page are over: a window that slides with the time, or a stretch of the past. */
export type Period = WindowId | FixedRange

export const isFixed = (period: Period): period is FixedRange => typeof period === 'object'

export const samePeriod = (a: Period, b: Period): boolean =>
  isFixed(a) && isFixed(b) ? a.from === b.from && a.to === b.to : a === b

/** In ms. */
export const spanOf = (period: Period): number =>
  isFixed(period) ? period.to - period.from : WINDOWS[period].spanMs

/** How long it is, in words: "5 min", "2 d 9 h". */
export const spanWords = (period: Period): string =>
  isFixed(period) ? duration(spanOf(period)) : WINDOWS[period].label
