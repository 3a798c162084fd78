import { type Filters, filterList } from '../../lib/view.ts'
import { dimensionKey } from './keys.ts'
import { pairKey } from './pair-key.ts'
import { TOTAL_KEY } from './pane.ts'
import { crossedDimension, type PaneDimension } from './pane-dimension.ts'

/** Which cell of panes is meant: the total, one key of a dimension, or one pair of keys of two. */
export interface Subject {
  dimension: PaneDimension
  key: string
}

/** Two filters are of crossed dimensions, in their order. */
export function subjectOf(filters: Filters | undefined): Subject {
  const [one, other] = filterList(filters)
  if (one === undefined) return { dimension: '', key: TOTAL_KEY }
  const key = dimensionKey(one.key)
  if (other === undefined) return { dimension: one.dimension, key }
  return {
    dimension: crossedDimension([one.dimension, other.dimension]),
    key: pairKey(key, dimensionKey(other.key)),
  }
}
