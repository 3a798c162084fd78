import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { epochMs } from '../../../lib/time.ts'
import { writeSetting } from '../../store/setting.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { createOverviewView } from './overview-view.ts'
import { openFolder } from './questions.testing.ts'
import { createSpendView } from './spend-view.ts'

const NOW = 1_790_000_123_456

let folder: Awaited<ReturnType<typeof openFolder>>
let streamId = 100
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())
beforeEach(() => {
  streamId++
})

type Amount = [
  field: 'cost' | 'revenue',
  units: number,
  currency: string,
  event?: Partial<StreamEvent>,
]

async function start(mainCurrency?: string): Promise<KpiApp> {
  const app = createKpiApp({
    ...{ catalog: BUILT_IN, db: folder.store.db, streamId, mainCurrency },
    clock: { now: () => NOW, monotonicMs: () => NOW },
  })
  await app.restore()
  return app
}

async function count(app: KpiApp, ...amounts: Amount[]): Promise<void> {
  const events = amounts.map(([field, units, currency, more], n) => ({
    ...{ id: `${n}`, type: 'sale', time: epochMs(NOW - 5_000), currency },
    ...(field === 'cost' ? { costMicros: units * 1e6 } : { revenueMicros: units * 1e6 }),
    ...more,
  }))
  const place = { shardId: 's', sequenceNumber: '1', index: 0, arrivedAt: NOW }
  app.fold(events.map((event) => ({ ...place, event, late: false, beyond: false })))
  const work = app.seal()
  await folder.store.db.transaction().execute((tx) => work.write(tx, streamId))
  work.committed()
}

const main = (app: KpiApp) => app.reader.currencies.main()
const kpi = async (app: KpiApp, id: string, filter?: { dimension: 'account'; key: string }) =>
  (await app.kpis({ window: '5m', ...(filter && { filter }) }, NOW)).kpis[id]?.value

/** 169.99 USD in three sales, and one of 1,999 JPY, and one of 100 EUR. */
const SALES: Amount[] = [
  ['revenue', 100, 'USD'],
  ['revenue', 1_999, 'JPY'],
  ['revenue', 60, 'USD'],
  ['revenue', 100, 'EUR'],
  ['revenue', 9.99, 'USD'],
]

describe('the main currency', () => {
  test('is that of most events, however large the amounts in another are', async () => {
    const app = await start()
    await count(app, ...SALES)
    expect(main(app)).toBe('USD')
    expect(await kpi(app, 'revenue')).toEqual({
      value: 169.99,
      currency: 'USD',
      money: { USD: '169.99', JPY: '1999', EUR: '100' },
    })
  })

  test('is the setting, as soon as a KPI has anything in it', async () => {
    const app = await start('EUR')
    expect(main(app)).toBe('EUR')
    await count(app, ...SALES, ['cost', 5, 'USD'])
    expect(await kpi(app, 'revenue')).toMatchObject({ value: 100, currency: 'EUR' })
    // Nothing was ever spent in EUR.
    expect(await kpi(app, 'spend')).toMatchObject({ value: 5, currency: 'USD' })
  })

  test('stays through a start, and a start with a setting has another', async () => {
    const app = await start()
    await count(app, ...SALES)
    const next = await start()
    expect(main(next)).toBe('USD')
    await count(next, ['revenue', 5_000, 'JPY'], ['revenue', 5_000, 'JPY'])
    expect(main(next)).toBe('USD')
    expect(main(await start())).toBe('USD')
    expect(main(await start('JPY'))).toBe('JPY')
  })

  test('is of events with an amount: what costs nothing names its currency by default', async () => {
    const app = await start()
    await count(app, ['cost', 0, 'USD'], ['cost', 0, 'USD'], ['cost', 1, 'EUR'])
    expect(main(app)).toBe('EUR')
  })

  test('of a folder that did not count events by currency is that of most accounts', async () => {
    const total = { stream_id: streamId, kind: 'cost' as const, units: 1, micros: 0 }
    await folder.store.db
      .insertInto('money_total')
      .values([
        { ...total, account: 'a', currency: 'EUR' },
        { ...total, account: 'b', currency: 'EUR' },
        { ...total, account: 'a', currency: 'JPY', units: 9_000 },
      ])
      .execute()
    const app = await start()
    expect(main(app)).toBe('EUR')
    await count(app, ['cost', 1, 'JPY'], ['cost', 1, 'JPY'], ['cost', 1, 'JPY'])
    expect(main(app)).toBe('EUR')
    expect(main(await start())).toBe('EUR')
  })

  test.each(['{', '[]', '{"any":{}}', '{"any":1,"cost":1,"revenue":1}'])(
    'that is kept as %s is learned again',
    async (value) => {
      await writeSetting(folder.store.db, streamId, { name: 'currencies', value })
      const app = await start()
      expect(main(app)).toBe('USD')
      await count(app, ['cost', 1, 'JPY'])
      expect(main(await start())).toBe('JPY')
    },
  )
})

