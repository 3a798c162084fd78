import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  inSentence,
  kpiChange,
  kpiFigure,
  kpiText,
  measuredFigure,
  thresholdText,
} from './format-kpi.ts'
import { BUILT_IN } from './kpi-catalog.ts'
import { KPIS } from './kpis.ts'

const MINUTE = 60_000

describe('a figure is in its unit', () => {
  test('counts are per second', () => {
    const figure = kpiFigure(KPIS.page_views, { value: 9_138 }, MINUTE)
    expect(figure).toEqual({ text: '152.3', unit: '/s', exact: '9,138 in 1 min' })
  })
  test('few counts are by a longer time, alone or as it is said', () => {
    const week = 7 * 24 * 60 * MINUTE
    const figure = kpiFigure(KPIS.page_views, { value: 5_443 }, week)
    expect(figure).toEqual({ text: '32.4', unit: '/h', exact: '5,443 in 7 d' })
    const said = kpiFigure(KPIS.page_views, { value: 20 }, week, { ms: 3_600_000, text: '/h' })
    expect(said).toMatchObject({ text: '0.12', unit: '/h' })
  })
  test('money is per hour, exact over the window', () => {
    const value = { value: 1.02, currency: 'USD', money: { USD: '1.020001' } }
    const figure = kpiFigure(KPIS.spend, value, MINUTE)
    expect(figure).toEqual({ text: '$61.20', unit: '/h', exact: '$1.020001 in 1 min' })
  })
  test('money in other currencies stands beside it, by the same time, and is never added', () => {
    const value = { value: 1, currency: 'USD', money: { USD: '1', JPY: '1999', EUR: '100' } }
    expect(kpiFigure(KPIS.revenue, value, 60 * MINUTE)).toEqual({
      text: '$1.00',
      unit: '/h',
      exact: '$1.00, €100.00, ¥1,999 in 1 h',
      others: ['€100.00/h', '¥1,999/h'],
    })
    expect(kpiText(KPIS.revenue, value, 60 * MINUTE)).toBe('$1.00/h and €100.00/h, ¥1,999/h')
    expect(kpiFigure(KPIS.yield, value, MINUTE).others).toEqual(['€100.00', '¥1,999'])
    expect(measuredFigure(KPIS.spend, value).others).toEqual(['€100.00', '¥1,999'])
  })
  test('ratios are percent', () => {
    expect(kpiText(KPIS.ctr, { value: 0.0241 }, MINUTE)).toBe('2.41 %')
  })
  test('yield is per thousand', () => {
    expect(kpiText(KPIS.yield, { value: 1.2, currency: 'EUR' }, MINUTE)).toBe('€1.20 per 1,000')
  })
  test('latency is in milliseconds', () => {
    expect(kpiText(KPIS.latency_p95, { value: 241.4 }, MINUTE)).toBe('241 ms')
  })
})

test('no value is a dash, in every KPI', () => {
  for (const kpi of BUILT_IN.kpis) {
    const figure = kpiFigure(kpi, { value: null }, MINUTE)
    expect([kpi.id, figure.text, figure.exact]).toEqual([kpi.id, '–', '–'])
  }
})

describe('a change', () => {
  test('of a rate is in percent, of a percentage in points', () => {
    expect(kpiChange(KPIS.visitors, { value: 104 }, { value: 100 })).toEqual({
      kind: 'change',
      direction: 'up',
      text: '4 %',
      tone: 'better',
    })
    expect(kpiChange(KPIS.ctr, { value: 0.022 }, { value: 0.024 })).toMatchObject({
      direction: 'down',
      text: '0.2 pt',
      tone: 'worse',
    })
  })
  test('against nothing is new', () => {
    expect(kpiChange(KPIS.visitors, { value: 4 }, { value: 0 })).toMatchObject({ kind: 'new' })
    expect(kpiChange(KPIS.ctr, { value: 0.1 }, { value: null })).toMatchObject({ kind: 'new' })
  })
  test('from credits to spending is no percentage, among credits it is', () => {
    const change = (to: number, from: number) =>
      kpiChange(KPIS.revenue, { value: to }, { value: from })
    expect(change(5, -10)).toMatchObject({ text: 'from below 0', direction: 'up', tone: 'better' })
    expect(change(-5, 10)).toMatchObject({ text: 'to below 0', direction: 'down', tone: 'worse' })
    expect(change(-20, -10)).toMatchObject({ text: '100 %', direction: 'down' })
    expect(change(0, -10)).toMatchObject({ text: '100 %', direction: 'up' })
    expect(change(-5, 0)).toMatchObject({ kind: 'new', direction: 'down' })
  })
  test('of nothing is none', () => {
    expect(kpiChange(KPIS.ctr, { value: null }, { value: 0.1 })).toMatchObject({ kind: 'none' })
    expect(kpiChange(KPIS.visitors, { value: 0 }, { value: null })).toMatchObject({ kind: 'none' })
  })
  test('too small to show is the same, in grey', () => {
    const change = kpiChange(KPIS.visitors, { value: 100_001 }, { value: 100_000 })
    expect(change).toMatchObject({ kind: 'same', tone: 'neutral' })
  })
  test('is worse when errors rise, and neither when spend does', () => {
    expect(kpiChange(KPIS.error_rate, { value: 0.2 }, { value: 0.1 }).tone).toBe('worse')
    expect(kpiChange(KPIS.spend, { value: 2 }, { value: 1 }).tone).toBe('neutral')
  })
  test('beyond tenfold is a factor', () => {
    expect(kpiChange(KPIS.visitors, { value: 1_300 }, { value: 100 }).text).toBe('×13')
  })
  test('compares within one currency', () => {
    const now = { value: 20, currency: 'EUR', money: { EUR: '20', USD: '1' } }
    const before = { value: 30, currency: 'USD', money: { EUR: '10', USD: '30' } }
    expect(kpiChange(KPIS.spend, now, before)).toMatchObject({ direction: 'up', text: '100 %' })
  })
  test('never shows a number that is none', () => {
    const value = fc.record({
      value: fc.option(fc.double({ min: 0, max: 1e15, noNaN: true }), { nil: null }),
    })
    fc.assert(
      fc.property(fc.constantFrom(...BUILT_IN.kpis), value, value, (kpi, now, before) => {
        expect(kpiChange(kpi, now, before).text).not.toMatch(/NaN|Infinity|∞/)
      }),
    )
  })
})

test('a threshold is of the whole window, not a rate', () => {
  expect(thresholdText(KPIS.spend, 50, 'USD')).toBe('$50.00')
  expect(thresholdText(KPIS.page_views, 1_204)).toBe('1,204 page views')
  const value = { value: 61.2, currency: 'USD', money: { USD: '61.200001' } }
  expect(measuredFigure(KPIS.spend, value)).toEqual({
    text: '$61.20',
    unit: '',
    exact: '$61.200001',
  })
})

test('within a sentence a label begins small, but not an abbreviation', () => {
  expect(inSentence('Page views')).toBe('page views')
  expect(inSentence('CTR')).toBe('CTR')
  expect(inSentence('')).toBe('')
})
