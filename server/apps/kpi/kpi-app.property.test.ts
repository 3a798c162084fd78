import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN, type Catalog, createCatalog, kpiOf } from '../../../lib/kpi-catalog.ts'
import type { KpiValue } from '../../../lib/kpi-value.ts'
import { addsUp, DIMENSIONS, type Dimension, KPIS, type Kpi, OTHER_KEY } from '../../../lib/kpis.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { type Filter, type Filters, filtersOf } from '../../../lib/view.ts'
import { WINDOW_IDS, WINDOWS } from '../../../lib/windows.ts'
import { openStore, type Store } from '../../store/open-store.ts'
import { eventKey } from '../../window/keys.ts'
import { crossedDimension, type PaneDimension } from '../../window/pane-dimension.ts'
import { eventsIn, recount } from '../../window/recount.ts'
import { rangeBefore, type TimeRange, windowRange } from '../../window/window-range.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { createOverviewView } from './overview-view.ts'
import { sumOfKeys } from './ranking.ts'
import { createSpendView } from './spend-view.ts'

const own = (id: string, formula: Kpi['formula'], unit: Kpi['unit']): Kpi => ({
  id,
  label: id,
  formula,
  unit,
  better: 'none',
  help: '',
})

/** Every event. */
const EVENTS_KPI = own('own_events', { kind: 'count', of: {} }, 'count')

/** As a team may add them: every kind of formula, and every kind of condition. */
const CATALOG = createCatalog(
  [
    ...BUILT_IN.kpis,
    EVENTS_KPI,
    own(
      'own_count',
      { kind: 'count', of: { where: [{ field: 'device', is: ['d0', 'd1'] }] } },
      'per_second',
    ),
    own(
      'own_ratio',
      {
        kind: 'ratio',
        over: { type: 'request', where: [{ field: 'duration_ms', below: 100 }] },
        under: { type: 'request', where: [{ field: 'status', atLeast: 400 }] },
      },
      'percent',
    ),
    own('own_distinct', { kind: 'distinct', field: 'session', of: { type: 'page_view' } }, 'count'),
    own(
      'own_cost',
      { kind: 'money', field: 'cost', of: { where: [{ field: 'account', not: ['a1'] }] } },
      'per_hour',
    ),
    own(
      'own_yield',
      {
        kind: 'money_per',
        field: 'cost',
        of: { type: 'ad_click' },
        under: { type: 'ad_impression' },
        times: 1_000,
      },
      'per_mille',
    ),
    own(
      'own_quantile',
      {
        kind: 'quantile',
        field: 'duration_ms',
        of: { where: [{ field: 'country', is: ['C1'] }] },
        q: 0.9,
      },
      'ms',
    ),
  ],
  [...BUILT_IN.crossed, ['page', 'country']],
)

const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-kpi-'))
let store: Store
beforeAll(async () => {
  store = await openStore(path.join(folder, 'store.db'))
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** How long ago an event happened: mostly just now, sometimes long before everything that windows hold. */
const age = fc.oneof(
  { weight: 5, arbitrary: fc.nat(500) },
  { weight: 5, arbitrary: fc.nat(20 * SECOND_MS) },
  { weight: 3, arbitrary: fc.nat(32 * MINUTE_MS) },
  { weight: 2, arbitrary: fc.nat(3 * HOUR_MS) },
  { weight: 2, arbitrary: fc.nat(49 * HOUR_MS) },
  { weight: 1, arbitrary: fc.nat(600 * DAY_MS) },
)

const word = (name: string, count: number) =>
  fc.option(
    fc.nat(count - 1).map((n) => `${name}${n}`),
    { nil: undefined, freq: 5 },
  )

const money = fc.option(
  fc.oneof(
    fc.integer({ min: -5_000_000, max: 9_000_000 }),
    fc.constantFrom(1e15, -1e15, 999_999_999_999_999, Number.MAX_SAFE_INTEGER, -5e17),
  ),
  {
    nil: undefined,
    freq: 2,
  },
)

interface Draft {
  ageMs: number
  event: Partial<StreamEvent>
}

const draft = fc.record({
  ageMs: age,
  event: fc.record({
    type: fc.constantFrom(
      'page_view',
      'ad_request',
      'ad_impression',
      'ad_click',
      'conversion',
      'purchase',
      'request',
      'x',
    ),
    visitor: word('v', 40),
    session: word('s', 20),
    page: word('/p', 9),
    referrer: fc.constantFrom(undefined, 'https://www.A.com/x', 'http://a.com:80', 'b', ''),
    account: word('a', 3),
    campaign: word('c', 4),
    placement: word('top', 2),
    device: word('d', 2),
    country: word('C', 3),
    costMicros: money,
    revenueMicros: money,
    currency: fc.constantFrom('USD', 'USD', 'EUR'),
    status: fc.constantFrom(undefined, 200, 404, 500, 503),
    durationMs: fc.option(fc.oneof(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.constant(0)), {
      nil: undefined,
    }),
  }),
}) as fc.Arbitrary<Draft>

type Step =
  | { kind: 'fold'; drafts: Draft[] }
  | { kind: 'commit'; fails: boolean }
  | { kind: 'restart' }
  | { kind: 'flush' }
  | { kind: 'wait'; ms: number }
  | { kind: 'look' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('fold' as const),
      drafts: fc.array(draft, { maxLength: 25 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), fails: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'flush' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.oneof(fc.nat(15_000), fc.nat(120_000)),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'look' as const }) },
)

