import { expect, test } from 'vitest'
import { type ChartSeries, chartRows } from './chart-rows.ts'
import { chartSummary } from './chart-summary.ts'

const series = (id: string, values: readonly number[], before = false): ChartSeries => ({
  ...{ id, label: id, column: 1, kind: 'line', before },
  points: values.map((value, n) => [n * 1_000, value]),
})
const span = { from: 0, to: 4_000, stepMs: 1_000, openFrom: 3_500, centred: false }
const summaryOf = (...all: ChartSeries[]) =>
  chartSummary('Spend', chartRows(all, span), all, (value) => `$${value}`)

test('a chart is summed up by what is shown, though the period before is drawn first', () => {
  const shown = series('now', [2, 7, 4, 900])
  const text = 'Spend: last $4, lowest $2, highest $7. Step through with the arrow keys.'
  expect(summaryOf(series('before', [0, 0, 0, 0], true), shown)).toBe(text)
  expect(summaryOf(shown)).toBe(text)
})

test('a chart without a step that is over says that there is nothing', () => {
  expect(summaryOf()).toBe('Spend: nothing measured in this time')
  expect(summaryOf(series('now', []))).toBe('Spend: nothing measured in this time')
})
