import { pairOf } from '../../../lib/crossed.ts'
import type { Dimension } from '../../../lib/kpis.ts'
import type { Filter } from '../../../lib/view.ts'
import { estimateDistinct, KEY_PRECISION } from '../../window/distinct.ts'
import { dimensionKey } from '../../window/keys.ts'
import { MAX_QUERY_KEYS } from '../../window/levels.ts'
import type { Selection } from '../../window/measures.ts'
import { pairKey, splitPair } from '../../window/pair-key.ts'
import { keyCount, keyedPane, mergePane, type Pane } from '../../window/pane.ts'
import { crossedDimension, type PaneDimension } from '../../window/pane-dimension.ts'

/** The keys of a dimension as they are listed: of all events, or of those that a filter on a crossed one lets through. */
export interface KeySpace {
  /** In which panes they are. */
  dimension: PaneDimension
  /** How panes name a key of the space; "other" is of a whole pane. */
  held(key: string): string
  /** How a key that a pane holds is listed; undefined: it lies outside. */
  listed(held: string): string | undefined
  /** What of a pane lies in the space, by the keys that are listed. Of all events: the pane itself. */
  within(pane: Pane, selection: Selection): Pane
  /**
   * Of a pane that lies in the space: how many keys it has, and how many pairs of keys, about, could not be kept apart,
   * whatever the filter: some of the space may be among them.
   */
  count(part: Pane): { keys: number; foldedPairs: number }
}

export const keySpace = (by: Dimension, of?: Filter): KeySpace =>
  of === undefined
    ? { dimension: by, held: sameKey, listed: sameKey, within: (pane) => pane, count: countAll }
    : keySpaceOf(by, of)

const sameKey = (key: string): string => key
const countAll = (pane: Pane) => ({ keys: keyCount(pane), foldedPairs: 0 })

function keySpaceOf(by: Dimension, { dimension, key }: Filter): KeySpace {
  const pair = pairOf(by, dimension)
  const isFirst = pair[0] === dimension
  const fixed = dimensionKey(key)
  function listed(held: string): string | undefined {
    const [first, second] = splitPair(held) ?? []
    if (isFirst) return first === fixed ? second : undefined
    return second === fixed ? first : undefined
  }
  return {
    dimension: crossedDimension(pair),
    held: (other) => (isFirst ? pairKey(fixed, other) : pairKey(other, fixed)),
    listed,
    within(pane, selection) {
      const part = keyedPane(pane.measures, MAX_QUERY_KEYS)
      mergePane(part, pane, selection, listed)
      return part
    },
    count: (part) => ({
      keys: part.keys.length,
      foldedPairs: Math.round(estimateDistinct(part.folded, KEY_PRECISION)),
    }),
  }
}
