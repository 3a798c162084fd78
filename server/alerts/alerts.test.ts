import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import Database from 'libsql'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AlertRule, RuleInput } from '../../lib/alert-rule.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { type KpiValue, NO_VALUE } from '../../lib/kpi-value.ts'
import { KPIS } from '../../lib/kpis.ts'
import { epochMs } from '../../lib/time.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { createAlertWatch } from './alert-watch.ts'
import { CLEAR_AFTER_MS, type FiringState, nextFiringState } from './rule-state.ts'
import { createRuleStore, MAX_RULES } from './rule-store.ts'

const input: RuleInput = {
  kpi: 'spend',
  filter: { dimension: 'account', key: 'acme' },
  window: '1h',
  when: 'above',
  value: '50',
  currency: 'USD',
}
const usd = (amount: string): KpiValue => ({
  value: Number(amount),
  money: { USD: amount },
  currency: 'USD',
})
const rule = (fields: Partial<RuleInput> = {}): AlertRule => ({
  ...input,
  ...fields,
  id: 'r',
  createdAt: 0,
  updatedAt: 0,
  sample: false,
})

describe('a rule', () => {
  const quiet: FiringState = { kind: 'quiet' }

  test('fires one micro-unit beyond its threshold, not at it', () => {
    const at = (amount: string) =>
      nextFiringState(quiet, { rule: rule(), kpi: KPIS.spend, value: usd(amount), now: 1 })
        .transition
    expect(at('50')).toBe('none')
    expect(at('50.000001')).toBe('fired')
  })

  test('compares sums that are larger than any one event to the micro-unit', () => {
    const at = (amount: string) =>
      nextFiringState(quiet, {
        rule: rule({ value: '500000000000' }),
        kpi: KPIS.spend,
        value: usd(amount),
        now: 1,
      }).transition
    expect(at('500000000000')).toBe('none')
    expect(at('500000000000.000001')).toBe('fired')
  })

  test('below less than nothing fires where credits are more than that', () => {
    const credits = rule({ when: 'below', value: '-20' })
    const at = (amount: string) =>
      nextFiringState(quiet, { rule: credits, kpi: KPIS.spend, value: usd(amount), now: 1 })
    expect(at('-20').transition).toBe('none')
    const fired = at('-20.000001')
    expect(fired.transition).toBe('fired')
    const further = { rule: credits, kpi: KPIS.spend, value: usd('-31'), now: 2 }
    expect(nextFiringState(fired.state, further).state).toMatchObject({ peak: usd('-31') })
  })

  test('clears once its value has stayed within for long enough, and keeps its peak until then', () => {
    let state = nextFiringState(quiet, {
      rule: rule(),
      kpi: KPIS.spend,
      value: usd('60'),
      now: 0,
    }).state
    const see = (amount: string, now: number) => {
      const next = nextFiringState(state, {
        rule: rule(),
        kpi: KPIS.spend,
        value: usd(amount),
        now,
      })
      state = next.state
      return next.transition
    }
    expect(see('75', 1_000)).toBe('none')
    expect(see('49', 2_000)).toBe('none')
    expect(see('51', 3_000)).toBe('none')
    expect(state).toMatchObject({ kind: 'firing', since: 0, peak: usd('75') })
    expect(see('49', 4_000)).toBe('none')
    expect(see('49', 4_000 + CLEAR_AFTER_MS - 1)).toBe('none')
    expect(see('49', 4_000 + CLEAR_AFTER_MS)).toBe('cleared')
  })

  describe('that fires, and then has no value,', () => {
    const ctr = rule({ kpi: 'ctr', when: 'below', value: '2' })
    function endOf(
      values: readonly (number | null)[],
      kpi = KPIS.ctr as typeof KPIS.ctr | undefined,
    ) {
      let state: FiringState = nextFiringState(quiet, {
        ...{ rule: ctr, kpi: KPIS.ctr, value: { value: 0.01 } },
        now: 0,
      }).state
      const seen = values.map((value, second) => {
        const next = nextFiringState(state, {
          ...{ rule: ctr, kpi, value: { value } },
          now: 1_000 * (second + 1),
        })
        state = next.state
        return next.transition
      })
      return seen.filter((transition) => transition !== 'none')
    }
    const none = Array.from({ length: 6 }, () => null)

    test('ends without data, which is not that it came back', () => {
      expect(endOf(none)).toEqual(['no_data'])
      expect(endOf([0.01, ...none])).toEqual(['no_data'])
      expect(endOf(none, undefined)).toEqual(['no_data'])
    })

    test('goes on where the value comes soon, and is beyond', () => {
      expect(endOf([null, null, 0.01, null, null, null])).toEqual([])
    })

    test('came back where it was seen within since it was last beyond', () => {
      expect(endOf([0.03, null, null, null, null, null])).toEqual(['cleared'])
      expect(endOf([null, null, 0.03, null, null, null])).toEqual(['cleared'])
      expect(endOf([0.03, 0.01, ...none])).toEqual(['no_data'])
    })
  })

  test('below its threshold fires on less, and not on no value', () => {
    const below = rule({ kpi: 'ctr', when: 'below', value: '2' })
    const at = (value: number | null) =>
      nextFiringState(quiet, { rule: below, kpi: KPIS.ctr, value: { value }, now: 1 }).transition
    expect(at(0.019)).toBe('fired')
    expect(at(0.02)).toBe('none')
    expect(at(null)).toBe('none')
  })
})