describe('figures of money', () => {
  test('stay in the main currency where a window has none of it, whatever is asked', async () => {
    const amount = fc.record({
      units: fc.integer({ min: 1, max: 1_000_000 }),
      currency: fc.constantFrom('JPY', 'EUR', 'CHF'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 1, maxLength: 10 }), async (others) => {
        streamId++
        const app = await start()
        const old = { time: epochMs(NOW - 20 * 60_000) }
        const usual = Array.from({ length: 20 }, (): Amount => ['revenue', 1, 'USD', old])
        await count(app, ...usual)
        await count(
          app,
          ...others.map(({ units, currency }): Amount => ['revenue', units, currency]),
        )
        for (const window of ['1m', '5m', '1h', '24h'] as const) {
          const { kpis } = await app.kpis({ window }, NOW)
          expect(kpis.revenue?.value.currency).toBe('USD')
          const view = createOverviewView({ kind: 'overview', window, kpi: 'revenue' }, app)
          const { cells } = await view.state(NOW)
          view.close()
          expect(cells.chart?.currency).toBe('USD')
          expect(cells['kpi.revenue']?.now).toEqual(kpis.revenue?.value)
        }
        const series = await app.series({ kpi: 'revenue', spanMs: 60_000, stepMs: 10_000 }, NOW)
        expect(new Set(series.points.map(({ value }) => value.currency ?? 'USD'))).toEqual(
          new Set(['USD']),
        )
      }),
      { numRuns: 10 },
    )
  })

  test('of an account that spends in another only are in that one', async () => {
    const app = await start()
    const of = (account: string) => ({ account })
    await count(
      app,
      ['cost', 10, 'USD', of('a')],
      ['cost', 12, 'USD', of('b')],
      ['cost', 1_999, 'JPY', of('c')],
      ['cost', 40, 'JPY', of('b')],
      ['cost', 1, 'USD', of('d')],
    )
    const filter = { dimension: 'account', key: 'c' } as const
    expect(await kpi(app, 'spend', filter)).toMatchObject({ value: 1_999, currency: 'JPY' })
    expect(await kpi(app, 'spend', { ...filter, key: 'b' })).toMatchObject({ currency: 'USD' })
    const view = createSpendView({ kind: 'spend', window: '1h' }, app)
    const { spend } = (await view.state(NOW)).cells
    view.close()
    expect(spend?.currency).toBe('USD')
    // By what was spent in the main currency: 1,999 JPY are not more than 12 USD.
    expect(spend?.byAccount.map(({ key, now }) => [key, now.currency, now.value])).toEqual([
      ['b', 'USD', 12],
      ['a', 'USD', 10],
      ['d', 'USD', 1],
      ['c', 'JPY', 1_999],
    ])
  })

  test('rank keys of a list and of an answer by the main currency', async () => {
    const app = await start()
    const of = (account: string) => ({ account })
    await count(
      app,
      ['cost', 10, 'USD', of('a')],
      ['cost', 12, 'USD', of('b')],
      ['cost', 1_999, 'JPY', of('c')],
    )
    const by = { dimension: 'account', limit: 10, rankedBy: 'spend' } as const
    const { by: rows } = await app.kpis({ window: '1h', by }, NOW)
    expect(rows?.rows.map(({ key }) => key)).toEqual(['b', 'a', 'c'])
    const view = createOverviewView({ kind: 'overview', window: '1h', kpi: 'spend' }, app)
    const list = (await view.state(NOW)).cells['list.account']
    view.close()
    expect(list?.rows.map(({ key, value }) => [key, value.currency])).toEqual([
      ['b', 'USD'],
      ['a', 'USD'],
      ['c', 'JPY'],
    ])
    expect(list?.total).toMatchObject({ value: 22, currency: 'USD' })
  })
})