const steps = fc.array(step, { minLength: 4, maxLength: 30 })

/** More for a longer search. */
const RUNS = 12

let streams = 0

/** A stream with its app, what the app was given, and a process that can die. */
async function createWorld(options: {
  catalog?: Catalog
  maxKeys?: number
  maxRestingBytes?: number
  pins?: Filters[]
}) {
  const streamId = ++streams
  let now = 1_790_000_123_456 + streams * 977
  const clock = { now: () => now, monotonicMs: () => now }
  const events: StreamEvent[] = []
  let uncommitted: StreamEvent[] = []
  let { catalog = CATALOG } = options
  let app: KpiApp = await boot()

  async function boot(): Promise<KpiApp> {
    const { maxKeys, maxRestingBytes, pins = [] } = options
    const next = createKpiApp({
      catalog,
      mainCurrency: 'USD',
      db: store.db,
      streamId,
      clock,
      ...(maxKeys !== undefined && { maxKeys }),
      ...(maxRestingBytes !== undefined && { maxRestingBytes }),
    })
    next.pin(pins)
    await next.restore()
    return next
  }

  const fold = (batch: readonly StreamEvent[]) =>
    app.fold(
      batch.map((event) => ({
        event,
        shardId: 's',
        sequenceNumber: '1',
        index: 0,
        arrivedAt: now,
        late: false,
        beyond: false,
      })),
    )

  async function commit(fails = false): Promise<void> {
    const work = app.seal()
    uncommitted = []
    if (fails) {
      const failing = store.db.transaction().execute(async (tx) => {
        await work.write(tx, streamId)
        throw new Error('disk full')
      })
      await expect(failing).rejects.toThrow('disk full')
    }
    await store.db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
  }

  async function run(one: Step): Promise<void> {
    switch (one.kind) {
      case 'fold': {
        const batch = one.drafts.map(
          ({ ageMs, event }) =>
            ({ id: `e${events.length}`, ...event, time: epochMs(now - ageMs) }) as StreamEvent,
        )
        events.push(...batch)
        uncommitted.push(...batch)
        return fold(batch)
      }
      case 'commit':
        return commit(one.fails)
      case 'restart':
        // What was not committed is read from the stream again.
        app = await boot()
        return fold(uncommitted)
      case 'flush':
        app.flushNext()
        return commit()
      case 'wait':
        now += one.ms
        return
      case 'look':
        await app.kpis({ window: '24h', filter: { dimension: 'page', key: '/p1' } }, now)
        return
    }
  }

  return {
    ...{ events, run, commit, app: () => app, now: () => now },
    /** From the next restart on. */
    use(next: Catalog) {
      catalog = next
    },
  }
}

/** What the oracle says, in `prefer` if there is any of it; else in what there is, the first by name. */
function expected(
  events: readonly StreamEvent[],
  range: TimeRange,
  kpi: Kpi,
  filter: Filters | undefined,
  prefer?: string,
): KpiValue {
  const free = recount(events, range, kpi, filter)
  const { money } = free
  if (prefer === undefined || money === undefined) return free
  const any = Object.keys(money).some((currency) => money[currency] !== '0')
  return any && money[prefer] === undefined ? free : recount(events, range, kpi, filter, prefer)
}

const PAIRS = CATALOG.crossed.map(crossedDimension)

/** Whether a pane of the dimension counts the event. */
const hasKeys = (event: StreamEvent, dimension: PaneDimension): boolean =>
  dimension.split('*').every((each) => eventKey(event, each as Dimension) !== undefined)

/** The main currency, or without an event in it the other; of a part, where none of it is in that, the other too. */
function currencyOf(
  events: readonly StreamEvent[],
  range: TimeRange,
  kpi: Kpi,
  filter: Filters | undefined,
) {
  const { formula } = kpi
  if (formula.kind !== 'money' && formula.kind !== 'money_per') return undefined
  const { field, of = {} } = formula
  const amount = (event: StreamEvent) => (field === 'cost' ? event.costMicros : event.revenueMicros)
  const used = new Set(events.filter(amount).map(({ currency }) => currency))
  const own = used.has('USD') || used.size === 0 ? 'USD' : 'EUR'
  if (filter === undefined && formula.of === undefined) return own
  const sum: Kpi = { ...kpi, formula: { kind: 'money', field, of } }
  const found = [range, rangeBefore(range)].flatMap((one) =>
    Object.entries(recount(events, one, sum, filter).money ?? {}).filter(([, n]) => n !== '0'),
  )
  return found.some(([currency]) => currency === own) ? own : (found[0]?.[0] ?? own)
}

