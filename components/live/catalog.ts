import { useStore } from 'zustand'
import type { CatalogAnswer } from '../../lib/api.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { KPIS, type Kpi, type KpiId } from '../../lib/kpis.ts'
import { createCatalogLoader } from './catalog-store.ts'
import { browserNow } from './clock.ts'
import { getJson } from './http.ts'
import { type LiveStore, liveStore } from './live-store.ts'

/** The one catalog of the page. */
const { store, hear } = createCatalogLoader({
  load: () => getJson<CatalogAnswer>('/api/v1/catalog'),
  now: browserNow,
})

/** Loads the catalog as the live connection says. To be called once for the life of the page. */
export function followCatalog(): void {
  liveStore.subscribe(({ connection, live }: LiveStore) =>
    hear({
      connected: connection.state === 'live',
      version: live.state?.cells.status?.catalog,
    }),
  )
}

/** All KPIs that there are. Until they are loaded those that are built in, so that the first paint waits for nothing. */
export const useCatalog = (): Catalog => useStore(store, ({ catalog }) => catalog)

/** A KPI of the catalog; where it has none of this id, page views. */
export const useKpi = (id: KpiId): Kpi =>
  useStore(store, ({ catalog }) => catalog.kpi(id) ?? KPIS.page_views)

/** Whether there is no such KPI. Nothing is gone before the catalog was loaded. */
export const useGone = (id: KpiId): boolean =>
  useStore(store, ({ catalog, version }) => version !== null && catalog.kpi(id) === undefined)
