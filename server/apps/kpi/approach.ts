import { setImmediate as breathe } from 'node:timers/promises'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { SlidingWindow } from '../../window/sliding-window.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { needsOf, type PaneReader } from './pane-reader.ts'

/** Panes that enter in one turn: each may hold thousands of keys, and commits wait meanwhile. */
const PANES_A_TURN = 4

/** A window, and the range that it is to be moved to. */
export interface Way {
  window: SlidingWindow
  dimension: PaneDimension
  range: TimeRange
}

/**
 * Moves windows that are far from their ranges near them, in short turns; between them others have theirs, who may move
 * the same windows. What is left is a few panes. Stops where nobody wants it any more.
 */
export async function approach(
  reader: PaneReader,
  ways: readonly Way[],
  isWanted: () => boolean,
): Promise<void> {
  for (const { window, dimension, range } of ways) {
    const part = () => window.towards(range, PANES_A_TURN)
    while (isWanted() && part() !== range) {
      await reader.read(
        () => needsOf(window, dimension, part()),
        () => window.moveTo(part()),
      )
      await breathe()
    }
  }
}
