import { type KpiMark, keyOfMark } from '../../lib/kpi-mark.ts'
import type { KpiId } from '../../lib/kpis.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { Filter } from '../../lib/view.ts'

/** What one fault moved: marks that began together and have to do with one another. */
export interface Fault {
  /** Of the first of its marks: it stays while others join. */
  id: string
  /** The mark that says most. */
  lead: KpiMark
  marks: readonly KpiMark[]
  began: number
  /** null: one of them still lasts. */
  ended: number | null
  /** The key that explains it, if one does. */
  key: Filter | undefined
}

const TOGETHER_MS = 30 * SECOND_MS

/** Marks as faults, newest first. */
export function faultsOf(marks: readonly KpiMark[]): Fault[] {
  const groups: KpiMark[][] = []
  for (const mark of [...marks].sort((a, b) => a.began - b.began || (a.id < b.id ? -1 : 1))) {
    const group = groups.find((others) => belongs(mark, others))
    if (group === undefined) groups.push([mark])
    else group.push(mark)
  }
  return groups.map(faultOf).sort((a, b) => b.began - a.began)
}

/** Those that last, or lasted after `from`, epoch ms. */
export const since = (faults: readonly Fault[], from: number): Fault[] =>
  faults.filter(({ ended }) => ended === null || ended > from)

/** The other KPIs that it moved, each once. */
export const alsoMoved = ({ lead, marks }: Fault): KpiId[] => [
  ...new Set(marks.map(({ kpi }) => kpi).filter((kpi) => kpi !== lead.kpi)),
]

/** The marks that a chart of the KPI shows; with filters those of their keys. */
export function marksOnChart(
  marks: readonly KpiMark[],
  { kpi, currency, filters }: { kpi: KpiId; currency?: string; filters: readonly Filter[] },
): KpiMark[] {
  return marks.filter(
    (mark) =>
      mark.kpi === kpi &&
      (mark.currency === undefined || currency === undefined || mark.currency === currency) &&
      (filters.length === 0 || filters.some((filter) => sameKey(keyOfMark(mark), filter))),
  )
}

function belongs(mark: KpiMark, others: readonly KpiMark[]): boolean {
  const first = others[0]
  if (first === undefined || mark.began - first.began > TOGETHER_MS) return false
  const key = keyOfMark(mark)
  return others.some((other) => {
    const otherKey = keyOfMark(other)
    if (key === undefined || otherKey === undefined || other.kpi === mark.kpi) return true
    // What moves the part of one key moves those of the others, in all dimensions.
    if (mark.of !== undefined && other.of !== undefined) return true
    return sameKey(key, otherKey)
  })
}

function faultOf(marks: readonly KpiMark[]): Fault {
  const [first] = marks as [KpiMark]
  const lead = [...marks].sort((a, b) => weight(b) - weight(a))[0] ?? first
  const ends = marks.map(({ ended }) => ended)
  return {
    id: first.id,
    lead,
    marks,
    began: first.began,
    ended: ends.includes(null) ? null : Math.max(...ends.map((ended) => ended ?? 0)),
    key: keyOfMark(lead),
  }
}

/** One with a key says more than one without, and then the one that is furthest from usual. */
function weight(mark: KpiMark): number {
  const distance = mark.factor === null ? FURTHEST : Math.abs(Math.log(mark.factor))
  return Math.min(distance, FURTHEST) + (keyOfMark(mark) === undefined ? 0 : 2 * FURTHEST)
}

/** A thousand times as much, and what stopped. */
const FURTHEST = Math.log(1_000)

const sameKey = (a: Filter | undefined, b: Filter): boolean =>
  a?.dimension === b.dimension && a.key === b.key
