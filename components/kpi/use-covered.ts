import type { KpiId } from '../../lib/kpis.ts'
import { WINDOWS, type WindowId } from '../../lib/windows.ts'
import { useCell } from '../live/store.ts'

/** Over how much time rates of a KPI are taken, ms: the window, or of a young stream or KPI as much as there is. */
export function useCovered(window: WindowId, kpi: KpiId): number {
  const chart = useCell('chart')
  const young = useCell(`kpi.${kpi}`)?.young
  if (chart?.window !== window) return WINDOWS[window].spanMs
  return Math.min(chart.coveredMs, young?.coveredMs ?? chart.coveredMs)
}
