import { setImmediate as breathe } from 'node:timers/promises'
import { decompose } from '../../window/decompose.ts'
import { levelAt } from '../../window/levels.ts'
import type { Selection } from '../../window/measures.ts'
import { boundPane, mergePane, NONE_PINNED, type Pane } from '../../window/pane.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { KeySpace } from './key-space.ts'
import type { PaneReader } from './pane-reader.ts'

/** Panes of a dimension that are in memory for one reading: each may hold thousands of keys. */
const PANES_AT_ONCE = 64

/** The panes that make up a range, oldest first. */
export const panesOf = ({ from, to }: TimeRange): TimeRange[] =>
  decompose(from, to).map(({ level, start }) => ({ from: start, to: start + levelAt(level).ms }))

/** Calls `use` with a few panes after the other, which can then be read; between them others have their turn. */
export async function readInTurns<Piece extends TimeRange>(
  reader: PaneReader,
  dimension: PaneDimension,
  panes: readonly Piece[],
  use: (some: readonly Piece[]) => void,
): Promise<void> {
  for (let at = 0; at < panes.length; at += PANES_AT_ONCE) {
    if (at > 0) await breathe()
    const some = panes.slice(at, at + PANES_AT_ONCE)
    const needs = some.map(({ from, to }) => ({ from, to, dimension }))
    await reader.read(needs, () => use(some))
  }
}

/** All keys of a space, or those that panes hold as `only`, over a range of any length. Each event is in it once or, if it came meanwhile, not. */
export async function gatherKeys(
  reader: PaneReader,
  range: TimeRange,
  space: KeySpace,
  selection: Selection,
  only?: ReadonlySet<string>,
): Promise<Pane> {
  let all: Pane | undefined
  await readInTurns(reader, space.dimension, panesOf(range), (panes) => {
    const [first, last] = [panes[0], panes.at(-1)]
    if (first === undefined || last === undefined) return
    const read = { from: first.from, to: last.to }
    const held = reader.keys(read, space.dimension, selection, only)
    const part = space.within(held, selection)
    if (all === undefined) all = part
    else {
      mergePane(all, part, selection)
      boundPane(all, NONE_PINNED)
    }
  })
  return all ?? reader.keys({ from: 0, to: 0 }, space.dimension, selection)
}