/** A pair that is crossed by default, and one that a team added: every event may have both fields of it. */
const CROSSED_FILTERS: Filters[] = [
  [
    { dimension: 'account', key: 'a1' },
    { dimension: 'device', key: 'd1' },
  ],
  [
    { dimension: 'page', key: '/p1' },
    { dimension: 'country', key: 'C2' },
  ],
]

const FILTERS: (Filters | undefined)[] = [
  undefined,
  ...DIMENSIONS.map((dimension) => ({
    dimension,
    key: {
      page: '/p1',
      referrer: 'a.com',
      campaign: 'c0',
      account: 'a1',
      placement: 'top0',
      device: 'd1',
      country: 'C2',
    }[dimension],
  })),
  ...CROSSED_FILTERS,
]

describe('windows against the naive recount', () => {
  it('every KPI over every window, in total and filtered, in any order, with crashes in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.constantFrom(undefined, 2_000),
        async (script, maxRestingBytes) => {
          const world = await createWorld(maxRestingBytes === undefined ? {} : { maxRestingBytes })
          for (const one of script) await world.run(one)
          await world.commit()
          const [app, now] = [world.app(), world.now()]
          for (const window of WINDOW_IDS) {
            const range = windowRange(WINDOWS[window], now)
            for (const filter of FILTERS) {
              const answer = await app.kpis({ window, ...(filter && { filter }) }, now)
              for (const kpi of CATALOG.kpis) {
                const { value, before } = answer.kpis[kpi.id] ?? {}
                const currency = currencyOf(world.events, range, kpi, filter)
                const oracle = (over: TimeRange) =>
                  recount(world.events, over, kpi, filter, currency)
                expect({ window, id: kpi.id, filter, value, before }).toEqual({
                  window,
                  id: kpi.id,
                  filter,
                  value: oracle(range),
                  before: oracle(rangeBefore(range)),
                })
              }
            }
          }
        },
      ),
      { numRuns: RUNS },
    )
  }, 120_000)

  it('with few keys kept apart, rows and "other" still add up to the total, and pinned keys are whole', async () => {
    const pins: Filters[] = [
      ...CROSSED_FILTERS,
      { dimension: 'page', key: '/p5' },
      { dimension: 'campaign', key: 'c3' },
    ]
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (script, maxKeys) => {
        const world = await createWorld({ maxKeys, pins })
        for (const one of script) await world.run(one)
        await world.commit()
        const [app, now] = [world.app(), world.now()]
        for (const window of WINDOW_IDS) {
          const range = windowRange(WINDOWS[window], now)
          for (const dimension of [...DIMENSIONS, ...PAIRS]) {
            const needs = [{ ...range, dimension }]
            const sum = await app.reader.read(needs, () =>
              sumOfKeys(app.reader.keys(range, dimension, app.reader.measures.everything)),
            )
            const whole = world.events.filter((event) => hasKeys(event, dimension))
            for (const kpi of CATALOG.kpis) {
              const { id } = kpi
              const precise = expected(whole, range, kpi, undefined)
              const value = app.reader.value(id, sum)
              if (kpi.formula.kind === 'distinct') {
                const one = whole.map((event) => ({ ...event, page: '/all' }))
                expect(value).toEqual(recount(one, range, kpi, { dimension: 'page', key: '/all' }))
              } else expect({ dimension, id, value }).toEqual({ dimension, id, value: precise })
            }
          }
          for (const filter of pins) {
            const answer = await app.kpis({ window, filter }, now)
            for (const kpi of CATALOG.kpis) {
              const { id } = kpi
              const currency = currencyOf(world.events, range, kpi, filter)
              expect(answer.kpis[id]?.value).toEqual(
                recount(world.events, range, kpi, filter, currency),
              )
            }
          }
        }
      }),
      { numRuns: RUNS },
    )
  }, 120_000)

  it('ranked rows are the oracle’s, and every KPI of a row is', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const world = await createWorld({})
        for (const one of script) await world.run(one)
        const [app, now] = [world.app(), world.now()]
        await world.commit()
        const range = windowRange(WINDOWS['15m'], now)
        const { by } = await app.kpis(
          { window: '15m', by: { dimension: 'page', limit: 5, rankedBy: 'page_views' } },
          now,
        )
        const recent = eventsIn(world.events, range)
        const keys = new Set(recent.map((event) => event.page).filter((page) => page !== undefined))
        expect(by?.keys).toBe(keys.size)
        expect(by?.other).toBeNull()
        const views = (key: string) =>
          recent.filter((event) => event.page === key && event.type === 'page_view').length
        const best = [...keys].map(views).sort((a, b) => b - a)
        expect(by?.rows.map((row) => row.kpis.page_views?.value)).toEqual(best.slice(0, 5))
        for (const { key, kpis } of by?.rows ?? []) {
          const filter: Filter = { dimension: 'page', key }
          for (const kpi of CATALOG.kpis) {
            const isNothing = recount(recent, range, kpi, filter).value === null
            expect(kpis[kpi.id]?.value === null).toBe(isNothing)
          }
          expect(kpis.visitors).toEqual(recount(recent, range, KPIS.visitors, filter))
          expect(kpis.latency_p95).toEqual(recount(recent, range, KPIS.latency_p95, filter))
        }
      }),
      { numRuns: RUNS },
    )
  }, 60_000)
})

