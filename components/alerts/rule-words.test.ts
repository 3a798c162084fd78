import { expect, test } from 'vitest'
import { type RuleInput, ruleSentence } from '../../lib/alert-rule.ts'
import { BUILT_IN, createCatalog } from '../../lib/kpi-catalog.ts'
import { KPIS, type Kpi, type KpiFormula } from '../../lib/kpis.ts'
import { limitText, measured, perWords } from './rule-words.ts'

const rule: RuleInput = { kpi: 'x', window: '1h', when: 'above', value: '50' }

const kpiOf = (formula: KpiFormula, unit: Kpi['unit']): Kpi => ({
  id: 'x',
  label: 'Mobile things',
  formula,
  unit,
  better: 'up',
  help: '',
})
const mobile = { type: 'ad_click', where: [{ field: 'device', is: ['mobile'] }] } as const

test('a limit and what was measured are in the unit of their KPI, whatever its formula', () => {
  const shown = (kpi: Kpi) => [limitText(kpi, rule), measured(kpi, { value: 0.5 }).text]
  expect(shown(kpiOf({ kind: 'count', of: mobile }, 'per_second'))).toEqual([
    'above 50 mobile things',
    '1 mobile things',
  ])
  expect(
    shown(kpiOf({ kind: 'ratio', over: mobile, under: { type: 'ad_click' } }, 'percent')),
  ).toEqual(['above 50.0 %', '50.0 %'])
  expect(shown(kpiOf({ kind: 'distinct', field: 'session', of: mobile }, 'count'))).toEqual([
    'above 50 mobile things',
    '1 mobile things',
  ])
  expect(shown(kpiOf({ kind: 'quantile', field: 'duration_ms', q: 0.9 }, 'ms'))).toEqual([
    'above 50 ms',
    '0.5 ms',
  ])
  expect(limitText(kpiOf({ kind: 'money', field: 'cost', of: mobile }, 'per_hour'), rule)).toBe(
    'above $50.00',
  )
})

test('a rule whose KPI is gone says its id and bare numbers', () => {
  expect(ruleSentence(BUILT_IN, rule)).toBe('x over 1 h above 50')
  expect(limitText(undefined, rule)).toBe('above 50')
  const value = { value: 61.25, currency: 'USD', money: { USD: '61.25' } }
  expect(measured(undefined, value)).toEqual({ text: '61.3', unit: '', exact: '61.25' })
  expect(measured(undefined, { value: null }).text).toBe('–')
})

test('a rule of a KPI that a team added is a sentence with its label and unit', () => {
  const kpi = kpiOf({ kind: 'distinct', field: 'session', of: mobile }, 'count')
  const catalog = createCatalog([...BUILT_IN.kpis, kpi])
  const filter = { dimension: 'account', key: 'acme' } as const
  expect(ruleSentence(catalog, { ...rule, filter })).toBe(
    'Mobile things of account acme over 1 h above 50 sessions',
  )
})

test('money that is shared out says over which events', () => {
  expect(perWords(KPIS.yield.formula)).toBe('per 1,000 ad requests')
  const per = { kind: 'money_per', field: 'cost', times: 1_000 } as const
  expect(perWords({ ...per, under: {} })).toBe('per 1,000 events')
  expect(perWords({ ...per, under: mobile })).toBe('per 1,000 × ad_click device=mobile')
  expect(perWords(KPIS.spend.formula)).toBeUndefined()
})
