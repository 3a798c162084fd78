import { expect, test } from 'vitest'
import type { AlertRule, RuleStanding } from '../../lib/alert-rule.ts'
import { KPIS } from '../../lib/kpis.ts'
import { spendThresholds } from './spend-thresholds.ts'

const standing = (
  part: Partial<AlertRule>,
  state: RuleStanding['state'] = { kind: 'ok' },
): RuleStanding => ({
  rule: {
    id: 'r',
    kpi: 'spend',
    window: '1h',
    when: 'above',
    value: '50',
    createdAt: 1,
    updatedAt: 1,
    sample: false,
    ...part,
  },
  state,
  value: { value: 1 },
})

const acme = { dimension: 'account', key: 'acme' } as const
const shown = { period: '1h', filter: undefined, currency: 'USD' } as const

test('a threshold on what is shown is drawn, red while it fires', () => {
  const firing = { kind: 'firing', since: 1, peak: { value: 60 } } as const
  expect(
    spendThresholds(KPIS.spend, [standing({}), standing({ value: '70' }, firing)], shown),
  ).toEqual([
    { value: 50, label: 'above $50.00', tone: 'warn' },
    { value: 70, label: 'above $70.00', tone: 'bad' },
  ])
})

test('a threshold on anything else is not', () => {
  const others = [
    standing({ kpi: 'revenue' }),
    standing({ window: '5m' }),
    standing({ currency: 'EUR' }),
    standing({ filter: acme }),
  ]
  expect(spendThresholds(KPIS.spend, others, shown)).toEqual([])
})

test('a threshold on an account is drawn where that account is shown', () => {
  const rules = [standing({ filter: acme }), standing({ filter: { ...acme, key: 'other' } })]
  expect(spendThresholds(KPIS.spend, rules, { ...shown, filter: acme })).toHaveLength(1)
})
