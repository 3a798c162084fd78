import type { KpiId } from '../../lib/kpis.ts'
import { type Period, samePeriod, spanOf } from '../../lib/period.ts'
import { useCell } from '../live/store.ts'

/** Over how much time rates of a KPI are taken, ms: the window, or of a young stream or KPI as much as there is. */
export function useCovered(period: Period, kpi: KpiId): number {
  const chart = useCell('chart')
  const young = useCell(`kpi.${kpi}`)?.young
  if (chart === undefined || !samePeriod(chart.period, period)) return spanOf(period)
  return Math.min(chart.coveredMs, young?.coveredMs ?? chart.coveredMs)
}
