import type { ListCell, ListRow } from '../../../lib/frames.ts'
import { type Dimension, type KpiId, OTHER_KEY, RANKED_BY } from '../../../lib/kpis.ts'
import { cellOf, keyCount } from '../../window/pane.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { Need, PaneReader } from './pane-reader.ts'
import { rankedKeys, sumOfKeys } from './ranking.ts'
import { currencyFor, preferring } from './readings.ts'

const MAX_ROWS = 12

/** The top of one dimension over a window. */
export function createListCell(reader: PaneReader, dimension: Dimension, chosen: KpiId) {
  const rankedBy = RANKED_BY[dimension]
  const selection = reader.select([rankedBy])
  let last: { version: number; from: number; cell: ListCell } | undefined

  const ranked = rankedKeys(reader, rankedBy)

  function compute(range: TimeRange): ListCell {
    const all = reader.keys(range, dimension, selection)
    const total = sumOfKeys(all)
    const choice = preferring(currencyFor(reader, rankedBy, total))
    const valueFor = (key: string) => reader.value(rankedBy, cellOf(all, key), choice)
    const top = ranked(all, choice).slice(0, MAX_ROWS)
    const rows: ListRow[] = top
      .map((key) => ({ key, value: valueFor(key) }))
      .filter(({ value }) => value.value !== 0)
    if (chosen !== rankedBy) addChosen(rows, range)
    return {
      rankedBy,
      rows,
      ...(all.rows.has(OTHER_KEY) && { other: valueFor(OTHER_KEY) }),
      total: reader.value(rankedBy, total, choice),
      keys: keyCount(all),
    }
  }

  function addChosen(rows: ListRow[], range: TimeRange): void {
    if (rows.length === 0) return
    const only = new Set(rows.map(({ key }) => key))
    const pane = reader.keys(range, dimension, reader.select([chosen]), only)
    for (const row of rows) row.chosen = reader.value(chosen, cellOf(pane, row.key))
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
