import { decompose } from '../../window/decompose.ts'
import { levelAt, MAX_QUERY_KEYS } from '../../window/levels.ts'
import type { Selection } from '../../window/measures.ts'
import { type KeyChoice, keyedPane, type Pane } from '../../window/pane.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { KeySpace } from './key-space.ts'
import type { PaneReader } from './pane-reader.ts'

/** Panes of a dimension that are read in one turn: each may hold thousands of keys, and commits wait meanwhile. */
const PANES_A_TURN = 4

/** Adds what a pane holds to `target`. */
type AddPane = (target: Pane, selection: Selection, choice?: KeyChoice) => void

/** The panes that make up a range, oldest first. */
export const panesOf = ({ from, to }: TimeRange): TimeRange[] =>
  decompose(from, to).map(({ level, start }) => ({ from: start, to: start + levelAt(level).ms }))

/** Calls `use` with one pane after the other, in turns of a few; between them others have theirs. */
export async function readInTurns<Piece extends TimeRange>(
  reader: PaneReader,
  { dimension, atOnce = PANES_A_TURN }: { dimension: PaneDimension; atOnce?: number },
  panes: readonly Piece[],
  use: (pane: Piece, add: AddPane) => void,
): Promise<void> {
  for (let at = 0; at < panes.length; at += atOnce) {
    if (at > 0) await reader.turn()
    const some = panes.slice(at, at + atOnce)
    const needs = some.map(({ from, to }) => ({ from, to, dimension }))
    await reader.read(needs, () => {
      for (const pane of some) {
        use(pane, (target, selection, choice) =>
          reader.add(target, pane, dimension, selection, choice),
        )
      }
    })
  }
}

/**
 * All keys of a space, or those that panes hold as `only`, over a range of any length. Each event is in it once or, if
 * it came meanwhile, not.
 */
export async function gatherKeys(
  reader: PaneReader,
  range: TimeRange,
  space: KeySpace,
  selection: Selection,
  only?: ReadonlySet<string>,
): Promise<Pane> {
  const all = keyedPane(reader.measures, MAX_QUERY_KEYS)
  const choice = only === undefined ? space.listed : listedOf(space, only)
  await readInTurns(reader, space, panesOf(range), (_, add) => add(all, selection, choice))
  return all
}

const listedOf =
  ({ listed }: KeySpace, only: ReadonlySet<string>) =>
  (held: string): string | undefined =>
    only.has(held) ? listed(held) : undefined
