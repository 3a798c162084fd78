'use client'

import type { KpiId } from '../../lib/kpis.ts'
import { type Filter, filtersOf, overPeriod, sameFilters, type View } from '../../lib/view.ts'
import { FixedLine } from '../frame/fixed-line.tsx'
import { IncompleteLine } from '../frame/incomplete-line.tsx'
import { shownRange } from '../frame/shown-range.ts'
import { useIncarnation, usePeriod, useUrlState } from '../frame/url-state.ts'
import { useCatalog } from '../live/catalog.ts'
import { useCell, useWatch } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import type { Fault } from '../marks/faults.ts'
import { MarksPanel } from '../marks/marks-panel.tsx'
import { BeyondNotices } from '../shards/beyond-notice.tsx'
import { useEscape } from '../ui/use-escape.ts'
import { EventFeed } from './event-feed.tsx'
import { KpiStrip } from './kpi-strip.tsx'
import { Lists } from './lists.tsx'
import { MainChart } from './main-chart.tsx'
import styles from './overview.module.css'
import {
  filtersPatch,
  kpiPatch,
  pickFilter,
  readFilters,
  readOverviewParams,
} from './overview-params.ts'

/** The business at a glance: KPIs, the chosen one over time, where it comes from, and the events themselves. */
export function Overview() {
  const [params, change] = useUrlState()
  const [period] = usePeriod()
  const [incarnation] = useIncarnation()
  const catalog = useCatalog()
  const { kpi, filters } = readOverviewParams(catalog, params)
  const filter = filtersOf(filters)
  const view: View = {
    kind: 'overview',
    ...overPeriod(period, incarnation),
    kpi: kpi.id,
    ...(filter !== undefined && { filter }),
  }
  useWatch(view)
  const { stale } = useStaleness()
  const chart = useCell('chart')

  const restrict = (next: (now: readonly Filter[]) => readonly Filter[]) =>
    change((now) => filtersPatch(next(readFilters(catalog, now))))
  const lift = (filter: Filter) =>
    restrict((now) => now.filter((each) => !sameFilters([each], [filter])))
  const choose = (chosen: KpiId) => change(kpiPatch(chosen))
  const pick = (picked: Filter, of?: Filter) => restrict((now) => pickFilter(now, picked, of))
  const show = ({ lead, key }: Fault) =>
    change({ ...kpiPatch(lead.kpi), ...filtersPatch(key === undefined ? [] : [key]) })
  const last = filters.at(-1)
  useEscape(last && (() => lift(last)))

  return (
    <div className={styles.overview} data-stale={stale || undefined}>
      <FixedLine shown={shownRange(chart)} />
      <IncompleteLine incomplete={chart?.incomplete} />
      <KpiStrip period={period} chosen={kpi.id} onChoose={choose} />
      <MarksPanel period={period} onShow={show} />
      <BeyondNotices />
      <MainChart kpi={kpi} period={period} filters={filters} onLift={lift} />
      <div className={styles.lists}>
        <Lists kpi={kpi} period={period} filters={filters} onPick={pick} />
        <EventFeed />
      </div>
    </div>
  )
}
