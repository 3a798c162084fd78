import { decompose, type PaneRef } from './decompose.ts'
import { levelAt } from './levels.ts'
import type { OnFold, Pane } from './pane.ts'
import type { PaneDimension } from './pane-dimension.ts'
import type { Pyramid } from './pyramid.ts'
import { ANEW, createWindowPanes, type Front, type Move } from './window-panes.ts'
import type { TimeRange } from './window-range.ts'

/** A sum of panes that can take in one more, and give one back. */
export interface SlidingSum {
  clear(): void
  enter(place: PaneRef, windowEnd: number): void
  leave(place: PaneRef): void
  /** All that had to enter and to leave has. */
  moved(range: TimeRange): void
  /** Events came to a pane that is inside. */
  added(place: PaneRef, pane: Pane, windowEnd: number): void
  /**
   * In a pane that is inside keys are about to go into "other", or that part of them which `pane` holds. Answers what
   * follows each; it calls `lost` where it cannot follow.
   */
  folding(place: PaneRef, pane: Pane, lost: () => void): OnFold
}

/**
 * Keeps a sum equal to what the panes of a sliding window hold, told of every change to them, so that a reading costs
 * what has changed since the last one and nothing for the length of the window.
 */
export interface SlidingWindow {
  /** The panes that `moveTo` reads: they must not be missing. */
  needs(range: TimeRange): readonly PaneRef[]
  moveTo(range: TimeRange): void
  /**
   * As far on the way to `range` as about `most` panes lead, for whoever moves a long way in short turns; `range` itself
   * where it is not further.
   */
  towards(range: TimeRange, most: number): TimeRange
  /** Those of its panes that lack something for good. */
  lost(): PaneRef[]
  close(): void
}

export function createSlidingWindow(
  pyramid: Pyramid,
  dimension: PaneDimension,
  sum: SlidingSum,
): SlidingWindow {
  const panes = createWindowPanes()

  const close = pyramid.changes.listen(dimension, {
    added({ level, start, pane }) {
      const place = panes.around(start)
      if (place === undefined) return
      // It is in coarser panes only.
      if (level > place.level) panes.forget()
      else sum.added(place, pane, panes.end())
    },
    folding: (place, pane) =>
      panes.has(place) ? sum.folding(place, pane, panes.forget) : undefined,
  })

  /** Changes nothing: it is asked for again and again on the way. */
  function front(range: TimeRange): Front {
    const front = panes.front(range)
    // What is no longer kept, or was lost since it came in, cannot be read again to take it away. What comes in behind
    // the others may be gone by now: it is read as empty, whichever way leads there.
    const isKept = [...front.leaving, ...front.exchanged].every(isKeptAt(range.to))
    const isWhole = !front.leaving.some((place) => pyramid.lost.has(place, dimension))
    return isKept && isWhole ? front : ANEW
  }

  const plan = (range: TimeRange): Move => panes.plan(range, front(range))

  const isKeptAt =
    (now: number) =>
    ({ level, start }: PaneRef): boolean =>
      pyramid.retention.isKept(level, start, now)

  return {
    lost: () => pyramid.lost.of(dimension).filter(panes.has),
    needs(range) {
      const { leaving, entering } = plan(range)
      return [...leaving, ...entering]
    },
    towards(range, most) {
      const entering = front(range).anew
        ? decompose(range.from, range.to, most + 1)
        : panes.following(range, most + 1)
      const last = entering?.[most - 1]
      if (last === undefined || entering?.length === most) return range
      return { from: range.from, to: last.start + levelAt(last.level).ms }
    },
    moveTo(range) {
      const move = plan(range)
      if (move.anew) {
        panes.forget()
        sum.clear()
      }
      let isDone = false
      try {
        // To read a pane may fold keys in others: which are in the sum must be right at any time.
        for (const place of move.leaving) {
          sum.leave(place)
          panes.leave(place)
        }
        for (const place of move.entering) {
          sum.enter(place, range.to)
          panes.enter(place)
        }
        sum.moved(range)
        panes.arrive(range)
        isDone = true
      } finally {
        // Half of it done is a sum of no window.
        if (!isDone) panes.forget()
      }
    },
    close,
  }
}
