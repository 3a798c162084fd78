import { describe, expect, test } from 'vitest'
import type { AlertRule } from '../../lib/alert-rule.ts'
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
    expect(checkDraft(draftOf(rule))).toEqual({ ok: true, input })
  })
  test('has no currency where its KPI is not money', () => {
    const checked = checkDraft(draft({ kpi: 'visitors', currency: 'EUR' }))
    expect(checked).toEqual({
      ok: true,
      input: { kpi: 'visitors', window: '1h', when: 'above', value: '50' },
    })
  })
  test('is trimmed, and its currency is in capitals', () => {
    const checked = checkDraft(
      draft({ value: ' 50 ', currency: 'usd', dimension: 'account', key: ' acme ' }),
    )
    expect(checked).toMatchObject({
      ok: true,
      input: { value: '50', currency: 'USD', filter: { key: 'acme' } },
    })
  })
  test('without a filter takes it away from the rule', () => {
    const checked = checkDraft(draft())
    expect(checked.ok && patchOf(checked.input).filter).toBeNull()
  })
})

describe('what is wrong is said at its field', () => {
  test.each([
    [{ value: '' }, { value: 'Enter a number, such as 50' }],
    [
      { value: '1,000' },
      { value: 'Enter a plain number with at most 6 decimals, such as 50 or 12.5' },
    ],
    [{ value: '-1' }, { value: 'Must not be negative' }],
    [{ kpi: 'error_rate', value: '120' }, { value: 'A percentage is at most 100' }],
    [{ currency: 'euro' }, { currency: 'Three capital letters, such as USD' }],
    [{ dimension: 'account', key: ' ' }, { key: 'Enter which account' }],
    [{ dimension: 'page', key: 'x'.repeat(3_000) }, { key: 'This page is too long' }],
    [
      { value: '', dimension: 'account' },
      { value: expect.any(String), key: expect.any(String) },
    ],
  ] as [Partial<RuleDraft>, object][])('%o', (part, errors) => {
    expect(checkDraft(draft(part))).toEqual({ ok: false, errors })
  })
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
