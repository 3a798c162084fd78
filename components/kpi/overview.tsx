'use client'

import type { Dimension, KpiId } from '../../lib/kpis.ts'
import type { View } from '../../lib/view.ts'
import { useUrlState, windowOf } from '../frame/url-state.ts'
import { useCatalog } from '../live/catalog.ts'
import { useWatch } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { useEscape } from '../ui/use-escape.ts'
import { EventFeed } from './event-feed.tsx'
import { KpiStrip } from './kpi-strip.tsx'
import { Lists } from './lists.tsx'
import { MainChart } from './main-chart.tsx'
import styles from './overview.module.css'
import { filterPatch, kpiPatch, NO_FILTER, readOverviewParams } from './overview-params.ts'

/** The business at a glance: KPIs, the chosen one over time, where it comes from, and the events themselves. */
export function Overview() {
  const [params, change] = useUrlState()
  const window = windowOf(params)
  const { kpi, filter } = readOverviewParams(useCatalog(), params)
  const view: View = {
    kind: 'overview',
    window,
    kpi: kpi.id,
    ...(filter !== undefined && { filter }),
  }
  useWatch(view)
  const { stale } = useStaleness()

  const clear = () => change(NO_FILTER)
  const choose = (chosen: KpiId) => change(kpiPatch(chosen))
  const pick = (dimension: Dimension, key: string) => change(filterPatch(filter, dimension, key))
  useEscape(filter === undefined ? undefined : clear)

  return (
    <div className={styles.overview} data-stale={stale || undefined}>
      <KpiStrip window={window} chosen={kpi.id} onChoose={choose} />
      <MainChart kpi={kpi} window={window} filter={filter} onClear={clear} />
      <div className={styles.lists}>
        <Lists kpi={kpi} window={window} filter={filter} onPick={pick} />
        <EventFeed />
      </div>
    </div>
  )
}
