import { expect, test } from 'vitest'
import type { SeriesAnswer } from '../../lib/api.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { KPIS } from '../../lib/kpis.ts'
import { RULE_WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import {
  coveredMs,
  drawnSpanMs,
  previewPlan,
  previewPoints,
  timesBeyond,
} from './preview-series.ts'

const answer = (values: KpiValue[], from = 0, stepMs = 1_000): SeriesAnswer => ({
  asOf: 0,
  kpi: 'spend',
  unit: 'per_hour',
  from,
  to: from + values.length * stepMs,
  stepMs,
  points: values.map((value, at) => ({ t: from + at * stepMs, value, open: false })),
})
const plain = (...values: (number | null)[]): KpiValue[] => values.map((value) => ({ value }))

const plan = { ...previewPlan(KPIS.spend, '10s'), steps: 3 }

test('sums slide over the window of the rule, in every window', () => {
  for (const window of RULE_WINDOW_IDS) {
    expect(coveredMs(previewPlan(KPIS.spend, window))).toBe(WINDOWS[window].spanMs)
  }
})

test('every plan asks for whole steps of its series', () => {
  for (const kpi of BUILT_IN.kpis) {
    for (const window of RULE_WINDOW_IDS) {
      const { stepMs, steps, window: asked } = previewPlan(kpi, window)
      expect(WINDOWS[asked].spanMs % stepMs).toBe(0)
      expect(Number.isInteger(steps)).toBe(true)
    }
  }
})

test('a sliding sum starts where the first whole window ends', () => {
  expect(previewPoints([answer(plain(1, 2, 3, 4))], plan, undefined)).toEqual([
    [2_000, 6],
    [3_000, 9],
  ])
})

test('nothing measured adds nothing to a sum, and stays nothing by itself', () => {
  expect(previewPoints([answer(plain(1, null, 3))], plan, undefined)).toEqual([[2_000, 4]])
  expect(previewPoints([answer(plain(null))], { ...plan, steps: 1 }, undefined)).toEqual([
    [0, null],
  ])
})

test('credits are drawn below 0, and a sum of nothing is 0', () => {
  const values = plain(0.1, 0.2, 0.3, 0, 0, 0, -5)
  expect(previewPoints([answer(values)], plan, undefined).slice(-2)).toEqual([
    [5_000, 0],
    [6_000, -5],
  ])
})

test('two answers are one series, whichever came first', () => {
  const late = answer(plain(3, 4), 2_000)
  expect(previewPoints([late, answer(plain(1, 2))], plan, undefined)).toEqual([
    [2_000, 6],
    [3_000, 9],
  ])
})

test('a window of which nothing is known has no value, which is not 0', () => {
  const values = [...plain(1), ...plain(null), ...plain(null), ...plain(null), ...plain(4)]
  expect(previewPoints([answer(values)], { ...plan, steps: 3 }, undefined)).toEqual([
    [2_000, 1],
    [3_000, null],
    [4_000, 4],
  ])
})

test('a rule of below has no value while its window began before the stream', () => {
  const young: SeriesAnswer = {
    ...answer(plain(null, null, 5, 6, 7, 8)),
    points: plain(null, null, 5, 6, 7, 8).map((value, at) => ({
      ...{ t: at * 1_000, value, open: at === 5 },
      ...(at === 2 && { coveredMs: 400 }),
      ...(at === 5 && { coveredMs: 900 }),
    })),
  }
  expect(previewPoints([young], plan, undefined, { onlyWhole: true })).toEqual([
    [2_000, null],
    [3_000, null],
    [4_000, null],
    [5_000, 21],
  ])
  expect(previewPoints([young], plan, undefined)).toEqual([
    [2_000, 5],
    [3_000, 11],
    [4_000, 18],
    [5_000, 21],
  ])
})

test('money is drawn in the currency of the rule', () => {
  const values = [{ value: 9, currency: 'USD', money: { USD: '9', EUR: '2.5' } }]
  expect(previewPoints([answer(values)], { ...plan, steps: 1 }, 'EUR')).toEqual([[0, 2.5]])
})

test('beyond counts crossings, not points', () => {
  const points = previewPoints(
    [answer(plain(1, 6, 7, 2, 8, null, 9))],
    { ...plan, steps: 1 },
    undefined,
  )
  expect(timesBeyond(points, 5, 'above')).toBe(3)
  expect(timesBeyond(points, 2, 'below')).toBe(1)
  expect(timesBeyond(points, 100, 'above')).toBe(0)
})

test('a young stream is drawn from its first value on, but not narrower than twelve steps', () => {
  const hourly = previewPlan(KPIS.ctr, '1h')
  const hour = hourly.stepMs
  const at = (first: number) =>
    drawnSpanMs(
      [
        [0, null],
        [first, 0.1],
      ],
      hourly,
      24 * hour,
    )
  expect(at(9 * hour)).toBe(16 * hour)
  expect(at(23 * hour)).toBe(12 * hour)
  expect(drawnSpanMs([], hourly, 24 * hour)).toBe(24 * hour)
})