describe('keys under a filter against the naive recount', () => {
  const byOf = fc.constantFrom(
    ['device', { dimension: 'account', key: 'a1' }],
    ['account', { dimension: 'device', key: 'd1' }],
    ['country', { dimension: 'page', key: '/p1' }],
    ['page', { dimension: 'country', key: 'C2' }],
  ) as fc.Arbitrary<[Dimension, Filter]>

  const crossed = (by: Dimension, key: string, of: Filter) =>
    filtersOf([{ dimension: by, key }, of])

  it('every key is there, with every KPI of its events and no others', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        byOf,
        fc.constantFrom(...WINDOW_IDS),
        async (script, [by, of], window) => {
          const world = await createWorld({})
          for (const one of script) await world.run(one)
          await world.commit()
          const [app, now] = [world.app(), world.now()]
          const range = windowRange(WINDOWS[window], now)
          const answer = await app.kpis(
            { window, filter: of, by: { dimension: by, limit: 100, rankedBy: 'page_views' } },
            now,
          )
          const keys = new Set(
            eventsIn(world.events, range, of).map((event) => eventKey(event, by)),
          )
          keys.delete(undefined)
          expect(new Set(answer.by?.rows.map(({ key }) => key))).toEqual(keys)
          expect(answer.by).toMatchObject({ keys: keys.size, other: null, foldedPairs: 0 })
          for (const { key, kpis } of answer.by?.rows ?? []) {
            for (const kpi of CATALOG.kpis) {
              const prefer = answer.kpis[kpi.id]?.value.currency
              const want = expected(world.events, range, kpi, crossed(by, key, of), prefer)
              expect({ key, id: kpi.id, value: kpis[kpi.id] }).toEqual({
                key,
                id: kpi.id,
                value: want,
              })
            }
          }
        },
      ),
      { numRuns: RUNS },
    )
  }, 60_000)

  it('with few pairs kept apart none is too large, and how many were not is said', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        byOf,
        fc.integer({ min: 1, max: 3 }),
        async (script, [by, of], maxKeys) => {
          const world = await createWorld({ maxKeys })
          for (const one of script) await world.run(one)
          await world.commit()
          const [app, now] = [world.app(), world.now()]
          const range = windowRange(WINDOWS['1h'], now)
          const answer = await app.kpis(
            { window: '1h', filter: of, by: { dimension: by, limit: 100, rankedBy: 'page_views' } },
            now,
          )
          const events = eventsIn(world.events, range, of)
          let lacking = 0
          for (const key of new Set(events.map((event) => eventKey(event, by)))) {
            if (key === undefined) continue
            const want = Number(recount(events, range, EVENTS_KPI, crossed(by, key, of)).value)
            const row = answer.by?.rows.find((each) => each.key === key)
            const got = Number(row?.kpis.own_events?.value ?? 0)
            expect(got).toBeLessThanOrEqual(want)
            lacking += want - got
          }
          if (lacking > 0) expect(answer.by?.foldedPairs).toBeGreaterThan(0)
        },
      ),
      { numRuns: RUNS },
    )
  }, 60_000)

  it('a series of each key has the oracle’s points', async () => {
    await fc.assert(
      fc.asyncProperty(steps, byOf, async (script, [by, of]) => {
        const world = await createWorld({})
        for (const one of script) await world.run(one)
        await world.commit()
        const now = world.now()
        const answer = await world.app().series(
          {
            ...{ kpi: 'own_events', spanMs: 10 * MINUTE_MS, stepMs: MINUTE_MS, filter: of },
            by: { dimension: by, limit: 2, rankedBy: 'own_events' },
          },
          now,
        )
        for (const { key, points } of answer.by?.series ?? []) {
          for (const { t, value } of points) {
            if (t + answer.stepMs <= world.app().reader.oldest()) continue
            const step = { from: t, to: t + answer.stepMs }
            expect(value).toEqual(recount(world.events, step, EVENTS_KPI, crossed(by, key, of)))
          }
        }
      }),
      { numRuns: RUNS },
    )
  }, 60_000)
})

