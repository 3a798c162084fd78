import type { SeriesPoint } from '../../../lib/api.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import type { KpiId } from '../../../lib/kpis.ts'
import type { Cell } from '../../window/cell.ts'
import { correctedAt, type Late, lateIn } from '../../window/late.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { PaneReader } from './pane-reader.ts'

/** The late events that a KPI is computed from, in a cell; null: none. */
export function lateOf({ catalog, measures }: PaneReader, kpi: KpiId) {
  const column = measures.late.of(kpiOf(catalog, kpi).formula)
  return (cell: Cell | undefined): Late | null => lateIn(cell?.late ?? null, column)
}

/** What a point says of the late events in its step: nothing where there are none. */
export function latePart(
  late: Late | null,
  step: TimeRange,
): Pick<SeriesPoint, 'late' | 'correctedAt'> {
  if (late === null) return {}
  const at = correctedAt(late, step)
  return { late: late.events, ...(at !== undefined && { correctedAt: at }) }
}
