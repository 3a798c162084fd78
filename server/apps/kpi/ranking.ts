import { type KpiId, OTHER_KEY } from '../../../lib/kpis.ts'
import type { Cell } from '../../window/cell.ts'
import { KEY_PRECISION } from '../../window/distinct.ts'
import { kpiOfCell } from '../../window/kpi-of-cell.ts'
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

/** A pane's keys but "other", the largest value first; keys without one come last, then by number of events. */
export function rankedKeys(pane: Pane, by: KpiId, currency: string | undefined): string[] {
  const ranked: { key: string; value: number; events: number }[] = []
  for (const [row, key] of pane.keys.entries()) {
    if (key === OTHER_KEY) continue
    const value = rank(by, cellAt(pane, row), currency)
    ranked.push({ key, value, events: countAt(pane, row, EVENTS) })
  }
  ranked.sort(
    (a, b) => compare(b.value, a.value) || b.events - a.events || (a.key < b.key ? -1 : 1),
  )
  return ranked.map(({ key }) => key)
}

function rank(by: KpiId, cell: Cell, currency: string | undefined): number {
  const choice = currency === undefined ? {} : { prefer: currency }
  return kpiOfCell(by, cell, KEY_PRECISION, choice).value ?? Number.NEGATIVE_INFINITY
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

/** All keys of a pane as one, "other" with them. */
export function sumOfKeys(pane: Pane): Cell {
  const sum = keyedPane(1)
  const row = rowOf(sum, TOTAL_KEY)
  for (let from = 0; from < pane.keys.length; from++) mergeRow(sum, row, pane, from)
  return cellAt(sum, row)
}
