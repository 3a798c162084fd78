import { useMemo } from 'react'
import { markWords } from '../../lib/kpi-mark.ts'
import type { KpiId } from '../../lib/kpis.ts'
import type { Filter } from '../../lib/view.ts'
import type { ChartBand } from '../chart/bands.tsx'
import { useCell } from '../live/store.ts'
import { faultsOf, marksOnChart } from './faults.ts'

/** When the chart's KPI was not as usual: a band for each fault. */
export function useBands(chart: {
  kpi: KpiId
  currency?: string | undefined
  filters: readonly Filter[]
}): ChartBand[] {
  const marks = useCell('marks')?.marks
  const { kpi, currency, filters } = chart
  return useMemo(() => {
    const shown = marksOnChart(marks ?? [], {
      ...{ kpi, filters },
      ...(currency !== undefined && { currency }),
    })
    return faultsOf(shown).map(({ id, began, ended, lead }) => ({
      ...{ id, from: began, to: ended, text: markWords(lead) },
    }))
  }, [marks, kpi, currency, filters])
}
