import { expect, test } from 'vitest'
import type { ChartRow } from './chart-rows.ts'
import { lonePoints } from './lone-points.tsx'

const row = (t: number, a: number | null): ChartRow => ({
  t,
  x: t,
  open: false,
  meetsOpen: false,
  values: { a },
})
const lone = (...values: (number | null)[]) =>
  lonePoints(
    values.map((value, t) => row(t, value)),
    'a',
  ).map(({ row }) => row.t)

test('a value between gaps stands alone, also at either end', () => {
  expect(lone(1, null, 2, null, 3)).toEqual([0, 2, 4])
  expect(lone(7)).toEqual([0])
})

test('values that meet are a line', () => {
  expect(lone(1, 2, null, 0, 0)).toEqual([])
})
