import type { ListCell, ListRow } from '../../../lib/frames.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import {
  type Dimension,
  type Kpi,
  type KpiId,
  OTHER_KEY,
  rankedBy as usualRank,
} from '../../../lib/kpis.ts'
import type { Filter } from '../../../lib/view.ts'
import { cellOf } from '../../window/pane.ts'
import type { SlidingCell } from '../../window/sliding-cell.ts'
import { subjectOf } from '../../window/subject.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { isNear, type Way } from './approach.ts'
import { currencyFor, onlyIn, orderFrom } from './currency-choice.ts'
import { keySpace } from './key-space.ts'
import { sentKnownFrom } from './known-time.ts'
import { incompleteWindows } from './lost-part.ts'
import { type Need, needsOf, type PaneReader } from './pane-reader.ts'
import { rankedKeys, sumOfKeys } from './ranking.ts'

const MAX_ROWS = 12

/** What adds up is in the window of all keys; of the rest each row has a window of its own. */
const isInKeys = ({ formula }: Kpi): boolean =>
  formula.kind !== 'distinct' && formula.kind !== 'quantile'

/** All but from when on it is known: that changes by itself. */
type RankedCell = Omit<ListCell, 'knownFrom' | 'chosenFrom'>

interface Ranked {
  version: number
  from: number
  cell: RankedCell
}

/** The top of one dimension over a window, under `of` where there is one: `rank`, then `cell`, each inside a `read` of what it needs. */
export function createListCell(
  reader: PaneReader,
  {
    dimension,
    of,
    window,
    chosen,
  }: { dimension: Dimension; of: Filter | undefined; window: string; chosen: KpiId },
) {
  const rankedBy = usualRank(dimension, of?.dimension)
  const space = keySpace(dimension, of)
  const keys = reader.windows.keys(window, space.dimension)
  /** What shares are of, under a filter; else of all keys. */
  const subject = subjectOf(of)
  const whole = of === undefined ? undefined : reader.windows.cell(window, subject)
  const ranked = rankedKeys(reader, rankedBy)
  const selection = reader.select([chosen])
  const hasOwnWindows = !isInKeys(kpiOf(reader.catalog, chosen))
  const rowWindows = new Map<string, SlidingCell>()
  let last: Ranked | undefined

  function compute(range: TimeRange): RankedCell {
    keys.moveTo(range)
    whole?.moveTo(range)
    const all = space.within(keys.pane(), reader.measures.everything)
    const total = whole === undefined ? sumOfKeys(all) : whole.cell()
    const currency = currencyFor(reader, rankedBy, subject, total)
    const order = orderFrom(reader, rankedBy, currency)
    const valueFor = (key: string) => reader.value(rankedBy, cellOf(all, key), order)
    const isMeasured = reader.measuredFrom(space.dimension, chosen) < range.to
    const chosenFor = (key: string) =>
      chosen !== rankedBy && !hasOwnWindows && isMeasured
        ? { chosen: reader.value(chosen, cellOf(all, key), orderFrom(reader, chosen)) }
        : {}
    const rows: ListRow[] = ranked(all, onlyIn(currency))
      .slice(0, MAX_ROWS)
      .map((key) => ({ key, value: valueFor(key), ...chosenFor(key) }))
      .filter(({ value }) => value.value !== 0)
    const since = reader.measuredFrom(space.dimension)
    const { keys: count, foldedPairs } = space.count(all)
    return {
      ...(of !== undefined && { of, foldedPairs }),
      ...(since > range.from && { measuredFrom: since }),
      ...incompleteWindows(whole === undefined ? [keys] : [keys, whole]),
      rankedBy,
      rows,
      ...(all.keys.includes(OTHER_KEY) && { other: valueFor(OTHER_KEY) }),
      total: reader.value(rankedBy, total, onlyIn(currency)),
      keys: count,
    }
  }

  const rowsOf = (): readonly ListRow[] => last?.cell.rows ?? []

  function keepRowWindows(): void {
    const wanted = new Set(rowsOf().map(({ key }) => key))
    for (const [key, cell] of rowWindows) {
      if (wanted.has(key)) continue
      cell.close()
      rowWindows.delete(key)
    }
    for (const key of wanted) {
      if (rowWindows.has(key)) continue
      rowWindows.set(
        key,
        reader.windows.cell(
          window,
          { dimension: space.dimension, key: space.held(key) },
          selection,
        ),
      )
    }
  }

  const rowWays = (range: TimeRange): Way[] =>
    [...rowWindows.values()].map((window) => ({ window, dimension: space.dimension, range }))

  function addChosen(row: ListRow, range: TimeRange): ListRow {
    const cell = rowWindows.get(row.key)
    if (cell === undefined || !isNear({ window: cell, dimension: space.dimension, range }))
      return row
    cell.moveTo(range)
    if (reader.measuredFrom(space.dimension, chosen) >= range.to) return row
    return { ...row, chosen: reader.value(chosen, cell.cell()) }
  }

  return {
    ways: (range: TimeRange): Way[] => [
      { window: keys, dimension: space.dimension, range },
      ...(whole === undefined ? [] : [{ window: whole, dimension: subject.dimension, range }]),
    ],
    /** Of the rows' own windows, after `rank`. */
    rowWays,
    needs: (range: TimeRange): Need[] => [
      ...needsOf(keys, space.dimension, range),
      ...(whole === undefined ? [] : needsOf(whole, subject.dimension, range)),
    ],
    rank(range: TimeRange): void {
      const version = reader.touches.version()
      if (last?.version === version && last.from === range.from) return
      last = { version, from: range.from, cell: compute(range) }
      if (hasOwnWindows) keepRowWindows()
    },
    /** Of rows whose own windows are near; the others have no value of the chosen KPI yet. */
    cellNeeds: (range: TimeRange): Need[] =>
      rowWays(range)
        .filter(isNear)
        .flatMap(({ window }) => needsOf(window, space.dimension, range)),
    cell(range: TimeRange, now: number): ListCell | undefined {
      if (last === undefined) return undefined
      const known = (kpi: KpiId) =>
        sentKnownFrom(reader, range, { dimension: space.dimension, kpi, now })
      return {
        ...last.cell,
        knownFrom: known(rankedBy),
        ...(chosen !== rankedBy && { chosenFrom: known(chosen) }),
        ...(hasOwnWindows && { rows: rowsOf().map((row) => addChosen(row, range)) }),
      }
    },
    close(): void {
      keys.close()
      whole?.close()
      for (const cell of rowWindows.values()) cell.close()
    },
  }
}
