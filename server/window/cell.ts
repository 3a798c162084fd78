import type { Distinct } from './distinct.ts'
import type { Lates } from './late.ts'
import type { MoneySum } from './money-sum.ts'
import type { Buckets } from './quantile.ts'

/** Every measure of one key in one pane, as it is read; by column. Cells merge in any order to the same result. */
export interface Cell {
  counts: ArrayLike<number>
  money: readonly (MoneySum | null)[]
  distinct: readonly (Distinct | null)[]
  /** Of the sketches in `distinct`. */
  precision: number
  quantiles: readonly (Buckets | null)[]
  /** null: nothing came late, or it is a sum that slides. */
  late: Lates | null
}
