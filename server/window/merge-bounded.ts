import { OTHER_KEY } from '../../lib/kpis.ts'
import { lightKeys } from './light-keys.ts'
import {
  dropRows,
  foldRows,
  isPinned,
  mergePane,
  newRow,
  type Pane,
  type Pinned,
  rowIn,
  trimPane,
  weightOf,
} from './pane.ts'

/** As `mergePane` and then `boundPane`, but keys that would not stay get no row in `target`. `source` is changed. */
export function mergeBounded(target: Pane, source: Pane, pinned: Pinned): void {
  const gone = foldBefore(target, source, pinned)
  mergePane(target, source)
  if (gone !== undefined) trimPane(target, pinned, undefined, gone)
}

/**
 * Before `source` is merged into `target`: folds in it the keys that are not in `target` and that `boundPane` would fold
 * there at once. Undefined: the bound would not be reached, nothing is done. Else `trimPane` must follow the merge,
 * with the answer as `gone`: then all is as if `source` had been merged as it was. O(keys × log keys of both).
 */
export function foldBefore(target: Pane, source: Pane, pinned: Pinned): number | undefined {
  const { cap, keys } = target
  if (keys.length + source.keys.length <= 2 * cap) return undefined
  /** By row of `target`, then by the place of a row in `added`. */
  const weights = new Float64Array(keys.length + source.keys.length)
  for (let row = 0; row < keys.length; row++) weights[row] = weightOf(target, row)
  /** Rows of `source` whose keys `target` has not. */
  const added: number[] = []
  let other: number | undefined
  for (let from = 0; from < source.keys.length; from++) {
    const key = source.keys[from] as string
    if (key === OTHER_KEY) other = from
    const row = rowIn(target, key) ?? keys.length + added.push(from) - 1
    weights[row] = (weights[row] as number) + weightOf(source, from)
  }
  const size = keys.length + added.length
  if (size <= 2 * cap) return undefined
  /** They never go, and take nobody's place. */
  let staying = 0
  for (let at = 0; at < size; at++) {
    const key = (at < keys.length ? keys[at] : source.keys[added[at - keys.length] as number]) ?? ''
    if (key !== OTHER_KEY && !isPinned(pinned, key)) continue
    weights[at] = Number.POSITIVE_INFINITY
    staying++
  }
  if (size <= cap + staying) return 0
  const light = lightKeys(weights.subarray(0, size), cap + staying)
  const rows: number[] = []
  for (const at of light.places) if (at >= keys.length) rows.push(added[at - keys.length] as number)
  if (rows.length > 0) {
    foldRows(source, rows, other ?? newRow(source, OTHER_KEY))
    dropRows(source, rows)
  }
  return light.heaviest
}
