import type { PlacedRef } from './held.ts'
import type { Pane } from './pane.ts'
import type { PaneDimension, PlacedPane } from './pane-dimension.ts'

/** Hears what becomes of the panes of one dimension. */
export interface ChangeListener {
  /** Events came: they are in this pane's place and in the coarser ones around it. To be read at once. */
  added(placed: PlacedPane): void
  /** In the pane at `place` a key's row is about to go into "other", or that part of it which came last. */
  folded(place: PlacedRef, row: FoldedRow): void
}

export interface FoldedRow {
  key: string
  pane: Pane
  row: number
}

/** For those who keep sums of panes: every way in which a pane that is in memory changes. */
export interface Changes {
  /** Answers how to stop. */
  listen(dimension: PaneDimension, listener: ChangeListener): () => void
  areHeard(dimension: PaneDimension): boolean
  added(placed: PlacedPane): void
  folded(place: PlacedRef, row: FoldedRow): void
}

export function createChanges(): Changes {
  const listeners = new Map<PaneDimension, Set<ChangeListener>>()

  return {
    listen(dimension, listener) {
      const all = listeners.get(dimension) ?? new Set()
      listeners.set(dimension, all.add(listener))
      return () => {
        all.delete(listener)
        if (all.size === 0 && listeners.get(dimension) === all) listeners.delete(dimension)
      }
    },
    areHeard: (dimension) => listeners.has(dimension),
    added(placed) {
      for (const listener of listeners.get(placed.dimension) ?? []) listener.added(placed)
    },
    folded(place, row) {
      for (const listener of listeners.get(place.dimension) ?? []) listener.folded(place, row)
    },
  }
}
