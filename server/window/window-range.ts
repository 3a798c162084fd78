export { stepEnd, windowRange } from '../../lib/window-range.ts'

/** Event time from `from` up to but without `to`, epoch ms. */
export interface TimeRange {
  from: number
  to: number
}

/** The window of the same length just before. */
export const rangeBefore = ({ from, to }: TimeRange): TimeRange => ({
  from: from - (to - from),
  to: from,
})
