import { DIMENSIONS, type Dimension, KPI_IDS, type KpiId } from '../../lib/kpis.ts'
import { type Filter, filterSchema } from '../../lib/view.ts'

export const DEFAULT_KPI: KpiId = 'page_views'

/** What the address says of the overview: `?kpi=ctr&by=page&key=/x`. What it does not know is as if unsaid. */
export function readOverviewParams(params: Pick<URLSearchParams, 'get'>): {
  kpi: KpiId
  filter: Filter | undefined
} {
  const kpi = KPI_IDS.find((id) => id === params.get('kpi')) ?? DEFAULT_KPI
  const filter = filterSchema.safeParse({ dimension: params.get('by'), key: params.get('key') })
  return { kpi, filter: filter.success ? filter.data : undefined }
}

export const kpiPatch = (kpi: KpiId) => ({ kpi: kpi === DEFAULT_KPI ? null : kpi })

/** A click on what is already filtered takes the filter away. */
export function filterPatch(current: Filter | undefined, dimension: Dimension, key: string) {
  const off = current?.dimension === dimension && current.key === key
  return off ? NO_FILTER : { by: dimension as string, key }
}

export const NO_FILTER = { by: null, key: null } as const

/** The lists that share a place, each group a column on a wide screen. */
export const LIST_GROUPS: readonly (readonly Dimension[])[] = [
  ['page'],
  ['referrer', 'country', 'device'],
  ['campaign', 'account', 'placement'],
]

export const ALL_LISTS: readonly Dimension[] = [
  ...LIST_GROUPS.flat(),
  ...DIMENSIONS.filter((dimension) => !LIST_GROUPS.flat().includes(dimension)),
]
