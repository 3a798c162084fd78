import { type Plot, plotY } from './plot.ts'
import styles from './time-chart.module.css'

export interface ChartThreshold {
  /** In the chart's own values. */
  value: number
  label: string
  tone: 'warn' | 'bad' | 'good'
}

/** The words at the threshold lines. One that lies above the chart is named at its top. */
export function ThresholdLabels({
  thresholds,
  plot,
}: {
  thresholds: readonly ChartThreshold[]
  plot: Plot
}) {
  let above = 0
  return thresholds.map((threshold) => {
    const outside = threshold.value > plot.max
    const top = outside ? plot.top + 16 * above++ : plotY(plot, threshold.value) - 17
    return (
      <span
        key={`${threshold.label}${threshold.value}`}
        className={styles.threshold}
        data-tone={threshold.tone}
        style={{ top: Math.max(0, top), left: plot.left + 6 }}
      >
        {outside && '↑ '}
        {threshold.label}
      </span>
    )
  })
}
