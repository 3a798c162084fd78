import type { ChartRow, ChartSeries } from './chart-rows.ts'

/** The chart in a sentence, for those who cannot see it: of its first series that is not of the period before. */
export function chartSummary(
  label: string,
  rows: readonly ChartRow[],
  series: readonly ChartSeries[],
  format: (value: number) => string,
): string {
  const { id } = series.find(({ before }) => before !== true) ?? series[0] ?? {}
  const values = rows
    .filter((row) => !row.open)
    .map((row) => (id === undefined ? null : (row.values[id] ?? null)))
    .filter((value) => value !== null)
  if (values.length === 0) return `${label}: nothing measured in this time`
  const last = values.at(-1) ?? 0
  return `${label}: last ${format(last)}, lowest ${format(Math.min(...values))}, highest ${format(Math.max(...values))}. Step through with the arrow keys.`
}
