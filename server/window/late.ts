import { ALLOWED_LATENESS_MS } from '../../lib/lateness.ts'
import type { TimeRange } from './window-range.ts'

/** Late events that a KPI is computed from: how many, and when the stream got the last one, epoch ms. */
export interface Late {
  events: number
  lastAt: number
}

/**
 * By late column (see `LateColumns`), of those that have any: the column, how many, and when the last one came, one
 * after the other. An event is late for two or three of a dozen, and where all are, there is one for each key.
 */
export type Lates = number[]

/**
 * Whether the stream got an event later than it happened by more than is allowed. By the stream's own clock: an event
 * that is read late is not late.
 */
export const isLate = (time: number, arrivedAt: number): boolean =>
  arrivedAt - time > ALLOWED_LATENESS_MS

/** Sum and maximum: adds in any order to the same. */
export function addLate(lates: Lates, column: number, events: number, lastAt: number): void {
  for (let at = 0; at < lates.length; at += 3) {
    if (lates[at] !== column) continue
    lates[at + 1] = (lates[at + 1] as number) + events
    lates[at + 2] = Math.max(lates[at + 2] as number, lastAt)
    return
  }
  lates.push(column, events, lastAt)
}

export function mergeLates(target: Lates, source: Lates): void {
  for (let at = 0; at < source.length; at += 3) {
    addLate(target, source[at] as number, source[at + 1] as number, source[at + 2] as number)
  }
}

/** null: none. */
export function lateIn(lates: Lates | null, column: number): Late | null {
  if (lates === null) return null
  for (let at = 0; at < lates.length; at += 3) {
    if (lates[at] !== column) continue
    return { events: lates[at + 1] as number, lastAt: lates[at + 2] as number }
  }
  return null
}

/**
 * When a step that was over was last added to; undefined: it never was. What came late while the step was still open
 * corrected nothing that was shown as finished.
 */
export const correctedAt = (late: Late, step: TimeRange): number | undefined =>
  late.lastAt >= step.to ? late.lastAt : undefined
