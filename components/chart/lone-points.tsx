import type { ChartRow, ChartSeries } from './chart-rows.ts'
import { type Plot, plotX, plotY } from './plot.ts'
import styles from './time-chart.module.css'

/** Values with nothing on either side: no line can show them. */
export function lonePoints(
  rows: readonly ChartRow[],
  id: string,
): { row: ChartRow; value: number }[] {
  return rows.flatMap((row, index) => {
    const value = row.values[id] ?? null
    const before = rows[index - 1]?.values[id] ?? null
    const after = rows[index + 1]?.values[id] ?? null
    return value !== null && before === null && after === null ? [{ row, value }] : []
  })
}

export function LonePoints({
  rows,
  series,
  plot,
}: {
  rows: readonly ChartRow[]
  series: readonly (ChartSeries & { color: string })[]
  plot: Plot
}) {
  return series
    .filter(({ kind }) => kind !== 'bar')
    .flatMap(({ id, color }) =>
      lonePoints(rows, id)
        .filter(({ row }) => row.x >= plot.from && row.x <= plot.to)
        .map(({ row, value }) => (
          <span
            key={`${id}${row.t}`}
            className={styles.lone}
            data-open={row.open || undefined}
            style={{ left: plotX(plot, row.x), top: plotY(plot, value), color }}
          />
        )),
    )
}
