import { decompose, type PaneRef } from './decompose.ts'
import { LEVELS, levelAt, paneStart } from './levels.ts'
import type { TimeRange } from './window-range.ts'

/** How a window gets to a new place. `anew`: it forgets all panes first. */
export interface Move {
  to: TimeRange
  anew: boolean
  leaving: PaneRef[]
  entering: PaneRef[]
}

/** What a move changes at the window's beginning. `exchanged`: the finer panes in place of a coarse one that leaves. */
export interface Front {
  anew: boolean
  leaving: PaneRef[]
  exchanged: PaneRef[]
}

/**
 * The panes that a sliding window is the sum of, side by side from its beginning to its end. It begins with the fewest;
 * a coarse one into which the window's beginning moves is exchanged for finer ones. So a slide costs one pane that
 * enters and one that leaves, whatever the window's length.
 */
export interface WindowPanes {
  plan(to: TimeRange, by?: Front): Move
  /** A plan without the panes behind the window's end: it costs what leaves, however far `to` is. */
  front(to: TimeRange): Front
  /** The first `most` panes of what follows the window, where it begins at the same place. */
  following(to: TimeRange, most: number): PaneRef[] | undefined
  /** To be called for each pane of a move, when it is in the sum or no longer in it. */
  enter(place: PaneRef): void
  leave(place: PaneRef): void
  /** All of a move is done. */
  arrive(to: TimeRange): void
  /** The pane of the window that holds this time. */
  around(time: number): PaneRef | undefined
  has(place: PaneRef): boolean
  /** Epoch ms; 0 before the first move. */
  end(): number
  /** The next move is anew. */
  forget(): void
}

export function createWindowPanes(): WindowPanes {
  let range: TimeRange | undefined
  /** The level of the pane that begins at a time. */
  const levels = new Map<number, number>()

  function isSlide(at: TimeRange, to: TimeRange): boolean {
    const half = (at.to - at.from) / 2
    return to.from >= at.from && to.to >= at.to && to.from - at.from <= half
  }

  function front(to: TimeRange): Front {
    if (range === undefined || !isSlide(range, to)) return ANEW
    const leaving: PaneRef[] = []
    const exchanged: PaneRef[] = []
    for (let start = range.from; start < to.from; ) {
      const level = levels.get(start) as number
      leaving.push({ level, start })
      start += levelAt(level).ms
      if (start > to.from) exchanged.push(...decompose(to.from, start))
    }
    return { anew: false, leaving, exchanged }
  }

  function plan(to: TimeRange, by = front(to)): Move {
    const { anew, leaving, exchanged } = by
    const from = anew ? to.from : (range?.to ?? to.from)
    return { to, anew, leaving, entering: [...exchanged, ...decompose(from, to.to)] }
  }

  function around(time: number): PaneRef | undefined {
    if (range === undefined || time < range.from || time >= range.to) return undefined
    for (const [level, { ms }] of LEVELS.entries()) {
      const start = paneStart(time, ms)
      if (levels.get(start) === level) return { level, start }
    }
    return undefined
  }

  const following = (to: TimeRange, most: number): PaneRef[] | undefined =>
    range?.from === to.from ? decompose(range.to, to.to, most) : undefined

  return {
    plan,
    front,
    following,
    enter: ({ level, start }) => void levels.set(start, level),
    leave: ({ start }) => void levels.delete(start),
    arrive(to) {
      range = to
    },
    around,
    has: ({ level, start }) => levels.get(start) === level,
    end: () => range?.to ?? 0,
    forget() {
      range = undefined
      levels.clear()
    },
  }
}

/** Without what the window holds now. */
export const ANEW: Front = { anew: true, leaving: [], exchanged: [] }
