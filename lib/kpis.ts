/** The KPIs that are built in, and the dimensions. A new KPI is one more record here; nothing else changes. */

import type { EventFilter } from './event-filter.ts'

export const DIMENSIONS = [
  'page',
  'referrer',
  'campaign',
  'account',
  'placement',
  'device',
  'country',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

export const DIMENSION_LABELS: Record<Dimension, { one: string; many: string }> = {
  page: { one: 'page', many: 'Top pages' },
  referrer: { one: 'referrer', many: 'Referrers' },
  campaign: { one: 'campaign', many: 'Campaigns' },
  account: { one: 'account', many: 'Accounts' },
  placement: { one: 'placement', many: 'Placements' },
  device: { one: 'device', many: 'Devices' },
  country: { one: 'country', many: 'Countries' },
}

/** The key under which a pane keeps what its bounded memory of keys could not keep apart. */
export const OTHER_KEY = '\u0000other'

/** How a KPI is computed. `of`: over which events; all if absent. */
export type KpiFormula =
  | { kind: 'count'; of: EventFilter }
  | { kind: 'ratio'; over: EventFilter; under: EventFilter }
  | { kind: 'distinct'; field: DistinctField; of?: EventFilter }
  | { kind: 'money'; field: MoneyField; of?: EventFilter }
  /** `times` × the sum / the number of events of `under`. */
  | { kind: 'money_per'; field: MoneyField; of?: EventFilter; under: EventFilter; times: number }
  /** `q` from 0 to 1. */
  | { kind: 'quantile'; field: 'duration_ms'; of?: EventFilter; q: number }

export type DistinctField = 'visitor' | 'session'

export type MoneyField = 'cost' | 'revenue'

/**
 * How a value is shown.
 * `per_second`: the count in the window over its seconds. `per_hour`: money over its hours.
 * `count`: as it is. `percent`: a ratio 0..1. `ms`: milliseconds. `per_mille`: money per 1,000 requests.
 */
export type KpiUnit = 'per_second' | 'count' | 'percent' | 'per_hour' | 'per_mille' | 'ms'

export interface Kpi {
  id: KpiId
  label: string
  formula: KpiFormula
  unit: KpiUnit
  /** Which way is better; `none` where neither is. */
  better: 'up' | 'down' | 'none'
  /** One sentence with the formula, for tooltips and the docs. */
  help: string
}

export const KPI_IDS = [
  'page_views',
  'visitors',
  'ctr',
  'coverage',
  'conversion_rate',
  'spend',
  'revenue',
  'yield',
  'requests',
  'error_rate',
  'latency_p50',
  'latency_p95',
  'latency_p99',
] as const
export type BuiltInKpiId = (typeof KPI_IDS)[number]

/** An id of the catalog: one of those built in, or one that a team added. */
export type KpiId = string

const count = (type: string): EventFilter => ({ type })

export const KPIS: Record<BuiltInKpiId, Kpi> = {
  page_views: {
    id: 'page_views',
    label: 'Page views',
    formula: { kind: 'count', of: count('page_view') },
    unit: 'per_second',
    better: 'up',
    help: 'Page views per second: page_view events in the window over its seconds.',
  },
  visitors: {
    id: 'visitors',
    label: 'Visitors',
    formula: { kind: 'distinct', field: 'visitor' },
    unit: 'count',
    better: 'up',
    help: 'Different visitors in the window, over events of every type (HyperLogLog, see the docs for its error).',
  },
  ctr: {
    id: 'ctr',
    label: 'CTR',
    formula: { kind: 'ratio', over: count('ad_click'), under: count('ad_impression') },
    unit: 'percent',
    better: 'up',
    help: 'Click-through rate: ad clicks / ad impressions.',
  },
  coverage: {
    id: 'coverage',
    label: 'Coverage',
    formula: { kind: 'ratio', over: count('ad_impression'), under: count('ad_request') },
    unit: 'percent',
    better: 'up',
    help: 'Ad coverage: ad impressions / ad requests.',
  },
  conversion_rate: {
    id: 'conversion_rate',
    label: 'Conversion',
    formula: { kind: 'ratio', over: count('conversion'), under: count('ad_click') },
    unit: 'percent',
    better: 'up',
    help: 'Conversion rate: conversions / ad clicks.',
  },
  spend: {
    id: 'spend',
    label: 'Spend',
    formula: { kind: 'money', field: 'cost' },
    unit: 'per_hour',
    better: 'none',
    help: 'Spend per hour: the sum of cost in the window over its hours, per currency.',
  },
  revenue: {
    id: 'revenue',
    label: 'Revenue',
    formula: { kind: 'money', field: 'revenue' },
    unit: 'per_hour',
    better: 'up',
    help: 'Revenue per hour: the sum of revenue in the window over its hours, per currency.',
  },
  yield: {
    id: 'yield',
    label: 'Yield',
    formula: { kind: 'money_per', field: 'revenue', under: count('ad_request'), times: 1_000 },
    unit: 'per_mille',
    better: 'up',
    help: 'Yield: 1,000 × revenue / ad requests.',
  },
  requests: {
    id: 'requests',
    label: 'Requests',
    formula: { kind: 'count', of: count('request') },
    unit: 'per_second',
    better: 'none',
    help: 'Requests per second: request events in the window over its seconds.',
  },
  error_rate: {
    id: 'error_rate',
    label: 'Error rate',
    formula: {
      kind: 'ratio',
      over: { type: 'request', where: [{ field: 'status', atLeast: 500 }] },
      under: count('request'),
    },
    unit: 'percent',
    better: 'down',
    help: 'Error rate: requests with a status of 500 or above / requests.',
  },
  latency_p50: latency('latency_p50', 'p50', 0.5),
  latency_p95: latency('latency_p95', 'p95', 0.95),
  latency_p99: latency('latency_p99', 'p99', 0.99),
}

/** Whether a KPI adds up over time: a count or money, shown as a rate. */
export const addsUp = ({ unit }: Pick<Kpi, 'unit'>): boolean =>
  unit === 'per_second' || unit === 'per_hour'

function latency(id: BuiltInKpiId, name: string, q: number): Kpi {
  return {
    id,
    label: `Latency ${name}`,
    formula: { kind: 'quantile', field: 'duration_ms', of: count('request'), q },
    unit: 'ms',
    better: 'down',
    help: `The ${name} of duration_ms over requests in the window, within 1 %.`,
  }
}

/** The KPI that ranks each dimension's list. */
const RANKED_BY: Record<Dimension, BuiltInKpiId> = {
  page: 'page_views',
  referrer: 'page_views',
  campaign: 'spend',
  account: 'spend',
  placement: 'spend',
  device: 'page_views',
  country: 'page_views',
}

/**
 * The KPI that ranks a list. Under a filter on what advertisers are told apart by there may be ads alone, and no page is
 * viewed in these: by what is spent, too.
 */
export const rankedBy = (dimension: Dimension, under?: Dimension): BuiltInKpiId =>
  under !== undefined && RANKED_BY[under] === 'spend' ? 'spend' : RANKED_BY[dimension]
