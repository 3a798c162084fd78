import type { KnownTime } from '../../lib/frames.ts'
import { type FixedRange, isFixed, type Period, samePeriod } from '../../lib/period.ts'

/** What came of a fixed range that was asked for. */
export interface ShownRange {
  period: FixedRange
  range: FixedRange
  stepMs: number
  known: KnownTime
}

/** undefined: nothing came yet, or what came slides. */
export function shownRange(
  cell: { period: Period; range?: FixedRange; stepMs: number; known: KnownTime } | undefined,
): ShownRange | undefined {
  if (cell === undefined || cell.range === undefined || !isFixed(cell.period)) return undefined
  const { period, range, stepMs, known } = cell
  return { period, range, stepMs, known }
}

/** What a page shows of a period: of a fixed range what came. */
export const shownPeriod = (
  period: Period,
  cell: { period: Period; range?: FixedRange } | undefined,
): Period => (cell?.range !== undefined && samePeriod(cell.period, period) ? cell.range : period)
