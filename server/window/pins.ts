import type { Filters } from '../../lib/view.ts'
import { NONE_PINNED, type Pinned } from './pane.ts'
import type { PaneDimension } from './pane-dimension.ts'
import { subjectOf } from './subject.ts'

/** The keys that stay apart whatever the bound on keys is. */
export interface Pins {
  of(dimension: PaneDimension): Pinned
  /** Replaces what was pinned before; of two filters the pair is pinned. Holds for what is folded from now on. */
  set(filters: readonly Filters[]): void
}

export function createPins(): Pins {
  let pinned = new Map<PaneDimension, Set<string>>()
  return {
    of: (dimension) => pinned.get(dimension) ?? NONE_PINNED,
    set(filters) {
      pinned = new Map()
      for (const { dimension, key } of filters.map(subjectOf)) {
        const keys = pinned.get(dimension)
        if (keys === undefined) pinned.set(dimension, new Set([key]))
        else keys.add(key)
      }
    },
  }
}
