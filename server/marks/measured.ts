import type { Catalog } from '../../lib/kpi-catalog.ts'
import type { Dimension, KpiId } from '../../lib/kpis.ts'
import type { Cell } from '../window/cell.ts'
import type { MeasureSet } from '../window/measures.ts'
import type { Pane } from '../window/pane.ts'
import type { TimeRange } from '../window/window-range.ts'

/** What was measured, by event time: marks are made of it, wherever it is kept. */
export interface Measured {
  readonly catalog: Catalog
  readonly measures: MeasureSet
  /** Event time before this is not known about in pieces so short; Infinity: there is no event. */
  readableFrom(pieceMs: number, now: number): number
  /** Event time before this was not measured of the KPI, though there may have been events; −∞: all was. */
  measuredFrom(kpi: KpiId): number
  /**
   * Calls `use` with each range and what all events in it gave, in order; undefined: there was none. A range of which
   * something is missing for good is left out.
   */
  totals(
    ranges: readonly TimeRange[],
    use: (range: TimeRange, cell: Cell | undefined) => void,
  ): Promise<void>
  /** Whether something of it is missing for good. To be asked once it has been read. */
  isLost(range: TimeRange): boolean
  /** All keys of a dimension, what was folded away among them, with what these KPIs are computed from. */
  keys(range: TimeRange, dimension: Dimension, kpis: readonly KpiId[]): Promise<Pane>
}
