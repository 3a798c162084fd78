import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CatalogAnswer } from '../../lib/api.ts'
import { BUILT_IN, type Catalog, createCatalog } from '../../lib/kpi-catalog.ts'
import type { Answered } from './http.ts'

export interface CatalogStore {
  catalog: Catalog
  /** The fingerprint of what was loaded; null: nothing yet, the catalog is what is built in. */
  version: string | null
}

/** What the live connection says. */
export interface Heard {
  connected: boolean
  /** The fingerprint in the status; undefined before the first status. */
  version: string | undefined
}

export interface CatalogLoader {
  store: StoreApi<CatalogStore>
  /** To be told whenever something of it may have changed. */
  hear(heard: Heard): void
}

/** The same version is not asked for sooner, whether it failed or came as another one. */
const AGAIN_AFTER_MS = 5_000

/**
 * Keeps the catalog that the server has: loads it with each connection, as it may be to another server, which gives
 * no status for a view of a KPI that it does not know; and when the status names another version. What failed leaves
 * the catalog as it was, and is tried again when the status changes or the connection comes back.
 */
export function createCatalogLoader({
  load,
  now,
}: {
  load: () => Promise<Answered<CatalogAnswer>>
  now: () => number
}): CatalogLoader {
  const store = createStore<CatalogStore>()(() => ({ catalog: BUILT_IN, version: null }))
  let heard: Heard = { connected: false, version: undefined }
  let loading = false
  let connections = 0
  /** The last connection in which the catalog was loaded. */
  let confirmedIn = 0
  let tried: { version: string | undefined; at: number } | null = null

  const due = (): boolean => {
    if (!heard.connected || loading) return false
    const named = heard.version === undefined || heard.version === store.getState().version
    if (confirmedIn === connections && named) return false
    return tried === null || tried.version !== heard.version || now() - tried.at >= AGAIN_AFTER_MS
  }
  const loadIfDue = async (): Promise<void> => {
    while (due()) {
      tried = { version: heard.version, at: now() }
      loading = true
      const connection = connections
      const answer = await load()
      loading = false
      if (!answer.ok) continue
      confirmedIn = connection
      const { kpis, crossed, version } = answer.value
      if (version === store.getState().version) continue
      store.setState({ catalog: createCatalog(kpis, crossed), version })
    }
  }
  return {
    store,
    hear(next) {
      if (next.connected && !heard.connected) {
        connections += 1
        tried = null
      }
      heard = next
      void loadIfDue()
    },
  }
}
