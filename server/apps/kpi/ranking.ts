import { type KpiId, OTHER_KEY } from '../../../lib/kpis.ts'
import type { Cell } from '../../window/cell.ts'
import type { CurrencyChoice } from '../../window/kpi-of-cell.ts'
import { EVENTS } from '../../window/measures.ts'
import {
  cellAt,
  countAt,
  keyedPane,
  mergeRow,
  type Pane,
  rowOf,
  TOTAL_KEY,
} from '../../window/pane.ts'
import type { PaneReader } from './pane-reader.ts'

/**
 * Gives a pane's keys but "other", the largest value of a KPI first; keys without one come last, then by number of
 * events.
 */
export const rankedKeys =
  (reader: PaneReader, by: KpiId) =>
  (pane: Pane, choice: CurrencyChoice): string[] => {
    const value = (cell: Cell) => reader.value(by, cell, choice).value ?? Number.NEGATIVE_INFINITY
    return sortedKeys(pane, value)
  }

function sortedKeys(pane: Pane, rank: (cell: Cell) => number): string[] {
  const ranked: { key: string; value: number; events: number }[] = []
  for (const [row, key] of pane.keys.entries()) {
    if (key === OTHER_KEY) continue
    const value = rank(cellAt(pane, row))
    ranked.push({ key, value, events: countAt(pane, row, EVENTS) })
  }
  ranked.sort(
    (a, b) => compare(b.value, a.value) || b.events - a.events || (a.key < b.key ? -1 : 1),
  )
  return ranked.map(({ key }) => key)
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

/** All keys of a pane as one, "other" with them. */
export function sumOfKeys(pane: Pane): Cell {
  const sum = keyedPane(pane.measures, 1)
  const row = rowOf(sum, TOTAL_KEY)
  for (let from = 0; from < pane.keys.length; from++) mergeRow(sum, row, pane, from)
  return cellAt(sum, row)
}
