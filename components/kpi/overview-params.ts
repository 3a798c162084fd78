import type { Catalog } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS, type Dimension, KPIS, type Kpi, type KpiId } from '../../lib/kpis.ts'
import { type Filter, filterSchema } from '../../lib/view.ts'

type Params = Pick<URLSearchParams, 'get'>

const DEFAULT_KPI: Kpi = KPIS.page_views

/** What the address says of the overview: `?kpi=ctr&by=page&key=/x`. What it does not know is as if unsaid. */
export const readOverviewParams = (catalog: Catalog, params: Params) => ({
  kpi: catalog.kpi(params.get('kpi') ?? '') ?? DEFAULT_KPI,
  filter: readFilter(params),
})

export function readFilter(params: Params): Filter | undefined {
  const filter = filterSchema.safeParse({ dimension: params.get('by'), key: params.get('key') })
  return filter.success ? filter.data : undefined
}

export const kpiPatch = (kpi: KpiId) => ({ kpi: kpi === DEFAULT_KPI.id ? null : kpi })

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
