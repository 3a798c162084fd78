import type { RuleInput } from './alert-rule.ts'
import type { Dimension, KpiId } from './kpis.ts'
import type { Filters } from './view.ts'
import type { WindowId } from './windows.ts'

/**
 * Which event time is asked about: so much of it before `to`, or all from `from` on. Epoch ms, `from` not after now.
 * Without `to` it ends with the step that now lies in; it never ends later.
 */
export type AskedRange = { spanMs: number; to?: number } | { from: number; to?: number }

/** The first keys of a dimension; under a filter those of one crossed dimension, which must not be it. */
export interface KeysQuery {
  dimension: Dimension
  limit: number
  rankedBy: KpiId
}

/** What can be asked of the windows. */
export type KpisQuery = ({ window: WindowId } | AskedRange) & {
  filter?: Filters
  /** Of a stream that was deleted and created again: which one; absent: the one that is read. */
  incarnation?: number
  by?: KeysQuery
}

/** The range becomes whole steps. */
export type SeriesQuery = AskedRange & {
  kpi: KpiId
  filter?: Filters
  /** As of `KpisQuery`. */
  incarnation?: number
  stepMs: number
  by?: KeysQuery
}

/**
 * Money is answered in the rule's currency. `below`: a sum of a window that is not covered whole has no value, for it is less
 * than what it will be.
 */
export type ValueQuery = Pick<RuleInput, 'kpi' | 'filter' | 'window' | 'currency'> &
  Partial<Pick<RuleInput, 'when'>>
