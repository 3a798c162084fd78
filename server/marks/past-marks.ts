import type { KpiMark } from '../../lib/kpi-mark.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { TimeRange } from '../window/window-range.ts'
import type { MarkStore } from './mark-store.ts'

/** More flags than these nobody can tell apart in a chart. */
const MAX_SHOWN = 100
/** A mark that is over does not change any more, and new ones are in memory. */
const LOOK_EVERY_MS = 30 * SECOND_MS

/** Marks of longer ago than are kept in memory, for a chart: the newest of a range, asked of the store now and then. */
export function createPastMarks(store: Pick<MarkStore, 'between'>) {
  let lookedAt: number | undefined
  let marks: readonly KpiMark[] = []

  return async (range: TimeRange, now: number): Promise<readonly KpiMark[]> => {
    if (lookedAt === undefined || now - lookedAt >= LOOK_EVERY_MS) {
      lookedAt = now
      marks = await store.between({ ...range, limit: MAX_SHOWN })
    }
    return marks
  }
}

/** Those that lasted in the range: what is of another time says nothing of it. */
export const within = (marks: readonly KpiMark[], { from, to }: TimeRange): KpiMark[] =>
  marks.filter(({ began, ended }) => began < to && (ended ?? Number.POSITIVE_INFINITY) > from)

/** Both, newest first; of those in both, what is in memory holds. */
export function withPast(inMemory: readonly KpiMark[], past: readonly KpiMark[]): KpiMark[] {
  const known = new Set(inMemory.map(({ id }) => id))
  return [...inMemory, ...past.filter(({ id }) => !known.has(id))].sort((a, b) => b.began - a.began)
}
