import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RuleInput } from '../lib/alert-rule.ts'
import { createRuleStore, type RuleStore } from './alerts/rule-store.ts'
import { systemClock } from './platform/clock.ts'
import { makeSampleRule } from './sample-rule.ts'
import { openStore, type Store } from './store/open-store.ts'

const rule: RuleInput = { kpi: 'spend', window: '1m', when: 'above', value: '12', currency: 'USD' }

let folder: string
let store: Store
let rules: RuleStore
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kinesight-sample-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
  let ids = 0
  const ports = { streamId: () => 1, clock: systemClock, newId: () => `rule-${++ids}` }
  rules = createRuleStore(store.db, ports)
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

it('the sample rule is made once, and not again when it was deleted', async () => {
  expect(await makeSampleRule(store.db, 1, { rules, rule })).toBe(true)
  const [made] = await rules.list()
  expect(made).toMatchObject({ ...rule, sample: true })
  expect(await makeSampleRule(store.db, 1, { rules, rule })).toBe(false)
  expect(await rules.list()).toHaveLength(1)
  await rules.remove(made?.id ?? '')
  expect(await makeSampleRule(store.db, 1, { rules, rule })).toBe(false)
  expect(await rules.list()).toEqual([])
})

it('one made just before a crash is not made twice', async () => {
  await rules.create(rule, { sample: true })
  expect(await makeSampleRule(store.db, 1, { rules, rule })).toBe(false)
  expect(await rules.list()).toHaveLength(1)
})