describe('a pair that is crossed later', () => {
  const view: Draft = {
    ageMs: 0,
    event: { type: 'page_view', page: '/a', country: 'DE', currency: 'USD' },
  }
  const filter: Filters = [
    { dimension: 'page', key: '/a' },
    { dimension: 'country', key: 'DE' },
  ]

  it('has no past: what was not measured is not shown as nothing, and since when it is is said', async () => {
    const world = await createWorld({ catalog: BUILT_IN })
    await world.run({ kind: 'fold', drafts: [view] })
    await world.commit()
    await world.run({ kind: 'wait', ms: 9 * MINUTE_MS })
    world.use(CATALOG)
    await world.run({ kind: 'restart' })
    const since = world.now()
    await world.run({ kind: 'wait', ms: 5 * MINUTE_MS })
    await world.run({ kind: 'fold', drafts: [view, view] })
    await world.commit()
    const now = world.now()
    const answer = await world.app().kpis({ window: '15m', filter }, now)
    expect(answer.measuredFrom).toBe(since)
    expect(answer.kpis.page_views).toMatchObject({ value: { value: 2 }, before: { value: null } })
    const recent = await world.app().kpis({ window: '1m', filter }, now)
    expect(recent).not.toHaveProperty('measuredFrom')
    const series = { kpi: 'page_views', spanMs: 15 * MINUTE_MS, stepMs: MINUTE_MS, filter }
    const { points } = await world.app().series(series, now)
    const nothing = points.filter(({ t }) => t + MINUTE_MS <= since)
    expect(nothing.length).toBeGreaterThan(7)
    expect(nothing.every(({ value }) => value.value === null)).toBe(true)
    expect(points.at(-1)?.value.value).toBe(2)
    const by = { dimension: 'country' as const, limit: 5, rankedBy: 'page_views' }
    const rows = await world.app().kpis({ window: '15m', filter: filter[0], by }, now)
    expect(rows.by).toMatchObject({ measuredFrom: since, rows: [{ key: 'DE' }] })
    expect(rows.kpis.page_views?.value.value).toBe(3)
    await world.run({ kind: 'restart' })
    expect((await world.app().kpis({ window: '15m', filter }, now)).measuredFrom).toBe(since)
  })

  it('leaves no rows behind once it is not crossed any more', async () => {
    const pairs = () =>
      store.db
        .selectFrom('pane')
        .select('dimension')
        .where('stream_id', '=', streams)
        .where('dimension', '=', 'page*country')
        .execute()
    const world = await createWorld({})
    await world.run({ kind: 'fold', drafts: [view] })
    await world.run({ kind: 'flush' })
    expect(await pairs()).not.toEqual([])
    world.use(BUILT_IN)
    await world.run({ kind: 'restart' })
    expect(await pairs()).toEqual([])
    world.use(CATALOG)
    await world.run({ kind: 'restart' })
    expect((await world.app().kpis({ window: '1m', filter }, world.now())).measuredFrom).toBe(
      world.now(),
    )
  })

  it('gives a rule that was made for it no value once it is not crossed any more', async () => {
    const world = await createWorld({ catalog: BUILT_IN })
    world.app().pin([filter])
    const rule = { kpi: 'page_views', filter, window: '1m' as const }
    expect(await world.app().value(rule, world.now())).toEqual({ value: null })
  })
})

