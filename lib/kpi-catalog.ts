import { KPI_IDS, KPIS, type Kpi, type KpiId } from './kpis.ts'

/** All KPIs that there are, in the order in which they are shown. */
export interface Catalog {
  readonly kpis: readonly Kpi[]
  kpi(id: KpiId): Kpi
}

export const BUILT_IN: Catalog = {
  kpis: KPI_IDS.map((id) => KPIS[id]),
  kpi: (id) => KPIS[id],
}
