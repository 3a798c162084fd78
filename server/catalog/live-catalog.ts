import { BUILT_IN, type Catalog, createCatalog } from '../../lib/kpi-catalog.ts'
import type { Kpi, KpiId } from '../../lib/kpis.ts'
import type { KpiFile } from './kpi-file.ts'

export type KpiOrigin = 'built_in' | 'file' | 'composed'

/** The catalog of the main thread. Whoever holds `catalog` sees each change; this is the one place that makes any. */
export interface LiveCatalog {
  readonly catalog: Catalog
  /** From now on these are the composed ones. One with an id of the file's is left out: the file wins. */
  compose(composed: readonly Kpi[]): void
  /** Where the KPI of this id comes from; undefined: there is none. */
  originOf(id: KpiId): KpiOrigin | undefined
}

/** `file`: what the team's file holds, for the life of the process. */
export function createLiveCatalog(file: KpiFile): LiveCatalog {
  const crossed = [...BUILT_IN.crossed, ...file.crossed]
  const fixed = createCatalog([...BUILT_IN.kpis, ...file.kpis], crossed)
  let current = fixed
  return {
    catalog: {
      get kpis() {
        return current.kpis
      },
      kpi: (id) => current.kpi(id),
      crossed,
    },
    compose(composed) {
      const others = composed.filter(({ id }) => fixed.kpi(id) === undefined)
      current = createCatalog([...fixed.kpis, ...others], crossed)
    },
    originOf(id) {
      if (BUILT_IN.kpi(id) !== undefined) return 'built_in'
      if (fixed.kpi(id) !== undefined) return 'file'
      return current.kpi(id) === undefined ? undefined : 'composed'
    },
  }
}
