import { addEntry, type Distinct, mergeDistinct, TOTAL_PRECISION } from './distinct.ts'
import { COUNTS, EVERYTHING, type Measured, type Selection } from './measures.ts'
import { addMoney, type MoneySum, mergeMoney } from './money-sum.ts'
import { addBucket, type Buckets, mergeBuckets } from './quantile.ts'

/** Every measure of one key in one pane. Cells merge in any order to the same result. */
export interface Cell {
  /** By place in `COUNTS`. */
  counts: number[]
  cost: MoneySum | null
  revenue: MoneySum | null
  visitors: Distinct | null
  latency: Buckets | null
}

const ZEROS: readonly number[] = COUNTS.map(() => 0)

export const newCell = (): Cell => ({
  counts: ZEROS.slice(),
  cost: null,
  revenue: null,
  visitors: null,
  latency: null,
})

export function addMeasured(cell: Cell, event: Measured, precision: number): void {
  const { counts } = cell
  const { slots } = event
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number
    counts[slot] = (counts[slot] as number) + 1
  }
  if (event.costMicros !== undefined) {
    cell.cost = addMoney(cell.cost, event.currency, event.costMicros, 0)
  }
  if (event.revenueMicros !== undefined) {
    cell.revenue = addMoney(cell.revenue, event.currency, event.revenueMicros, 0)
  }
  if (event.totalEntry >= 0) {
    const entry = precision === TOTAL_PRECISION ? event.totalEntry : event.keyEntry
    cell.visitors = addEntry(cell.visitors, entry, precision)
  }
  if (event.bucket >= 0) cell.latency = addBucket(cell.latency, event.bucket)
}

/** Adds the selected measures of `source`, which stays as it is and is not shared. */
export function mergeCell(
  target: Cell,
  source: Cell,
  precision: number,
  selection: Selection = EVERYTHING,
): void {
  const { counts } = target
  for (let slot = 0; slot < counts.length; slot++) {
    counts[slot] = (counts[slot] as number) + (source.counts[slot] as number)
  }
  if (source.cost !== null && selection.cost) target.cost = mergeMoney(target.cost, source.cost)
  if (source.revenue !== null && selection.revenue) {
    target.revenue = mergeMoney(target.revenue, source.revenue)
  }
  if (source.visitors !== null && selection.visitors) {
    target.visitors = mergeDistinct(target.visitors, source.visitors, precision)
  }
  if (source.latency !== null && selection.latency) {
    target.latency = mergeBuckets(target.latency, source.latency)
  }
}
