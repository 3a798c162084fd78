import type { RuleInput } from '../../lib/alert-rule.ts'
import { SURGING_ACCOUNT } from './demo-catalog.ts'

/** What the demo traffic's spending surge trips; between two surges the account stays well below. */
export const DEMO_SAMPLE_RULE: RuleInput = {
  kpi: 'spend',
  filter: { dimension: 'account', key: SURGING_ACCOUNT },
  window: '1m',
  when: 'above',
  value: '12',
  currency: 'USD',
}
