/**
 * What became of the events read: every one is applied, duplicate or rejected. The others are parts of `applied`; an event
 * may be in more than one of them.
 */
export interface Fates {
  applied: number
  duplicate: number
  rejected: number
  /** It came after newer events of its shard, see `ALLOWED_LATENESS_MS`: the first event of a shard never did. */
  late: number
  /** Its time lay in the future. */
  clamped: number
  /** Beyond history: it was older than all that is kept, so it is in the totals and no window shows it. */
  beyond: number
}

const FATES = ['applied', 'duplicate', 'rejected', 'late', 'clamped', 'beyond'] as const

export const noFates = (): Fates => ({
  ...{ applied: 0, duplicate: 0, rejected: 0 },
  ...{ late: 0, clamped: 0, beyond: 0 },
})

export function addFates(a: Fates, b: Fates): Fates {
  const sum = noFates()
  for (const fate of FATES) sum[fate] = a[fate] + b[fate]
  return sum
}

/** The number of events read. */
export const eventsRead = (fates: Fates): number => fates.applied + fates.duplicate + fates.rejected
