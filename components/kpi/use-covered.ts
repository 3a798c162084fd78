import type { Kpi } from '../../lib/kpis.ts'
import { useCell } from '../live/store.ts'
import { kpiRateTime, type RateTime, rateTime, rateTimeWords } from './rate-time.ts'

const NOTHING: RateTime = { from: 0, to: 0, ms: 0, wholeMs: 0 }

/** What rates of a KPI of the overview are over: the window as far as it is over, or of a young stream or KPI as much as there is. */
export function useRateTime({ id }: Kpi): RateTime {
  const chart = useCell('chart')
  const young = useCell(`kpi.${id}`)?.young
  const asOf = useCell('asOf')
  return chart === undefined ? NOTHING : kpiRateTime(chart, young, asOf)
}

/** As `useRateTime`, of figures of the overview that are known `from` on. */
export function useRateTimeFrom(from: number | null): RateTime {
  const chart = useCell('chart')
  const asOf = useCell('asOf')
  return chart === undefined ? NOTHING : rateTime(chart, asOf, from)
}

/** How long `useRateTime` is, ms. */
export const useCovered = (kpi: Kpi): number => useRateTime(kpi).ms

/** What rates are over, in words, where a KPI has rates and that is less than the window. */
export function useRateWords(kpi: Kpi): string | undefined {
  const words = rateTimeWords(useRateTime(kpi))
  return kpi.unit === 'per_second' || kpi.unit === 'per_hour' ? words : undefined
}
