import { expect, test } from 'vitest'
import type { AlertEvent } from '../../lib/alert-rule.ts'
import { mergeHistory } from './merge-history.ts'

const event = (id: number, clearedAt: number | null): AlertEvent => ({
  id,
  ruleId: 'r',
  rule: { kpi: 'spend', window: '1h', when: 'above', value: '1' },
  firedAt: id,
  clearedAt,
  cleared: clearedAt === null ? null : 'value',
  value: { value: 2 },
  peak: { value: 3 },
})

test('an event that was loaded and pushed is there once, as it was pushed', () => {
  const merged = mergeHistory([event(9, null), event(8, 20)], [event(8, null), event(7, 1)])
  expect(merged).toEqual([event(9, null), event(8, 20), event(7, 1)])
})

test('what moved out of the pushed part stays where it was loaded', () => {
  expect(mergeHistory([event(9, null)], [event(3, 1)]).map(({ id }) => id)).toEqual([9, 3])
})
