import type { Kysely } from 'kysely'
import { createKpiApp, type KpiApp, type KpiAppPorts } from './apps/kpi/kpi-app.ts'
import { incarnationId } from './store/incarnations.ts'
import type { Schema } from './store/schema.ts'

/** Panes of a former stream that stay in memory: somebody looks at it now and then. */
const MAX_RESTING_BYTES = 8 * 1_024 * 1_024
/** Former streams that are open at a time. */
const MOST_OPEN = 2

/** KPIs of streams that were deleted and created again, over what is still kept of their panes. */
export interface FormerKpis {
  /** undefined: there was no stream of this number. */
  of(number: number): Promise<KpiApp | undefined>
}

/** They are read from the store when they are first asked for, and change no more. */
export function createFormerKpis(
  ports: Omit<KpiAppPorts, 'retention' | 'maxRestingBytes'> & {
    db: Kysely<Schema>
    /** The stream that is read. */
    streamId: number
    retention: () => NonNullable<KpiAppPorts['retention']>
  },
): FormerKpis {
  const open = new Map<number, Promise<KpiApp | undefined>>()

  async function restored(number: number): Promise<KpiApp | undefined> {
    const streamId = await incarnationId(ports.db, ports.streamId, number)
    if (streamId === undefined) return undefined
    const retention = ports.retention()
    const app = createKpiApp({ ...ports, streamId, retention, maxRestingBytes: MAX_RESTING_BYTES })
    await app.restore()
    return app
  }

  return {
    of(number) {
      const app = open.get(number) ?? restored(number)
      // The one that was asked for last is the last to go.
      open.delete(number)
      open.set(number, app)
      app.catch(() => open.delete(number))
      const [oldest] = open.keys()
      if (open.size > MOST_OPEN && oldest !== undefined) open.delete(oldest)
      return app
    },
  }
}