describe('a KPI that is added later', () => {
  const carts: Kpi = {
    ...kpiOf(BUILT_IN, 'page_views'),
    id: 'carts',
    formula: { kind: 'count', of: { type: 'cart' } },
  }
  const WITH_CARTS = createCatalog([...BUILT_IN.kpis, carts])
  const cart: Draft = { ageMs: 0, event: { type: 'cart', page: '/a', currency: 'USD' } }
  const view: Draft = { ...cart, event: { ...cart.event, type: 'page_view' } }

  /** Half a quarter of an hour without the KPI, then as long with it. */
  async function later() {
    const world = await createWorld({ catalog: BUILT_IN })
    await world.run({ kind: 'fold', drafts: [cart, view] })
    await world.commit()
    await world.run({ kind: 'wait', ms: 8 * MINUTE_MS })
    world.use(WITH_CARTS)
    await world.run({ kind: 'restart' })
    const since = world.app().reader.measuredFrom('', 'carts')
    expect([since > world.now() - SECOND_MS, since <= world.now() + SECOND_MS]).toEqual([
      true,
      true,
    ])
    await world.run({ kind: 'wait', ms: 5 * MINUTE_MS })
    return { world, since }
  }

  it('has no value before, also where a late event came; others keep theirs', async () => {
    const { world, since } = await later()
    await world.run({ kind: 'fold', drafts: [cart, cart, { ...cart, ageMs: 7 * MINUTE_MS }] })
    await world.commit()
    const now = world.now()
    const { kpis } = await world.app().kpis({ window: '15m' }, now)
    expect(kpis.carts).toMatchObject({ before: { value: null }, measuredFrom: since })
    expect(kpis.page_views).toMatchObject({ value: { value: 1 }, before: { value: 0 } })
    expect(kpis.page_views).not.toHaveProperty('measuredFrom')
    const series = { kpi: 'carts', spanMs: 15 * MINUTE_MS, stepMs: MINUTE_MS }
    const { points, measuredFrom } = await world.app().series(series, now)
    expect(measuredFrom).toBe(since)
    const early = points.filter(({ t }) => t + MINUTE_MS <= since)
    expect(early.length).toBeGreaterThan(5)
    expect(early.every(({ value }) => value.value === null)).toBe(true)
    expect(points.filter(({ value }) => value.value === 0).length).toBeGreaterThan(2)
    expect(points.at(-1)?.value.value).toBe(2)
  })

  it('is young on the overview until the window was measured whole', async () => {
    const { world, since } = await later()
    const cellIn = async (window: '1m' | '15m', kpi: string) => {
      const overview = createOverviewView({ kind: 'overview', window, kpi }, world.app())
      const { cells, series } = await overview.state(world.now())
      overview.close()
      return { cell: cells[`kpi.${kpi}`], spark: series[`spark.${kpi}`] ?? [], chart: cells.chart }
    }
    const carts = await cellIn('15m', 'carts')
    expect(carts.cell).toMatchObject({
      now: { value: 0 },
      before: { value: null },
      young: { from: since },
    })
    expect(carts.chart?.measuredFrom).toBe(since)
    const drawn = carts.spark.filter(([, value]) => value !== null)
    expect(Math.min(...drawn.map(([t]) => t))).toBeGreaterThan(since - 2 * MINUTE_MS)
    const views = await cellIn('15m', 'page_views')
    expect(views.cell).not.toHaveProperty('young')
    expect(
      views.spark.length - views.spark.filter(([, value]) => value === null).length,
    ).toBeGreaterThan(drawn.length)
    expect((await cellIn('1m', 'carts')).cell).not.toHaveProperty('young')
  })

  it('stays as old as it is over restarts, and begins anew once it was away', async () => {
    const { world, since } = await later()
    await world.run({ kind: 'restart' })
    expect(world.app().reader.measuredFrom('', 'carts')).toBe(since)
    world.use(BUILT_IN)
    await world.run({ kind: 'restart' })
    world.use(WITH_CARTS)
    await world.run({ kind: 'restart' })
    expect(world.app().reader.measuredFrom('', 'carts')).toBeGreaterThan(world.now() - SECOND_MS)
  })

  it('is as old as the stream where it is there from the first event on', async () => {
    const world = await createWorld({ catalog: WITH_CARTS })
    expect(world.app().reader.measuredFrom('', 'carts')).toBe(Number.NEGATIVE_INFINITY)
  })

  it('is measured from the newest event that was read, however long ago that was', async () => {
    const world = await createWorld({ catalog: BUILT_IN })
    await world.run({ kind: 'fold', drafts: [view] })
    await world.commit()
    const newest = 1_700_000_000_400
    await store.db
      .insertInto('shard')
      .values({
        ...{ stream_id: streams, shard_id: 's', parents: '[]', hash_from: '0', hash_to: '1' },
        ...{ closed: 0, finished: 0, newest_event_ms: newest },
        ...{ records: 1, bytes: 1, aggregated: 0, out_of_range: 0, applied: 1, duplicate: 0 },
        ...{ rejected: 0, late: 0, clamped: 0, beyond: 0 },
      })
      .execute()
    world.use(WITH_CARTS)
    await world.run({ kind: 'restart' })
    expect(world.app().reader.measuredFrom('', 'carts')).toBe(1_700_000_001_000)
  })
})

