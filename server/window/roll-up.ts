import { type Held, type HeldPanes, isEmpty } from './held.ts'
import { LEVELS, levelAt } from './levels.ts'
import { mergePane, type Pane } from './pane.ts'

/** Brings what came to finer panes into the coarser ones, a whole pane at a time. */
export interface RollUp {
  /** `child` was added to: `parent` lacks that for now. */
  owes(child: Held, parent: Held): void
  /** Remembers, for the coarser pane, what was just added; `shared`: someone else goes on using it. */
  goAhead(held: Held, added: Pane, shared?: boolean): void
  /** Takes in what finer panes are ahead by. */
  catchUp(held: Held): void
  /** Does so beforehand for at most `limit` panes that are closed and were left alone for a while. */
  closed(now: number, atMs: number, limit: number): void
}

/** While an old stream is caught up with, its panes are closed and filled again and again. */
const STILL_ADDED_TO_MS = 2_000

export function createRollUp(panes: HeldPanes): RollUp {
  const aheads = new Set<Held>()

  function goAhead(held: Held, added: Pane, shared = false): void {
    if (held.level === LEVELS.length - 1 || held.ahead === held.live) return
    if (held.ahead === null) {
      held.ahead = shared ? panes.copy(held, added) : added
    } else {
      mergePane(held.ahead, added)
      panes.bound(held, held.ahead)
    }
  }

  function catchUp(held: Held): void {
    for (const child of held.behind) handUp(child, held)
  }

  function handUp(child: Held, parent: Held): void {
    catchUp(child)
    parent.behind.delete(child)
    aheads.delete(child)
    const { ahead } = child
    if (ahead === null) return
    child.ahead = null
    if (isEmpty(parent)) {
      parent.live = panes.copy(parent, ahead)
      goAhead(parent, parent.live)
    } else {
      panes.add(parent, ahead)
      // The child may go on adding to what it hands over.
      goAhead(parent, ahead, ahead === child.live)
    }
  }

  return {
    goAhead,
    catchUp,
    owes(child, parent) {
      parent.behind.add(child)
      child.parent = parent
      aheads.add(child)
    },
    closed(now, atMs, limit) {
      let left = limit
      for (const held of aheads) {
        if (left === 0) return
        if (held.start + levelAt(held.level).ms > now || held.parent === null) continue
        if (atMs - held.addedAtMs < STILL_ADDED_TO_MS) continue
        handUp(held, held.parent)
        left--
      }
    },
  }
}
