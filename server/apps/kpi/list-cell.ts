import type { ListCell, ListRow } from '../../../lib/frames.ts'
import { type Dimension, type KpiId, OTHER_KEY, RANKED_BY } from '../../../lib/kpis.ts'
import { KEY_PRECISION } from '../../window/distinct.ts'
import { kpiOfCell } from '../../window/kpi-of-cell.ts'
import { selectionFor } from '../../window/measures.ts'
import { cellOf, keyCount } from '../../window/pane.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { Need, PaneReader } from './pane-reader.ts'
import { rankedKeys, sumOfKeys } from './ranking.ts'
import { currencyFor, preferring } from './readings.ts'

const MAX_ROWS = 12

/** The top of one dimension over a window. */
export function createListCell(reader: PaneReader, dimension: Dimension, chosen: KpiId) {
  const rankedBy = RANKED_BY[dimension]
  const selection = selectionFor([rankedBy])
  let last: { version: number; from: number; cell: ListCell } | undefined

  function compute(range: TimeRange): ListCell {
    const all = reader.keys(range, dimension, selection)
    const total = sumOfKeys(all)
    const choice = preferring(currencyFor(rankedBy, total))
    const valueFor = (key: string) => kpiOfCell(rankedBy, cellOf(all, key), KEY_PRECISION, choice)
    const top = rankedKeys(all, rankedBy, currencyFor(rankedBy, total)).slice(0, MAX_ROWS)
    const rows: ListRow[] = top
      .map((key) => ({ key, value: valueFor(key) }))
      .filter(({ value }) => value.value !== 0)
    if (chosen !== rankedBy) addChosen(rows, range)
    return {
      rankedBy,
      rows,
      ...(all.rows.has(OTHER_KEY) && { other: valueFor(OTHER_KEY) }),
      total: kpiOfCell(rankedBy, total, KEY_PRECISION, choice),
      keys: keyCount(all),
    }
  }

  function addChosen(rows: ListRow[], range: TimeRange): void {
    if (rows.length === 0) return
    const only = new Set(rows.map(({ key }) => key))
    const pane = reader.keys(range, dimension, selectionFor([chosen]), only)
    for (const row of rows) row.chosen = kpiOfCell(chosen, cellOf(pane, row.key), KEY_PRECISION)
  }

  return {
    needs: (range: TimeRange): Need[] => [{ ...range, dimension }],
    /** Inside `read`. */
    cell(range: TimeRange): ListCell {
      const version = reader.touches.version()
      if (last === undefined || last.version !== version || last.from !== range.from) {
        last = { version, from: range.from, cell: compute(range) }
      }
      return last.cell
    },
  }
}
