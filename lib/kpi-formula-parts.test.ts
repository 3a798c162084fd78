import { expect, test } from 'vitest'
import { BUILT_IN } from './kpi-catalog.ts'
import { filtersOf, formulaName } from './kpi-formula-parts.ts'

const CLICK = { type: 'ad_click' }
const REQUEST = { type: 'ad_request' }

test('a formula is about what it measures, and then about what it divides by', () => {
  expect(filtersOf({ kind: 'ratio', over: CLICK, under: REQUEST })).toEqual([CLICK, REQUEST])
  const yields = { kind: 'money_per', field: 'revenue', under: REQUEST, times: 1_000 } as const
  expect(filtersOf(yields)).toEqual([{}, REQUEST])
  expect(filtersOf({ kind: 'money', field: 'cost' })).toEqual([{}])
})

test('every built-in formula has a name of its own', () => {
  const names = BUILT_IN.kpis.map(({ formula }) => formulaName(formula))
  expect(new Set(names).size).toBe(names.length)
})

test('the order of conditions makes no other formula, another percentile does', () => {
  const where = [
    { field: 'device' as const, is: ['mobile', 'tablet'] },
    { field: 'status' as const, below: 500 },
  ]
  const named = (of: object) => formulaName({ kind: 'count', of })
  const turned = [...where]
    .reverse()
    .map((one) => ('is' in one ? { ...one, is: ['tablet', 'mobile'] } : one))
  expect(named({ where })).toBe(named({ where: turned }))
  const quantile = (q: number) => formulaName({ kind: 'quantile', field: 'duration_ms', q })
  expect(quantile(0.5)).not.toBe(quantile(0.95))
})
