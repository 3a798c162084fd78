import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { SlidingWindow } from '../../window/sliding-window.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { needsOf, type PaneReader } from './pane-reader.ts'

/** Panes that enter in one turn: each may hold thousands of keys, and commits wait meanwhile. */
const PANES_A_TURN = 4
/** Those of the total have one row. */
const TOTALS_A_TURN = 12

/** A window, and the range that it is to be moved to. */
export interface Way {
  window: SlidingWindow
  dimension: PaneDimension
  range: TimeRange
}

const nextOf = ({ window, dimension, range }: Way): TimeRange =>
  window.towards(range, dimension === '' ? TOTALS_A_TURN : PANES_A_TURN)

/** Whether a move all the way is a short one. */
export const isNear = (way: Way): boolean => nextOf(way) === way.range

/**
 * Moves windows that are far from their ranges near them, in short turns; between them others have theirs, who may move
 * the same windows. What is left is a few panes. Stops where nobody wants it any more.
 */
export async function approach(
  reader: PaneReader,
  ways: readonly Way[],
  isWanted: () => boolean,
): Promise<void> {
  for (const way of ways) await approachTogether(reader, () => [way], isWanted)
}

/** As `approach`, side by side: for cells of several keys, which then read each pane once. `ways`: may change meanwhile. */
export async function approachTogether(
  reader: PaneReader,
  ways: () => readonly Way[],
  isWanted: () => boolean,
): Promise<void> {
  const far = () => ways().filter((way) => !isNear(way))
  while (isWanted() && far().length > 0) {
    await reader.read(
      () => far().flatMap((way) => needsOf(way.window, way.dimension, nextOf(way))),
      () =>
        reader.windows.together(() => {
          for (const way of far()) way.window.moveTo(nextOf(way))
        }),
    )
    await reader.turn()
  }
}
