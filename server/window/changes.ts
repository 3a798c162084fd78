import type { PlacedRef } from './held.ts'
import type { OnFold, Pane } from './pane.ts'
import type { PaneDimension, PlacedPane } from './pane-dimension.ts'

/** Hears what becomes of the panes of one dimension. */
export interface ChangeListener {
  /** Events came: they are in this pane's place and in the coarser ones around it. To be read at once. */
  added(placed: PlacedPane): void
  /**
   * In the pane at `place` keys are about to go into "other", or that part of them which `pane` holds. Answers what is
   * to be told of each, undefined: nothing.
   */
  folding(place: PlacedRef, pane: Pane): OnFold | undefined
}

/** For those who keep sums of panes: every way in which a pane that is in memory changes. */
export interface Changes {
  /** Answers how to stop. */
  listen(dimension: PaneDimension, listener: ChangeListener): () => void
  areHeard(dimension: PaneDimension): boolean
  added(placed: PlacedPane): void
  folding(places: readonly PlacedRef[], pane: Pane): OnFold | undefined
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
    folding(places, pane) {
      const told: OnFold[] = []
      for (const place of places) {
        for (const listener of listeners.get(place.dimension) ?? []) {
          const onFold = listener.folding(place, pane)
          if (onFold !== undefined) told.push(onFold)
        }
      }
      if (told.length === 0) return undefined
      return (key, row, entry) => {
        for (const onFold of told) onFold(key, row, entry)
      }
    },
  }
}
