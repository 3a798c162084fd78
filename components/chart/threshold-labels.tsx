import { type Plot, plotY } from './plot.ts'
import styles from './time-chart.module.css'

export interface ChartThreshold {
  /** In the chart's own values. */
  value: number
  label: string
  tone: 'warn' | 'bad' | 'good'
}

const LINE_PX = 16

/** The words at the threshold lines. One that lies above the chart is named at its top, one below at its foot. */
export function ThresholdLabels({
  thresholds,
  plot,
}: {
  thresholds: readonly ChartThreshold[]
  plot: Plot
}) {
  let above = 0
  let below = 0
  const placed = ({ value }: ChartThreshold) => {
    if (value > plot.max) return { top: plot.top + LINE_PX * above++, arrow: '↑ ' }
    if (value < plot.min) return { top: plot.top + plot.height - LINE_PX * ++below, arrow: '↓ ' }
    return { top: plotY(plot, value) - LINE_PX - 1, arrow: '' }
  }
  return thresholds.map((threshold) => {
    const { top, arrow } = placed(threshold)
    return (
      <span
        key={`${threshold.label}${threshold.value}`}
        className={styles.threshold}
        data-tone={threshold.tone}
        style={{ top: Math.max(0, top), left: plot.left + 6 }}
      >
        {arrow}
        {threshold.label}
      </span>
    )
  })
}
