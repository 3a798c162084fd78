import type { SeriesPoint } from '../../../lib/api.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import type { KpiId } from '../../../lib/kpis.ts'
import type { Cell } from '../../window/cell.ts'
import { correctedAt, lateIn } from '../../window/late.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { PaneReader } from './pane-reader.ts'

/** What a point says of a KPI's late events in its step: nothing where there are none. */
export type LatePart = Pick<SeriesPoint, 'late' | 'correctedAt'>

export function lateReader({ catalog, measures }: PaneReader, kpi: KpiId) {
  const column = measures.late.of(kpiOf(catalog, kpi).formula)
  return (cell: Cell | undefined, step: TimeRange): LatePart => {
    const late = lateIn(cell?.late ?? null, column)
    if (late === null) return {}
    const at = correctedAt(late, step)
    return { late: late.events, ...(at !== undefined && { correctedAt: at }) }
  }
}