describe('the watch over all rules', () => {
  let folder: string
  let store: Store
  let now = epochMs(1_000_000)
  let amount = '0'
  const log = pino({ level: 'silent' })

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'kinesight-alerts-'))
    store = await openStore(path.join(folder, 'kinesight.db'))
    now = epochMs(1_000_000)
    amount = '0'
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open() {
    let ids = 0
    const clock = { now: () => now, monotonicMs: () => now }
    const ruleStore = createRuleStore(store.db, {
      streamId: () => 1,
      clock,
      newId: () => `rule-${++ids}`,
    })
    const watch = createAlertWatch({
      db: store.db,
      streamId: 1,
      ruleStore,
      catalog: BUILT_IN,
      valueOf: async () => (amount === 'none' ? NO_VALUE : usd(amount)),
      onRules: () => {},
      log,
    })
    await watch.load(now)
    const at = async (ms: number, value: string) => {
      now = epochMs(ms)
      amount = value
      await watch.evaluate(ms)
    }
    return { ruleStore, watch, at }
  }

  test('keeps when an alert fired and cleared, with its peak', async () => {
    const { ruleStore, watch, at } = await open()
    await ruleStore.create(input)
    watch.rulesChanged()
    await at(1_000, '10')
    expect(watch.firing()).toEqual([])
    await at(2_000, '61.2')
    expect(watch.firing()).toMatchObject([{ since: 2_000, value: usd('61.2') }])
    await at(3_000, '70')
    expect(watch.history()).toMatchObject([{ clearedAt: null, peak: usd('70') }])
    await at(4_000, '1')
    await at(4_000 + CLEAR_AFTER_MS, '1')
    expect(watch.firing()).toEqual([])
    expect(watch.history()).toMatchObject([
      { firedAt: 2_000, clearedAt: 9_000, cleared: 'value', value: usd('61.2'), peak: usd('70') },
    ])
  })

  test('an alert that ends because there is no value any more is no data, and stays so', async () => {
    const { ruleStore, watch, at } = await open()
    await ruleStore.create(input)
    watch.rulesChanged()
    await at(2_000, '60')
    await at(3_000, 'none')
    await at(3_000 + CLEAR_AFTER_MS, 'none')
    const ended = { firedAt: 2_000, clearedAt: 8_000, cleared: 'no_data', peak: usd('60') }
    expect(watch.history()).toMatchObject([ended])
    expect(watch.standings()).toMatchObject([{ state: { kind: 'no_value' } }])
    expect(await ruleStore.events({ limit: 1 })).toMatchObject([ended])
  })

  test('one that an older version ended is read as it was kept', async () => {
    const first = await open()
    for (const cleared of ['value', 'rule_changed', 'rule_deleted', 'stream_anew']) {
      const old = { stream_id: 1, rule_id: 'gone', rule: JSON.stringify(input), cleared }
      const [value, peak] = [JSON.stringify(usd('60')), JSON.stringify(usd('61'))]
      await store.db
        .insertInto('alert_event')
        .values({ ...old, fired_ms: 1_000, cleared_ms: 2_000, value, peak })
        .execute()
    }
    await first.at(5_000, '0')
    expect(first.watch.history().map(({ cleared }) => cleared)).toEqual([
      'stream_anew',
      'rule_deleted',
      'rule_changed',
      'value',
    ])
  })

  test('an alert that fired before a restart still fires since then', async () => {
    const first = await open()
    await first.ruleStore.create(input)
    first.watch.rulesChanged()
    await first.at(2_000, '60')
    const second = await open()
    await second.at(10_000, '60')
    expect(second.watch.firing()).toMatchObject([{ since: 2_000 }])
    expect(second.watch.history()).toHaveLength(1)
  })

  test('what a firing alert has been at its furthest is in the store while it fires, and after a kill', async () => {
    const { ruleStore, watch, at } = await open()
    await ruleStore.create(input)
    watch.rulesChanged()
    await at(2_000, '61')
    await at(3_000, '70.000001')
    await at(4_000, '65')
    const peak = usd('70.000001')
    expect(await ruleStore.events({ limit: 1 })).toMatchObject([{ value: usd('61'), peak }])
    // Nothing is said to the first one: it is as if it had been killed.
    const second = await open()
    await second.at(10_000, '66')
    expect(second.watch.history()).toMatchObject([{ firedAt: 2_000, value: usd('61'), peak }])
    expect(second.watch.standings()).toMatchObject([{ state: { kind: 'firing', peak } }])
    await second.at(11_000, '80')
    expect(await ruleStore.events({ limit: 1 })).toMatchObject([{ peak: usd('80') }])
  })

  test('a peak that cannot be written now is written when it can be', async () => {
    const { ruleStore, watch, at } = await open()
    await ruleStore.create(input)
    watch.rulesChanged()
    await at(2_000, '61')
    await sql`pragma query_only = on`.execute(store.db)
    await at(3_000, '70')
    await at(4_000, '65')
    await sql`pragma query_only = off`.execute(store.db)
    await at(5_000, '65')
    expect(await ruleStore.events({ limit: 1 })).toMatchObject([{ peak: usd('70') }])
  })

  test('an alert whose rule was deleted while nobody looked ends when it is found', async () => {
    const first = await open()
    const created = await first.ruleStore.create(input)
    first.watch.rulesChanged()
    await first.at(2_000, '60')
    await first.ruleStore.remove(created?.id ?? '')
    now = epochMs(9_000)
    const second = await open()
    await second.at(9_000, '60')
    expect(second.watch.firing()).toEqual([])
    const ended = { firedAt: 2_000, clearedAt: 9_000, cleared: 'rule_deleted', peak: usd('60') }
    expect(second.watch.history()).toMatchObject([ended])
    const third = await open()
    await third.at(20_000, '60')
    expect(third.watch.history()).toMatchObject([ended])
  })

  test('one whose rule was changed while nobody looked ends, and fires anew by the rule as it is', async () => {
    const first = await open()
    const created = await first.ruleStore.create(input)
    first.watch.rulesChanged()
    await first.at(2_000, '60')
    await first.ruleStore.update(created?.id ?? '', { ...input, value: '55' })
    now = epochMs(9_000)
    const second = await open()
    await second.at(9_000, '60')
    expect(second.watch.history()).toMatchObject([
      { firedAt: 9_000, clearedAt: null, rule: { value: '55' } },
      { firedAt: 2_000, clearedAt: 9_000, cleared: 'rule_changed' },
    ])
  })

  test('a rule that is deleted between the reading of the rules and the first look ends its alert', async () => {
    const first = await open()
    const created = await first.ruleStore.create(input)
    first.watch.rulesChanged()
    await first.at(2_000, '60')
    const second = await open()
    // The stream is not reached yet: nobody can be told.
    await second.ruleStore.remove(created?.id ?? '')
    await second.at(9_000, '60')
    expect(second.watch.firing()).toEqual([])
    expect(second.watch.history()).toMatchObject([{ cleared: 'rule_deleted', clearedAt: 9_000 }])
  })

  test('one that fires is found behind any number of later ones', async () => {
    const first = await open()
    const created = await first.ruleStore.create(input)
    first.watch.rulesChanged()
    await first.at(2_000, '60')
    const over = {
      ...{ stream_id: 1, rule_id: 'another', rule: JSON.stringify(input) },
      ...{ fired_ms: 3_000, cleared_ms: 4_000, cleared: 'value' },
      ...{ value: JSON.stringify(usd('60')), peak: JSON.stringify(usd('60')) },
    }
    for (let n = 0; n < 1_100; n++) await store.db.insertInto('alert_event').values(over).execute()
    const second = await open()
    await second.at(10_000, '60')
    expect(second.watch.firing()).toMatchObject([{ rule: { id: created?.id }, since: 2_000 }])
  })

  test('a rule that is saved as it was goes on firing, and is not told to have changed', async () => {
    const { ruleStore, watch, at } = await open()
    const created = await ruleStore.create(input)
    watch.rulesChanged()
    await at(2_000, '60')
    await ruleStore.update(created?.id ?? '', { ...input })
    watch.rulesChanged()
    await at(3_000, '60')
    expect(watch.history()).toMatchObject([{ firedAt: 2_000, clearedAt: null }])
    expect(watch.rules()).toMatchObject([{ updatedAt: 2_000 }])
  })

  test('a rule that is changed or deleted while it fires ends its alert and says why', async () => {
    const { ruleStore, watch, at } = await open()
    const created = await ruleStore.create(input)
    watch.rulesChanged()
    await at(2_000, '60')
    await ruleStore.update(created?.id ?? '', { ...input, value: '55' })
    watch.rulesChanged()
    await at(3_000, '60')
    expect(watch.history()).toMatchObject([
      { firedAt: 3_000, clearedAt: null, rule: { value: '55' } },
      { firedAt: 2_000, clearedAt: 3_000, cleared: 'rule_changed' },
    ])
    await ruleStore.remove(created?.id ?? '')
    watch.rulesChanged()
    await at(4_000, '60')
    expect(watch.firing()).toEqual([])
    expect(watch.history()[0]).toMatchObject({ clearedAt: 4_000, cleared: 'rule_deleted' })
  })
})

describe('the rules in the store', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kinesight-rules-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const clock = { now: () => epochMs(1), monotonicMs: () => 1 }

  test('can be made while the pipeline commits', async () => {
    const file = path.join(folder, 'kinesight.db')
    const store = await openStore(file)
    const pipeline = new Database(file)
    let ids = 0
    /** The pipeline's thread may commit at any moment, so also at this one. */
    const newId = () => {
      pipeline.exec("insert into pane_delta (stream_id, body) values (1, 'x')")
      return `${++ids}`
    }
    const rules = createRuleStore(store.db, { streamId: () => 1, clock, newId })
    expect(await rules.create(input)).toBeDefined()
    expect(await rules.list()).toHaveLength(1)
    pipeline.close()
    await store.close()
  })

  test('are at most so many', async () => {
    const store = await openStore(path.join(folder, 'kinesight.db'))
    let id = 0
    const rules = createRuleStore(store.db, { streamId: () => 1, clock, newId: () => `${++id}` })
    for (let n = 0; n < MAX_RULES; n++) await rules.create(input)
    expect(await rules.create(input)).toBeUndefined()
    expect(await rules.list()).toHaveLength(MAX_RULES)
    await store.close()
  })
})
