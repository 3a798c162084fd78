import { expect, test } from 'vitest'
import { chartPoints, chartText, openFrom } from './chart-values.ts'

const span = { stepMs: 2_000, now: 100_000, newestAt: 99_500 }

test('counts become per second, money per hour, each by the length of its step', () => {
  expect(chartPoints('page_views', [[90_000, 300, 200]], span)).toEqual([[90_000, 150, 100]])
  expect(chartPoints('spend', [[90_000, 0.5, null]], span)).toEqual([[90_000, 900, null]])
})

test('ratios and latencies stay as they are', () => {
  expect(chartPoints('ctr', [[90_000, 0.02, 0.03]], span)).toEqual([[90_000, 0.02, 0.03]])
  expect(chartPoints('latency_p95', [[98_000, 240, 1]], span)).toEqual([[98_000, 240, 1]])
})

test('a running step counts by the part that has passed, the step before by the whole', () => {
  expect(chartPoints('page_views', [[98_000, 225, 300]], span)).toEqual([[98_000, 150, 150]])
})

test('a step that has only begun has no value yet', () => {
  expect(chartPoints('page_views', [[99_000, 10, 300]], span)).toEqual([[99_000, null, 150]])
})

test('no value stays no value', () => {
  expect(chartPoints('ctr', [[90_000, null, null]], span)).toEqual([[90_000, null, null]])
})

test('steps are open until the data is past them, but not for ever', () => {
  expect(openFrom(span)).toBe(99_500)
  expect(openFrom({ ...span, newestAt: 10_000 })).toBe(97_000)
  expect(openFrom({ ...span, newestAt: null })).toBe(97_000)
  expect(openFrom({ ...span, newestAt: 200_000 })).toBe(100_000)
})

test('every value of the chart has its unit', () => {
  expect(chartText('page_views', 152.3, undefined)).toBe('152.3/s')
  expect(chartText('spend', 61.2, 'EUR')).toBe('€61.20/h')
  expect(chartText('ctr', 0.0241, undefined)).toBe('2.41 %')
  expect(chartText('latency_p95', 241, undefined)).toBe('241 ms')
})
