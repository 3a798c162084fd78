import { type KpiId, OTHER_KEY } from '../../../lib/kpis.ts'
import { type Cell, mergeCell, newCell } from '../../window/cell.ts'
import { KEY_PRECISION } from '../../window/distinct.ts'
import { kpiOfCell } from '../../window/kpi-of-cell.ts'
import { EVENTS } from '../../window/measures.ts'
import type { Pane } from '../../window/pane.ts'

/** A pane's keys but "other", the largest value first; keys without one come last, then by number of events. */
export function rankedKeys(pane: Pane, by: KpiId, currency: string | undefined): string[] {
  const ranked: { key: string; value: number; events: number }[] = []
  for (const [key, cell] of pane.cells) {
    if (key === OTHER_KEY) continue
    ranked.push({ key, value: rank(by, cell, currency), events: cell.counts[EVENTS] as number })
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
  const sum = newCell()
  for (const cell of pane.cells.values()) mergeCell(sum, cell, pane.precision)
  return sum
}
