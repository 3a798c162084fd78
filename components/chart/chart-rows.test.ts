import { expect, test } from 'vitest'
import type { Point } from '../../lib/frames.ts'
import { type ChartSeries, chartRows, rowAt, valueExtent } from './chart-rows.ts'

const line = (id: string, points: Point[], column = 1): ChartSeries => ({
  id,
  label: id,
  points,
  column,
  kind: 'line',
})
const span = { from: 0, to: 10_000, stepMs: 1_000, centred: false }

test('a step is drawn at its end, one that is still running at the right edge', () => {
  const rows = chartRows(
    [
      line('a', [
        [8_000, 1],
        [9_500, 2],
      ]),
    ],
    { ...span, openFrom: 9_500 },
  )
  expect(rows.map((row) => [row.x, row.open])).toEqual([
    [9_000, false],
    [10_000, true],
  ])
})

test('bars stand in the middle of their step', () => {
  const rows = chartRows([line('a', [[8_000, 1]])], { ...span, centred: true })
  expect(rows[0]?.x).toBe(8_500)
})

test('a missing step becomes a row without values', () => {
  const rows = chartRows(
    [
      line('a', [
        [1_000, 1],
        [5_000, 2],
      ]),
    ],
    span,
  )
  expect(rows.map((row) => row.values)).toEqual([{ a: 1 }, {}, { a: 2 }])
})

test('series that lack a step of another have no value there', () => {
  const rows = chartRows([line('a', [[1_000, 1]]), line('b', [[2_000, 5]])], span)
  expect(rows.map((row) => row.values)).toEqual([{ a: 1 }, { b: 5 }])
})

test('the last finished step meets the open one', () => {
  const points: Point[] = [
    [7_000, 1],
    [8_000, 1],
    [9_000, 1],
  ]
  const rows = chartRows([line('a', points)], { ...span, openFrom: 9_000 })
  expect(rows.map((row) => row.meetsOpen)).toEqual([false, true, false])
})

test('what lies more than a step before the left edge is left out', () => {
  const rows = chartRows(
    [
      line('a', [
        [-3_000, 1],
        [-1_000, 1],
        [0, 1],
      ]),
    ],
    span,
  )
  expect(rows.map((row) => row.t)).toEqual([-1_000, 0])
})

test('the top of a stack is its largest sum, the window before counts alone', () => {
  const before: ChartSeries = { ...line('c', [[0, 9]]), before: true }
  const series = [line('a', [[0, 3]]), line('b', [[0, 4]]), before]
  const rows = chartRows(series, span)
  expect(valueExtent(rows, series, true).top).toBe(9)
  expect(valueExtent(rows, series.slice(0, 2), true).top).toBe(7)
  expect(valueExtent(rows, series.slice(0, 2), false).top).toBe(4)
})

test('what is below 0 is inside the chart, of a stack the sum of it', () => {
  const series = [line('a', [[0, -3]]), line('b', [[0, 4]]), line('c', [[0, -2]])]
  const rows = chartRows(series, span)
  expect(valueExtent(rows, series, false)).toEqual({ top: 4, bottom: -3 })
  expect(valueExtent(rows, series, true)).toEqual({ top: 4, bottom: -5 })
  expect(valueExtent(rows, [], false)).toEqual({ top: 0, bottom: 0 })
})

test('what still comes in is drawn inside the chart, and so is what was then in the period before', () => {
  const points: Point[] = [
    [8_000, 3, 4],
    [9_000, 50, 60],
  ]
  const before: ChartSeries = { ...line('before', points, 2), before: true }
  const series = [line('now', points), before]
  const rows = chartRows(series, { ...span, openFrom: 9_500 })
  expect(rows.map(({ open }) => open)).toEqual([false, true])
  expect(valueExtent(rows, series, false).top).toBe(60)
  expect(valueExtent(rows, series.slice(0, 1), false).top).toBe(50)
  expect(valueExtent(rows, series.slice(0, 1), true).top).toBe(50)
})

test('a time far from every step has no row', () => {
  const rows = chartRows([line('a', [[1_000, 1]])], span)
  expect(rowAt(rows, 2_400, 1_000)?.t).toBe(1_000)
  expect(rowAt(rows, 6_000, 1_000)).toBeUndefined()
})
