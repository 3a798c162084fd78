import { isCrossed } from '../../lib/crossed.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS, type Dimension, KPIS, type Kpi, type KpiId } from '../../lib/kpis.ts'
import { type Filter, filterSchema, sameFilters } from '../../lib/view.ts'

type Params = Pick<URLSearchParams, 'get'>

const DEFAULT_KPI: Kpi = KPIS.page_views

/** What the address says of the overview: `?kpi=ctr&by=account&key=a&by2=device&key2=mobile`. What it does not know is as if unsaid. */
export const readOverviewParams = (catalog: Catalog, params: Params) => ({
  kpi: catalog.kpi(params.get('kpi') ?? '') ?? DEFAULT_KPI,
  filters: readFilters(catalog, params),
})

/** One filter, where a page takes no more. */
export const readFilter = (params: Params): Filter | undefined => filterAt(params, 'by', 'key')

/** In the order in which they were chosen; the second only where the two can be combined. */
export function readFilters(catalog: Catalog, params: Params): Filter[] {
  const [first, second] = [readFilter(params), filterAt(params, 'by2', 'key2')]
  const filters = [first, second].filter((filter) => filter !== undefined)
  const [one, other] = filters
  if (one === undefined || other === undefined) return filters
  return isCrossed(catalog, one.dimension, other.dimension) ? filters : [one]
}

function filterAt(params: Params, dimension: string, key: string): Filter | undefined {
  const filter = filterSchema.safeParse({ dimension: params.get(dimension), key: params.get(key) })
  return filter.success ? filter.data : undefined
}

/** What the address says of these filters. */
export const filtersPatch = ([one, other]: readonly Filter[]) => ({
  by: one?.dimension ?? null,
  key: one?.key ?? null,
  by2: other?.dimension ?? null,
  key2: other?.key ?? null,
})

export const kpiPatch = (kpi: KpiId) => ({ kpi: kpi === DEFAULT_KPI.id ? null : kpi })

/**
 * The filters after a click on `picked` in a list: on what is filtered already, that goes; else it takes the place of
 * what was chosen of its dimension. `of`: what the list itself is restricted to; all other filters go.
 */
export function pickFilter(current: readonly Filter[], picked: Filter, of?: Filter): Filter[] {
  if (current.some((filter) => sameFilters([filter], [picked]))) {
    return current.filter((filter) => !sameFilters([filter], [picked]))
  }
  const kept = current.filter(
    (filter) =>
      filter.dimension === picked.dimension || (of !== undefined && sameFilters([filter], [of])),
  )
  return kept.some(({ dimension }) => dimension === picked.dimension)
    ? kept.map((filter) => (filter.dimension === picked.dimension ? picked : filter))
    : [...kept, picked]
}

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
