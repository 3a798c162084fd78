import type { Changes } from './changes.ts'
import { EMPTY_PANE, type FrozenPane, mergeFrozen } from './codec.ts'
import type { PaneRef } from './decompose.ts'
import { LEVELS, levelAt, paneStart } from './levels.ts'
import { foldBefore } from './merge-bounded.ts'
import { isCrowded, mergePane, type OnFold, type Pane, trimPane } from './pane.ts'
import { newPane, type PaneDimension } from './pane-dimension.ts'
import type { PaneOptions } from './pane-options.ts'

export interface PlacedRef extends PaneRef {
  dimension: PaneDimension
}

/** A pane in memory: `live` while it changes, else `frozen`. */
export interface Held extends PlacedRef {
  live: Pane | null
  frozen: FrozenPane
  /** Whether all of it is here; else a part of it is only in the store. */
  whole: boolean
  /** What the next level's pane lacks; the same object as `live` while that lacks all of it. */
  ahead: Pane | null
  /** The coarser pane that lacks it, and the finer ones that are ahead of this one. */
  parent: Held | null
  behind: Set<Held>
  /** The first change that the store's row lacks, and when it came; 0: none. */
  changed: number
  changedAtMs: number
  /** The last change. */
  addedAtMs: number
}

export const newHeld = ({ level, dimension, start }: PlacedRef, whole: boolean): Held => ({
  level,
  dimension,
  start,
  live: null,
  frozen: EMPTY_PANE,
  whole,
  ahead: null,
  parent: null,
  behind: new Set(),
  changed: 0,
  changedAtMs: 0,
  addedAtMs: 0,
})

export const isEmpty = (held: Held): boolean => held.live === null && held.frozen === EMPTY_PANE

/** Changes what a held pane holds, within the bound on keys. */
export interface HeldPanes {
  /** The pane in its mutable form. */
  thaw(held: Held): Pane
  /** `gone`: what `foldBefore` answered. */
  add(held: Held, pane: Pane, gone?: number): void
  /**
   * Before `pane` is added: folds in it what would be folded at once, if that is so in the coarser panes, too. It need
   * not be added anywhere then, and be taken away again.
   */
  foldBefore(held: Held, pane: Pane): number | undefined
  /** Adds the part that was in the store only. */
  complete(held: Held, stored: FrozenPane): void
  copy(held: Held, pane: Pane): Pane
  bound(held: Held, pane: Pane): void
  /** Leaves no more keys than the store is given. */
  trim(held: Held, pane: Pane): void
}

export function createHeldPanes(
  { measures, pins, maxKeys }: PaneOptions,
  changes: Changes,
): HeldPanes {
  const fresh = (held: Held) => newPane(measures, held, maxKeys)
  const bound = (held: Held, pane: Pane) => {
    if (isCrowded(pane)) trim(held, pane)
  }
  const trim = (held: Held, pane: Pane, gone?: number) => {
    trimPane(pane, pins.of(held.dimension), onFold(held, pane), gone)
  }

  const onFold = (held: Held, pane: Pane): OnFold | undefined =>
    changes.areHeard(held.dimension) ? changes.folding(placesOf(held, pane), pane) : undefined

  function copy(held: Held, pane: Pane): Pane {
    const twin = fresh(held)
    mergePane(twin, pane)
    return twin
  }

  function thaw(held: Held): Pane {
    if (held.live === null) {
      held.live = fresh(held)
      mergeFrozen(held.live, held.frozen)
      held.frozen = EMPTY_PANE
    }
    return held.live
  }

  return {
    thaw,
    copy,
    bound,
    trim,
    add(held, pane, gone) {
      const live = thaw(held)
      mergePane(live, pane)
      if (gone === undefined) bound(held, live)
      else trim(held, live, gone)
    },
    foldBefore(held, pane) {
      if (held.live === null || held.live !== held.ahead) return undefined
      return foldBefore(held.live, pane, pins.of(held.dimension))
    },
    complete(held, stored) {
      const live = thaw(held)
      // The coarser pane has the stored part already: what it lacks is what came since.
      if (held.ahead === live) held.ahead = copy(held, live)
      mergeFrozen(live, stored)
      bound(held, live)
    },
  }
}

/** Of which panes this one is a part: of the held one, of the coarser ones that lack it, or of all these. */
function placesOf(held: Held, pane: Pane): PlacedRef[] {
  const { level, dimension, start } = held
  const places: PlacedRef[] = pane === held.live ? [{ level, dimension, start }] : []
  if (pane !== held.ahead) return places
  for (let coarser = level + 1; coarser < LEVELS.length; coarser++) {
    places.push({ level: coarser, dimension, start: paneStart(start, levelAt(coarser).ms) })
  }
  return places
}
