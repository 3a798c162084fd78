import type { ChartSeries } from '../chart/chart-rows.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { useShownNow } from '../live/store.ts'
import { usePhone } from '../live/use-media.ts'
import { MEASURES, type Measure } from './measures.ts'
import { coarser, spanOf, stepOf } from './throughput-series.ts'

/** A phone has a pixel for each second: steps are put together, so that lines can be told apart. */
const PHONE_STEP_MS = 5_000

export interface ThroughputChartProps {
  label: string
  measure: Measure
  /** Points are those of series `shard.<id>`. */
  series: readonly Omit<ChartSeries, 'column'>[]
  /** What the limit is called: "Limit of a shard". */
  limitLabel: string
  /** px */
  height: { phone: number; desktop: number }
}

/** Throughput up to now, against what one shard may take in. */
export function ThroughputChart(props: ThroughputChartProps) {
  const { label, measure, series, limitLabel, height } = props
  const now = useShownNow()
  const phone = usePhone()
  const { column, limit, limitText, format } = MEASURES[measure]
  const fine = series.map(({ points }) => points)
  const fineMs = stepOf(fine)
  const factor = phone ? Math.ceil(PHONE_STEP_MS / fineMs) : 1
  const stepMs = fineMs * factor
  const drawn = series.map((each) => ({
    ...each,
    points: coarser(each.points, fineMs, factor),
    column,
  }))
  return (
    <TimeChart
      label={label}
      series={drawn}
      from={now - spanOf(drawn.map(({ points }) => points))}
      to={now}
      stepMs={stepMs}
      openFrom={now - stepMs}
      unitFormat={format}
      thresholds={[{ value: limit, label: `${limitLabel}: ${limitText}`, tone: 'warn' }]}
      height={phone ? height.phone : height.desktop}
    />
  )
}
