import type { Kysely } from 'kysely'
import type { RuleInput } from '../lib/alert-rule.ts'
import type { RuleStore } from './alerts/rule-store.ts'
import type { Schema } from './store/schema.ts'
import { readSetting, writeSetting } from './store/setting.ts'

const MADE = 'sample_rule'

/**
 * Makes the sample rule the first time a stream has demo traffic, and never again: who deleted it does
 * not want it. Returns whether it was made now.
 */
export async function makeSampleRule(
  db: Kysely<Schema>,
  streamId: number,
  { rules, rule }: { rules: RuleStore; rule: RuleInput },
): Promise<boolean> {
  if ((await readSetting(db, streamId, MADE)) !== undefined) return false
  // It may have been made just before a crash.
  const there = (await rules.list()).some(({ sample }) => sample)
  const made = there ? undefined : await rules.create(rule, { sample: true })
  await writeSetting(db, streamId, { name: MADE, value: 'made' })
  return made !== undefined
}
