import { DIMENSIONS } from '../../lib/kpis.ts'
import type { Filter } from '../../lib/view.ts'
import { dimensionKey } from './keys.ts'
import { NONE_PINNED, type Pinned } from './pane.ts'
import type { PaneDimension } from './pane-dimension.ts'

/** The keys that stay apart whatever the bound on keys is. */
export interface Pins {
  of(dimension: PaneDimension): Pinned
  /** Replaces what was pinned before. Holds for what is folded from now on. */
  set(filters: readonly Filter[]): void
}

export function createPins(): Pins {
  let pinned = new Map<PaneDimension, Set<string>>()
  return {
    of: (dimension) => pinned.get(dimension) ?? NONE_PINNED,
    set(filters) {
      pinned = new Map()
      for (const dimension of DIMENSIONS) {
        const keys = filters.filter((filter) => filter.dimension === dimension)
        if (keys.length > 0) {
          pinned.set(dimension, new Set(keys.map(({ key }) => dimensionKey(key))))
        }
      }
    },
  }
}
