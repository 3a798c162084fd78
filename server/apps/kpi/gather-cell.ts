import type { Cell } from '../../window/cell.ts'
import type { Selection } from '../../window/measures.ts'
import { cellOf, keyedPane, totalPane } from '../../window/pane.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { Subject } from '../../window/subject.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { panesOf, readInTurns } from './gather-keys.ts'
import type { PaneReader } from './pane-reader.ts'

/** Of which one row is read: those of a dimension may have thousands beside it, which are read over. */
export const panesATurn = (dimension: PaneDimension): number => (dimension === '' ? 256 : 16)

/** One subject's cell over a range of any length: what fits into one turn is read at one moment. */
export async function gatherCell(
  reader: PaneReader,
  range: TimeRange,
  { dimension, key }: Subject,
  selection: Selection,
): Promise<Cell | undefined> {
  const { measures } = reader
  const all = dimension === '' ? totalPane(measures) : keyedPane(measures, 1)
  const only = new Set([key])
  await readInTurns(
    reader,
    { dimension, atOnce: panesATurn(dimension) },
    panesOf(range),
    (_, add) => add(all, selection, only),
  )
  return cellOf(all, key)
}
