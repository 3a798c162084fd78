import { CROSSED, type CrossedPair } from './crossed.ts'
import { KPI_IDS, KPIS, type Kpi, type KpiId } from './kpis.ts'

/** All KPIs that there are, in the order in which they are shown. */
export interface Catalog {
  readonly kpis: readonly Kpi[]
  /** undefined: there is none of this id. */
  kpi(id: KpiId): Kpi | undefined
  /** The dimensions that can be combined, each pair once. */
  readonly crossed: readonly CrossedPair[]
}

/** The ids must differ, and so must the pairs. */
export function createCatalog(
  kpis: readonly Kpi[],
  crossed: readonly CrossedPair[] = CROSSED,
): Catalog {
  const byId = new Map(kpis.map((kpi) => [kpi.id, kpi]))
  return { kpis, kpi: (id) => byId.get(id), crossed }
}

export const BUILT_IN: Catalog = createCatalog(KPI_IDS.map((id) => KPIS[id]))

/** For an id that was checked where it came in. Throws where it was not. */
export function kpiOf(catalog: Catalog, id: KpiId): Kpi {
  const kpi = catalog.kpi(id)
  if (kpi === undefined) throw new Error(`there is no KPI "${id}"`)
  return kpi
}

/** "there is no KPI “x”: choose one of page_views, …" */
export const unknownKpi = (catalog: Catalog, id: string): string =>
  `there is no KPI "${id}": choose one of ${catalog.kpis.map((kpi) => kpi.id).join(', ')}`
