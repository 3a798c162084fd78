import type { Distinct } from './distinct.ts'
import { COUNTS } from './measures.ts'
import type { MoneySum } from './money-sum.ts'
import type { Buckets } from './quantile.ts'

/** Every measure of one key in one pane, as it is read. Cells merge in any order to the same result. */
export interface Cell {
  /** By place in `COUNTS`. */
  counts: ArrayLike<number>
  cost: MoneySum | null
  revenue: MoneySum | null
  visitors: Distinct | null
  latency: Buckets | null
}

/** Of a key that had no event. */
export const EMPTY_CELL: Cell = {
  counts: COUNTS.map(() => 0),
  cost: null,
  revenue: null,
  visitors: null,
  latency: null,
}