describe('charts against the naive recount', () => {
  it('a view kept up to date step by step is the view computed anew, and its points are the oracle’s', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.constantFrom(...WINDOW_IDS),
        fc.constantFrom('page_views', 'visitors', 'spend', 'ctr', 'own_ratio', 'own_cost'),
        fc.constantFrom(...FILTERS),
        async (script, window, id, filter) => {
          const kpi = kpiOf(CATALOG, id)
          const world = await createWorld({})
          const overview = { kind: 'overview' as const, window, kpi: id, ...(filter && { filter }) }
          const spendOf = Array.isArray(filter) ? undefined : filter
          const spend = { kind: 'spend' as const, window, ...(spendOf && { filter: spendOf }) }
          let [app, live, liveSpend] = [
            world.app(),
            createOverviewView(overview, world.app()),
            createSpendView(spend, world.app()),
          ]
          for (const one of script) {
            await world.run(one)
            if (app !== world.app()) {
              app = world.app()
              live = createOverviewView(overview, app)
              liveSpend = createSpendView(spend, app)
            }
            await live.state(world.now())
            await liveSpend.state(world.now())
          }
          await world.commit()
          const now = world.now()
          const { chart, spanMs, pointsOver } = WINDOWS[window]
          const state = await live.state(now)
          const anew = await createOverviewView(overview, app).state(now)
          // How far time has come is said each second, where nothing else is new.
          const still = { feed: null, asOf: null }
          expect({ ...state.cells, ...still }).toEqual({ ...anew.cells, ...still })
          expect(now - (state.cells.asOf ?? 0)).toBeLessThan(SECOND_MS)
          expect(state.series).toEqual(anew.series)
          const spending = await liveSpend.state(now)
          const spendAnew = await createSpendView(spend, app).state(now)
          expect(spending.cells.spend).toEqual(spendAnew.cells.spend)
          expect(spending.series).toEqual(spendAnew.series)
          const oldest = app.reader.oldest()
          const main = state.series.main ?? []
          expect(main.length).toBe(chart.spanMs / chart.stepMs)
          const currency = state.cells.chart?.currency
          for (const [t, value, earlier] of main) {
            for (const [at, got] of [
              [t, value],
              [t - chart.spanMs, earlier],
            ] as const) {
              const end = at + chart.stepMs
              const isOfStep = addsUp(kpi) || pointsOver === 'step'
              const range = { from: isOfStep ? at : end - spanMs, to: end }
              const want =
                end <= oldest ? null : recount(world.events, range, kpi, filter, currency).value
              expect({ at, got }).toEqual({ at, got: want })
            }
          }
          const inMoney = spending.cells.spend?.currency ?? 'USD'
          const rolling = (spending.series.spend ?? []).slice(0, -1)
          for (const [t, amount, over] of rolling) {
            if (amount === null) continue
            const end = t + chart.stepMs
            expect(amount).toBe(
              recount(world.events, { from: t, to: end }, KPIS.spend, spendOf, inMoney).value,
            )
            expect(over).toBe(
              recount(world.events, { from: end - spanMs, to: end }, KPIS.spend, spendOf, inMoney)
                .value,
            )
          }
          expect(spending.series.spend?.at(-1)?.[2] ?? spending.cells.spend?.now.value).toBe(
            spending.cells.spend?.now.value,
          )
        },
      ),
      { numRuns: RUNS },
    )
  }, 120_000)

  it('a series from the past has the oracle’s points, in the step it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.constantFrom(MINUTE_MS, 10 * MINUTE_MS, 3 * HOUR_MS, 30 * HOUR_MS),
        fc.constantFrom(1_500, 10_000, 420_000),
        fc.nat(40 * HOUR_MS),
        async (script, spanMs, stepMs, ago) => {
          const world = await createWorld({})
          for (const one of script) await world.run(one)
          await world.commit()
          const [app, now] = [world.app(), world.now()]
          const answer = await app.series({ kpi: 'page_views', spanMs, stepMs, to: now - ago }, now)
          expect(answer.stepMs).toBeGreaterThanOrEqual(stepMs)
          expect(answer.points.length).toBe((answer.to - answer.from) / answer.stepMs)
          for (const { t, value, open } of answer.points) {
            if (value.value === null)
              expect(t + answer.stepMs).toBeLessThanOrEqual(app.reader.oldest())
            else
              expect(value).toEqual(
                recount(world.events, { from: t, to: t + answer.stepMs }, KPIS.page_views),
              )
            expect(open).toBe(t + answer.stepMs > now)
          }
        },
      ),
      { numRuns: RUNS },
    )
  }, 60_000)
})

describe('late events', () => {
  it('one that comes to a pane which is only in the store counts once at every level', async () => {
    const world = await createWorld({})
    const view: Draft = { ageMs: 0, event: { type: 'page_view', page: '/a', currency: 'USD' } }
    await world.run({ kind: 'fold', drafts: [view] })
    await world.commit()
    // A commit of its own: nothing is left to replay, so nothing is in memory after the restart.
    await world.run({ kind: 'flush' })
    await world.run({ kind: 'restart' })
    await world.run({ kind: 'fold', drafts: [view] })
    await world.commit()
    await world.commit()
    for (const window of WINDOW_IDS) {
      const { kpis } = await world.app().kpis({ window }, world.now())
      expect({ window, value: kpis.page_views?.value.value }).toEqual({ window, value: 2 })
    }
    // What the panes' rows say is the same.
    await world.run({ kind: 'flush' })
    await world.run({ kind: 'restart' })
    const filter: Filter = { dimension: 'page', key: '/a' }
    const { kpis } = await world.app().kpis({ window: '24h', filter }, world.now())
    expect(kpis.page_views?.value.value).toBe(2)
  })

  it('one older than every level keeps is left to the totals', async () => {
    const world = await createWorld({})
    const old: Draft = { ageMs: 500 * DAY_MS, event: { type: 'page_view', currency: 'USD' } }
    await world.run({ kind: 'fold', drafts: [old, old] })
    await world.commit()
    for (const window of WINDOW_IDS) {
      const { kpis } = await world.app().kpis({ window }, world.now())
      expect(kpis.page_views?.value.value).toBe(0)
    }
  })
})

