import type { RuleInput } from '../../../lib/alert-rule.ts'
import type { Dimension, KpiId } from '../../../lib/kpis.ts'
import type { Filter } from '../../../lib/view.ts'
import type { WindowId } from '../../../lib/windows.ts'

/** What can be asked of the windows. */
export interface KpisQuery {
  window: WindowId
  filter?: Filter
  /** Over all events, whatever the filter: dimensions are not crossed. */
  by?: { dimension: Dimension; limit: number; rankedBy: KpiId }
}

/** [from, to) is aligned down to whole steps. */
export interface SeriesQuery {
  kpi: KpiId
  filter?: Filter
  spanMs: number
  stepMs: number
  /** The end of the range; absent: now. */
  to?: number
}

/** Money is answered in the rule's currency. */
export type ValueQuery = Pick<RuleInput, 'kpi' | 'filter' | 'window' | 'currency'>
