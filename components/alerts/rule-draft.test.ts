import { describe, expect, test } from 'vitest'
import type { AlertRule } from '../../lib/alert-rule.ts'
import { BUILT_IN, createCatalog } from '../../lib/kpi-catalog.ts'
import type { Kpi } from '../../lib/kpis.ts'
import type { Filters } from '../../lib/view.ts'
import { checkDraft, draftOf, errorsOf, newDraft, patchOf, type RuleDraft } from './rule-draft.ts'

const draft = (part: Partial<RuleDraft> = {}): RuleDraft => ({
  ...newDraft(),
  value: '50',
  ...part,
})

const rule: AlertRule = {
  id: 'r1',
  kpi: 'spend',
  filter: { dimension: 'account', key: 'acme' },
  window: '1h',
  when: 'above',
  value: '50',
  currency: 'EUR',
  createdAt: 1,
  updatedAt: 1,
  sample: false,
}

describe('a draft', () => {
  test('of a rule is that rule', () => {
    const { id: _id, createdAt: _c, updatedAt: _u, sample: _s, ...input } = rule
    expect(checkDraft(BUILT_IN, draftOf(rule))).toEqual({ ok: true, input })
  })
  test('has no currency where its KPI is not money', () => {
    const checked = checkDraft(BUILT_IN, draft({ kpi: 'visitors', currency: 'EUR' }))
    expect(checked).toEqual({
      ok: true,
      input: { kpi: 'visitors', window: '1h', when: 'above', value: '50' },
    })
  })
  test('is trimmed, and its currency is in capitals', () => {
    const checked = checkDraft(
      BUILT_IN,
      draft({ value: ' 50 ', currency: 'usd', dimension: 'account', key: ' acme ' }),
    )
    expect(checked).toMatchObject({
      ok: true,
      input: { value: '50', currency: 'USD', filter: { key: 'acme' } },
    })
  })
  test('of a rule with two filters keeps both', () => {
    const { id: _id, createdAt: _c, updatedAt: _u, sample: _s, ...input } = rule
    const filter: Filters = [
      { dimension: 'account', key: 'acme' },
      { dimension: 'device', key: 'mobile' },
    ]
    expect(checkDraft(BUILT_IN, draftOf({ ...rule, filter }))).toEqual({
      ok: true,
      input: { ...input, filter },
    })
  })
  test('with two filters names the one that lacks its key, or that they cannot be combined', () => {
    const two = draft({ value: '1', dimension: 'device', key: 'mobile', second: 'account' })
    expect(checkDraft(BUILT_IN, two)).toEqual({
      ok: false,
      errors: { secondKey: 'Enter which account' },
    })
    const apart = checkDraft(BUILT_IN, { ...two, second: 'page', secondKey: '/' })
    expect(!apart.ok && apart.errors.second).toMatch(/^Page and device are not crossed/)
  })
  test('without a filter takes it away from the rule', () => {
    const checked = checkDraft(BUILT_IN, draft())
    expect(checked.ok && patchOf(checked.input).filter).toBeNull()
  })
})

describe('a KPI that a team added', () => {
  const carts: Kpi = {
    id: 'cart_value',
    label: 'Cart value',
    formula: { kind: 'money', field: 'revenue', of: { type: 'cart' } },
    unit: 'per_hour',
    better: 'up',
    help: 'Revenue of carts.',
  }
  const signups: Kpi = {
    id: 'signup_rate',
    label: 'Signup rate',
    formula: { kind: 'ratio', over: { type: 'signup' }, under: { type: 'page_view' } },
    unit: 'percent',
    better: 'up',
    help: 'Signups / page views.',
  }
  const catalog = createCatalog([...BUILT_IN.kpis, carts, signups])

  test('has a currency where it is money, and none where it is not', () => {
    const money = checkDraft(catalog, draft({ kpi: 'cart_value', currency: 'EUR' }))
    expect(money).toMatchObject({ ok: true, input: { kpi: 'cart_value', currency: 'EUR' } })
    const ratio = checkDraft(catalog, draft({ kpi: 'signup_rate', currency: 'EUR' }))
    expect(ratio.ok && ratio.input).toEqual({
      kpi: 'signup_rate',
      window: '1h',
      when: 'above',
      value: '50',
    })
  })
  test('that is gone has to be replaced, whatever else the draft says', () => {
    expect(checkDraft(BUILT_IN, draft({ kpi: 'cart_value', currency: 'EUR' }))).toEqual({
      ok: false,
      errors: { kpi: 'There is no such KPI any more, choose another' },
    })
  })
})

describe('what is wrong is said at its field', () => {
  test.each([
    [{ value: '' }, { value: 'Enter a number, such as 50' }],
    [
      { value: '1,000' },
      { value: 'Enter a plain number with at most 6 decimals, such as 50 or 12.5' },
    ],
    [
      { kpi: 'visitors', value: '-1' },
      {
        value: 'Must not be negative, Visitors never is; only money goes below 0, by credits',
      },
    ],
    [{ kpi: 'error_rate', value: '120' }, { value: 'A percentage is at most 100' }],
    [{ currency: 'euro' }, { currency: 'Three letters, such as USD' }],
    [{ dimension: 'account', key: ' ' }, { key: 'Enter which account' }],
    [{ dimension: 'page', key: 'x'.repeat(3_000) }, { key: 'This page is too long' }],
    [
      { value: '', dimension: 'account' },
      { value: expect.any(String), key: expect.any(String) },
    ],
  ] as [Partial<RuleDraft>, object][])('%o', (part, errors) => {
    expect(checkDraft(BUILT_IN, draft(part))).toEqual({ ok: false, errors })
  })
})

test.each(['spend', 'revenue', 'yield'])('%s may be watched below 0', (kpi) => {
  const below = draft({ kpi, when: 'below', value: '-20.5' })
  expect(checkDraft(BUILT_IN, below)).toMatchObject({ ok: true, input: { value: '-20.5' } })
})

describe('what the server found', () => {
  const problem = { type: 'about:blank', title: 'Bad request', status: 400, detail: 'No.' }
  test('goes to its fields', () => {
    const errors = [
      { field: 'value', message: 'value: must not be negative' },
      { field: 'filter.key', message: 'Enter a key' },
    ]
    expect(errorsOf({ ...problem, errors })).toEqual({
      value: 'Must not be negative',
      key: 'Enter a key',
    })
  })
  test('about no field is about the form', () => {
    expect(errorsOf(problem)).toEqual({ form: 'No.' })
  })
})
