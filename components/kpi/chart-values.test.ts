import { expect, test } from 'vitest'
import type { Point } from '../../lib/frames.ts'
import { KPIS } from '../../lib/kpis.ts'
import { chartPoints, chartText, measuredSince, openFrom } from './chart-values.ts'

const span = { stepMs: 2_000, now: 100_000, newestAt: 99_500 }

test('counts become per second, money per hour, each by the length of its step', () => {
  expect(chartPoints(KPIS.page_views, [[90_000, 300, 200]], span)).toEqual([[90_000, 150, 100]])
  expect(chartPoints(KPIS.spend, [[90_000, 0.5, null]], span)).toEqual([[90_000, 900, null]])
})

test('few counts are by a longer time', () => {
  const rate = { ms: 60_000, text: '/min' } as const
  const points = chartPoints(KPIS.page_views, [[90_000, 3, 2]], { ...span, rate })
  expect(points).toEqual([[90_000, 90, 60]])
  expect(chartText(KPIS.page_views, 90, undefined, rate)).toBe('90.0/min')
  expect(chartPoints(KPIS.spend, [[90_000, 0.5, null]], { ...span, rate })).toEqual([
    [90_000, 900, null],
  ])
})

test('ratios and latencies stay as they are', () => {
  expect(chartPoints(KPIS.ctr, [[90_000, 0.02, 0.03]], span)).toEqual([[90_000, 0.02, 0.03]])
  expect(chartPoints(KPIS.latency_p95, [[96_000, 240, 1]], span)).toEqual([[96_000, 240, 1]])
})

test('a running step counts by the part that has passed, the step before by the whole', () => {
  const minute = { ...span, stepMs: 60_000 }
  expect(chartPoints(KPIS.page_views, [[69_500, 4_500, 9_000]], minute)).toEqual([
    [69_500, 150, 150],
  ])
  expect(chartPoints(KPIS.ctr, [[69_500, 0.02, 0.03]], minute)).toEqual([[69_500, 0.02, 0.03]])
})

test('a step that has only begun has no rate yet; what is over the whole window has its value', () => {
  expect(chartPoints(KPIS.page_views, [[98_000, 10, 300]], span)).toEqual([[98_000, null, 150]])
  expect(chartPoints(KPIS.ctr, [[98_000, 0.5, null]], span)).toEqual([[98_000, 0.5, null]])
})

test('the step of the first event known counts by the part after it, and has no rate where that is less than 5 s', () => {
  const hours = { stepMs: 300_000, now: 1_000_000, newestAt: 999_500 }
  const of = (since: number | null) =>
    chartPoints(KPIS.page_views, [[300_000, 600, 2_400]], { ...hours, since })
  expect(of(540_000)).toEqual([[300_000, 10, 8]])
  expect(of(590_000)).toEqual([[300_000, 60, 8]])
  expect(of(599_000)).toEqual([[300_000, null, 8]])
  expect(of(0)).toEqual([[300_000, 2, 8]])
  expect(of(null)).toEqual([[300_000, 2, 8]])
})

test('a step that began with the first event and still runs counts by what is between', () => {
  const running = { stepMs: 300_000, now: 500_000, newestAt: 500_000, since: 450_000 }
  expect(chartPoints(KPIS.page_views, [[300_000, 500, null]], running)).toEqual([
    [300_000, 10, null],
  ])
})

test('of a short step all must be known: no time before the first event is divided by', () => {
  const first = { ...span, since: 91_000 }
  expect(chartPoints(KPIS.page_views, [[90_000, 300, null]], first)).toEqual([[90_000, null, null]])
  expect(chartPoints(KPIS.page_views, [[92_000, 300, null]], first)).toEqual([[92_000, 150, null]])
})

test('a step of the span before that the stream was not all of counts by the part after its first event', () => {
  const minutes = { stepMs: 60_000, now: 900_000, newestAt: 900_000, earlierMs: 300_000 }
  const of = (since: number) =>
    chartPoints(KPIS.page_views, [[600_000, 60, 120]], { ...minutes, since })
  expect(of(340_000)).toEqual([[600_000, 1, 6]])
  expect(of(357_000)).toEqual([[600_000, 1, null]])
  expect(of(0)).toEqual([[600_000, 1, 2]])
})

test('the open step keeps its rate while the server says nothing, however late it is', () => {
  const hangs = { stepMs: 60_000, now: 100_000, newestAt: 99_500, since: 0 }
  const points: Point[] = [[60_000, 3_950, null]]
  // `now` is what the last frame said, not the clock of the browser: it stands.
  expect(chartPoints(KPIS.page_views, points, hangs)).toEqual([[60_000, 100, null]])
  expect(openFrom(hangs)).toBeLessThan(120_000)
})

test('a step that the data does not reach yet has no rate', () => {
  const behind = { ...span, newestAt: 90_000, since: 0 }
  expect(chartPoints(KPIS.page_views, [[98_000, 0, 300]], behind)).toEqual([[98_000, null, 150]])
})

test('no value stays no value', () => {
  expect(chartPoints(KPIS.ctr, [[90_000, null, null]], span)).toEqual([[90_000, null, null]])
})

test('steps are open until the data of every shard is past them, but not for ever', () => {
  expect(openFrom(span)).toBe(98_500)
  expect(openFrom({ ...span, newestAt: 10_000 })).toBe(96_000)
  expect(openFrom({ ...span, newestAt: null })).toBe(96_000)
  expect(openFrom({ ...span, newestAt: 200_000 })).toBe(99_000)
})

test('a chart that begins before the first event knows where that is', () => {
  const points: Point[] = [
    [0, null, null],
    [2_000, null, null],
    [40_000, 3, null],
  ]
  expect(measuredSince(points, { from: 0, stepMs: 2_000 })).toBe(40_000)
  expect(measuredSince([[2_000, 0, null]], { from: 0, stepMs: 2_000 })).toBeUndefined()
  expect(measuredSince([], { from: 0, stepMs: 2_000 })).toBeUndefined()
})

test('every value of the chart has its unit', () => {
  expect(chartText(KPIS.page_views, 152.3, undefined)).toBe('152.3/s')
  expect(chartText(KPIS.spend, 61.2, 'EUR')).toBe('€61.20/h')
  expect(chartText(KPIS.ctr, 0.0241, undefined)).toBe('2.41 %')
  expect(chartText(KPIS.latency_p95, 241, undefined)).toBe('241 ms')
})
