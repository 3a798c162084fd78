import type { Dimension, KpiId } from '../../../lib/kpis.ts'
import type { Cell } from '../../window/cell.ts'
import { LEVELS } from '../../window/levels.ts'
import { subjectOf } from '../../window/subject.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { gatherKeys } from './gather-keys.ts'
import { keySpace } from './key-space.ts'
import type { PaneReader } from './pane-reader.ts'

/** Ranges that are read before others have their turn: a few milliseconds. */
const RANGES_AT_ONCE = 4

/** Steps of time as those ask for them who go through all of them: the total of each, or its keys. */
export function createMeasuredSteps(reader: PaneReader) {
  const { catalog, measures, oldest, retention } = reader
  const total = subjectOf(undefined)

  const isLost = (range: TimeRange) => reader.lost(range, total.dimension).length > 0

  async function totals(
    ranges: readonly TimeRange[],
    use: (range: TimeRange, cell: Cell | undefined) => void,
  ): Promise<void> {
    for (let at = 0; at < ranges.length; at += RANGES_AT_ONCE) {
      if (at > 0) await reader.turn()
      const some = ranges.slice(at, at + RANGES_AT_ONCE)
      const needs = some.map(({ from, to }) => ({ from, to, dimension: total.dimension }))
      await reader.read(needs, () => {
        for (const range of some) {
          if (isLost(range)) continue
          use(range, reader.cell(range, total, measures.everything))
        }
      })
    }
  }

  return {
    catalog,
    measures,
    readableFrom(pieceMs: number, now: number): number {
      const level = LEVELS.findIndex(({ ms }) => ms === pieceMs)
      return Math.max(oldest(), retention.keptFrom(level, now))
    },
    measuredFrom: (kpi: KpiId) => reader.measuredFrom(total.dimension, kpi),
    totals,
    isLost,
    keys: (range: TimeRange, dimension: Dimension, kpis: readonly KpiId[]) =>
      gatherKeys(reader, range, keySpace(dimension), reader.select(kpis)),
  }
}