describe('the store', () => {
  it('rows older than their level keeps go, a few in each commit', async () => {
    const world = await createWorld({})
    const rows = () =>
      store.db
        .selectFrom('pane')
        .select(['level_ms', 'start_ms'])
        .where('stream_id', '=', streams)
        .execute()
    const view: Draft = { ageMs: 0, event: { type: 'page_view', page: '/a', currency: 'USD' } }
    await world.run({ kind: 'fold', drafts: [view] })
    await world.run({ kind: 'flush' })
    expect(new Set((await rows()).map((row) => row.level_ms))).toEqual(
      new Set([SECOND_MS, 10 * SECOND_MS, MINUTE_MS, HOUR_MS]),
    )
    await world.run({ kind: 'wait', ms: 4 * HOUR_MS })
    for (let turn = 0; turn < 48; turn++) await world.commit()
    expect(new Set((await rows()).map((row) => row.level_ms))).toEqual(
      new Set([MINUTE_MS, HOUR_MS]),
    )
  })

  it('the log of changes does not grow: what all panes hold is deleted', async () => {
    const world = await createWorld({})
    const view: Draft = { ageMs: 0, event: { type: 'page_view', page: '/a', currency: 'USD' } }
    for (let second = 0; second < 300; second++) {
      await world.run({ kind: 'fold', drafts: [view] })
      await world.commit()
      await world.run({ kind: 'wait', ms: SECOND_MS })
    }
    const deltas = await store.db
      .selectFrom('pane_delta')
      .select('seq')
      .where('stream_id', '=', streams)
      .execute()
    expect(deltas.length).toBeLessThan(100)
  })
})

describe('the last commit of a process', () => {
  /** Oldest first: of what is newer than anything before, the store has no part. */
  const seconds = Array.from({ length: 800 }, (_, n): Draft => {
    return {
      ageMs: (800 - n) * SECOND_MS,
      event: { type: 'page_view', page: '/a', currency: 'USD' },
    }
  })

  it('writes no more panes than any other; the rest are replayed, and written without a wait', async () => {
    const world = await createWorld({})
    await world.run({ kind: 'fold', drafts: seconds })
    await world.commit()
    const { unwritten } = world.app().sizes()
    await world.run({ kind: 'flush' })
    const left = world.app().sizes().unwritten
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(unwritten)

    await world.run({ kind: 'restart' })
    expect(world.app().sizes().unwritten).toBe(left)
    const { kpis } = await world.app().kpis({ window: '15m' }, world.now())
    expect(kpis.page_views?.value.value).toBe(seconds.length)

    for (let commit = 0; commit < 10; commit++) await world.commit()
    expect(world.app().sizes().unwritten).toBe(0)
  })

  it('writes all of few panes: nothing is replayed then', async () => {
    const world = await createWorld({})
    await world.run({ kind: 'fold', drafts: seconds.slice(-10) })
    await world.run({ kind: 'flush' })
    await world.run({ kind: 'restart' })
    expect(world.app().sizes().unwritten).toBe(0)
  })
})

describe('the bound on keys', () => {
  it('"other" is a row of its own and says how many keys there are, about', async () => {
    const world = await createWorld({ maxKeys: 20 })
    const drafts = Array.from({ length: 600 }, (_, n) => ({
      ageMs: n % 5_000,
      event: { type: 'page_view', page: `/only-once-${n}`, currency: 'USD', visitor: `v${n}` },
    }))
    await world.run({ kind: 'fold', drafts })
    await world.commit()
    const { by } = await world
      .app()
      .kpis(
        { window: '1m', by: { dimension: 'page', limit: 1_000, rankedBy: 'page_views' } },
        world.now(),
      )
    const rows = by?.rows ?? []
    const shown = rows.reduce((sum, row) => sum + (row.kpis.page_views?.value ?? 0), 0)
    expect(shown + (by?.other?.page_views?.value ?? 0)).toBe(600)
    expect(by?.keys).toBeGreaterThan(570)
    expect(by?.keys).toBeLessThan(630)
    expect(rows.some((row) => row.key === OTHER_KEY)).toBe(false)
  })
})
