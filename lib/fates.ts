/**
 * What became of the events read: every one is applied, duplicate or rejected.
 * `late` and `clamped` (its time lay in the future) are parts of `applied`.
 */
export interface Fates {
  applied: number
  duplicate: number
  rejected: number
  late: number
  clamped: number
}

export const noFates = (): Fates => ({ applied: 0, duplicate: 0, rejected: 0, late: 0, clamped: 0 })

export const addFates = (a: Fates, b: Fates): Fates => ({
  applied: a.applied + b.applied,
  duplicate: a.duplicate + b.duplicate,
  rejected: a.rejected + b.rejected,
  late: a.late + b.late,
  clamped: a.clamped + b.clamped,
})

/** The number of events read. */
export const eventsRead = (fates: Fates): number => fates.applied + fates.duplicate + fates.rejected
