import { ALLOWED_LATENESS_MS } from '../../lib/lateness.ts'
import type { TimeRange } from './window-range.ts'

/** Late events that a KPI is computed from: how many, and when the stream got the last one, epoch ms. */
export interface Late {
  events: number
  lastAt: number
}

/** Of each late column (see `LateColumns`) how many, then when the last one came. */
export type Lates = Float64Array

export const newLates = (columns: number): Lates => new Float64Array(2 * columns)

/**
 * Whether the stream got an event later than it happened by more than is allowed. By the stream's own clock: an event
 * that is read late is not late.
 */
export const isLate = (time: number, arrivedAt: number): boolean =>
  arrivedAt - time > ALLOWED_LATENESS_MS

/** Sum and maximum: adds in any order to the same. */
export function addLate(lates: Lates, column: number, events: number, lastAt: number): void {
  const [sum, last] = [2 * column, 2 * column + 1]
  lates[sum] = (lates[sum] as number) + events
  lates[last] = Math.max(lates[last] as number, lastAt)
}

export function mergeLates(target: Lates, source: Lates): void {
  for (let column = 0; 2 * column < source.length; column++) {
    addLate(target, column, source[2 * column] as number, source[2 * column + 1] as number)
  }
}

/** null: none. */
export function lateIn(lates: Lates | null, column: number): Late | null {
  const events = lates?.[2 * column] ?? 0
  return events === 0 ? null : { events, lastAt: lates?.[2 * column + 1] as number }
}

/**
 * When a step that was over was last added to; undefined: it never was. What came late while the step was still open
 * corrected nothing that was shown as finished.
 */
export const correctedAt = (late: Late, step: TimeRange): number | undefined =>
  late.lastAt >= step.to ? late.lastAt : undefined
