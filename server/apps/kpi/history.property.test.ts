import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN, kpiOf } from '../../../lib/kpi-catalog.ts'
import { NO_VALUE } from '../../../lib/kpi-value.ts'
import type { KpiId } from '../../../lib/kpis.ts'
import { isFixed, type Period } from '../../../lib/period.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { type Filter, overPeriod } from '../../../lib/view.ts'
import { eventsIn, recount } from '../../window/recount.ts'
import { createRetention } from '../../window/retention.ts'
import { rangeBefore, type TimeRange } from '../../window/window-range.ts'
import { createKpiApp } from './kpi-app.ts'
import { createOverviewView, type LiveView } from './overview-view.ts'
import { FILTERS, KPIS, openFolder, oracle } from './questions.testing.ts'
import { shownPeriod, shownRange } from './shown-period.ts'
import { createSpendView } from './spend-view.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

const age = fc.oneof(
  fc.nat(90 * SECOND_MS),
  fc.nat(4 * HOUR_MS),
  fc.nat(8 * DAY_MS),
  fc.nat(65 * DAY_MS),
)

const draft = fc.record({
  /** How long before the world began; or where in the range that is watched, as a part of it. */
  when: fc.oneof(
    age.map((ageMs) => ({ ageMs })),
    fc.double({ min: -1.2, max: 1.2, noNaN: true }).map((part) => ({ part })),
  ),
  event: fc.record({
    type: fc.constantFrom('page_view', 'ad_request', 'ad_impression', 'ad_click', 'request'),
    visitor: fc.option(fc.constantFrom('v1', 'v2', 'v3', 'v4'), { nil: undefined }),
    page: fc.option(fc.constantFrom('/a', '/b', '/c'), { nil: undefined, freq: 6 }),
    account: fc.option(fc.constantFrom('acme', 'other'), { nil: undefined, freq: 6 }),
    costMicros: fc.option(fc.integer({ min: 1, max: 9_000_000 }), { nil: undefined, freq: 2 }),
    revenueMicros: fc.option(fc.nat(9_000_000), { nil: undefined, freq: 2 }),
    currency: fc.constant('USD'),
    durationMs: fc.option(fc.nat(5_000), { nil: undefined }),
  }),
})
type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never

const script = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.array(draft, { maxLength: 25 }) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
    // Up to when panes of seconds, and then of ten seconds, are no longer kept.
    { weight: 2, arbitrary: fc.oneof(fc.nat(MINUTE_MS), fc.nat(4 * HOUR_MS)) },
  ),
  { minLength: 2, maxLength: 8 },
)

/** When the range ends before the beginning of the world, and how long it is. */
const fixed = fc.record({
  ageMs: fc.oneof(
    age,
    age.map((ms) => ms - (ms % MINUTE_MS)),
  ),
  spanMs: fc.oneof(
    fc.integer({ min: SECOND_MS, max: 2 * HOUR_MS }),
    fc.integer({ min: 1, max: 72 }).map((hours) => hours * HOUR_MS),
    fc.integer({ min: HOUR_MS, max: 30 * DAY_MS }),
  ),
})

let streams = 0
const BEGAN = 1_790_000_123_456

async function createWorld() {
  const streamId = ++streams
  let now = BEGAN
  const clock = { now: () => now, monotonicMs: () => now }
  const events: StreamEvent[] = []
  let app = await boot()

  async function boot() {
    const next = createKpiApp({
      ...{ catalog: BUILT_IN, db: folder.store.db, streamId, clock, maxRestingBytes: 4_000 },
    })
    await next.restore()
    return next
  }

  async function commit() {
    app.flushNext()
    const work = app.seal()
    await folder.store.db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
  }

  return {
    events,
    app: () => app,
    now: () => now,
    async put(drafts: readonly Draft[], watched: TimeRange) {
      const batch = drafts.map(({ when, event }): StreamEvent => {
        const within = watched.to - watched.from
        const time = 'ageMs' in when ? BEGAN - when.ageMs : watched.from + when.part * within
        return { id: 'e', ...event, time: epochMs(Math.min(now, Math.floor(time))) } as StreamEvent
      })
      events.push(...batch)
      app.fold(
        batch.map((event) => ({
          ...{
            event,
            shardId: 's',
            sequenceNumber: '1',
            index: 0,
            arrivedAt: now,
            late: true,
            beyond: false,
          },
        })),
      )
      await commit()
    },
    async restart() {
      await commit()
      app = await boot()
    },
    wait(ms: number) {
      now += ms
    },
  }
}
type World = Awaited<ReturnType<typeof createWorld>>

/** Runs the script under the eyes of a view, which is looked at after each step. */
async function watched(
  world: World,
  steps: readonly (Draft[] | 'restart' | number)[],
  range: TimeRange,
  create: () => LiveView,
) {
  let view = create()
  await view.state(world.now())
  for (const step of steps) {
    if (step === 'restart') {
      await world.restart()
      view = create()
    } else if (typeof step === 'number') world.wait(step)
    else await world.put(step, range)
    await view.state(world.now())
  }
  return view.state(world.now())
}

const rangeOf = ({ ageMs, spanMs }: { ageMs: number; spanMs: number }): TimeRange => {
  const to = BEGAN - ageMs
  return { from: to - spanMs, to }
}

const period: fc.Arbitrary<Period> = fc.oneof(
  { weight: 3, arbitrary: fixed.map(rangeOf) },
  { weight: 1, arbitrary: fc.constantFrom('7d' as const, '30d' as const) },
)

const reach = (one: Period): TimeRange =>
  isFixed(one) ? one : { from: BEGAN - (one === '7d' ? 7 : 30) * DAY_MS, to: BEGAN }

describe('what is shown of the past, against the naive recount', () => {
  it('figures, chart and lists are the oracle’s, also after late events and a restart, and so says the API', async () => {
    await fc.assert(
      fc.asyncProperty(
        script,
        period,
        fc.constantFrom(...KPIS),
        fc.constantFrom(...FILTERS),
        async (steps, over, kpi, filter) => {
          const world = await createWorld()
          const view = {
            ...{ kind: 'overview' as const, kpi, ...overPeriod(over) },
            ...(filter && { filter }),
          }
          const create = () => createOverviewView(view, world.app())
          const state = await watched(world, steps, reach(over), create)
          const [app, now, events] = [world.app(), world.now(), world.events]
          const { range, chart } = shownPeriod(over, app.reader.retention, now)
          const anew = await create().state(now)
          // How far time has come is said again within a second.
          const stable = { feed: null, asOf: null }
          expect({ ...state.cells, ...stable }).toEqual({ ...anew.cells, ...stable })
          expect(now - (state.cells.asOf ?? now)).toBeLessThan(SECOND_MS)
          expect(state.series).toEqual(anew.series)

          const oldest = app.reader.oldest()
          const before = rangeBefore(range)
          const answer = await app.kpis(
            { ...(isFixed(over) ? range : { window: over }), ...(filter && { filter }) },
            now,
          )
          expect({ from: answer.from, to: answer.to }).toEqual(range)
          for (const id of KPIS) {
            const cell = state.cells[`kpi.${id}`]
            const isNothing = isFixed(over) && oldest >= range.to
            expect({ id, now: cell?.now }).toEqual({
              id,
              now: isNothing ? NO_VALUE : oracle(events, range, id, cell?.now, filter),
            })
            expect({ id, before: cell?.before }).toEqual({
              id,
              before:
                before.from < oldest ? NO_VALUE : oracle(events, before, id, cell?.before, filter),
            })
            if (!isNothing) expect(cell?.now).toEqual(answer.kpis[id]?.value)
          }
          const { stepMs } = chart
          const main = state.series.main ?? []
          expect(main.map(([t]) => t)).toEqual(
            Array.from(
              { length: (chart.to - chart.from) / stepMs },
              (_, n) => chart.from + n * stepMs,
            ),
          )
          const spanMs = chart.to - chart.from
          for (const [t, value, earlier] of main) {
            const pairs = [
              [t, value],
              [t - spanMs, earlier],
            ] as const
            for (const [at, got] of pairs) {
              const step = { from: at, to: at + stepMs }
              const want =
                step.to <= oldest ? null : recount(events, step, kpiOf(BUILT_IN, kpi), filter).value
              expect({ at, got }).toEqual({ at, got: want })
            }
          }
          const series = await app.series(
            {
              ...(isFixed(over) ? range : { spanMs: reach(over).to - reach(over).from }),
              ...{ kpi, stepMs, ...(filter && { filter }) },
            },
            now,
          )
          expect(series.stepMs).toBe(stepMs)
          expect(series.points.map(({ t, value }) => [t, value.value])).toEqual(
            main.map(([t, value]) => [t, value]),
          )
          const list = state.cells['list.page']
          const views = (key: string): number =>
            recount(events, range, kpiOf(BUILT_IN, 'page_views'), { dimension: 'page', key })
              .value ?? 0
          const pages = [...new Set(eventsIn(events, range).flatMap(({ page }) => page ?? []))]
          const most = pages.map(views).filter((count) => count > 0)
          expect(list?.rows.map(({ value }) => value.value)).toEqual(most.sort((a, b) => b - a))
          for (const { key, chosen } of list?.rows ?? []) {
            if (chosen === undefined) continue
            const of: Filter = { dimension: 'page', key }
            expect({ key, chosen }).toEqual({ key, chosen: oracle(events, range, kpi, chosen, of) })
          }
        },
      ),
      { numRuns: 30 },
    )
  }, 120_000)

  it('spend of a range adds up from its beginning, and each account’s is the oracle’s', async () => {
    await fc.assert(
      fc.asyncProperty(script, fixed, async (steps, wish) => {
        const asked = rangeOf(wish)
        const world = await createWorld()
        const create = () => createSpendView({ kind: 'spend', range: asked }, world.app())
        const state = await watched(world, steps, asked, create)
        const [app, now, events] = [world.app(), world.now(), world.events]
        expect(state).toEqual(await create().state(now))
        const { range, chart } = shownRange(asked, app.reader.retention, now)
        const { spend } = state.cells
        const oldest = app.reader.oldest()
        const spent = (over: TimeRange, filter?: Filter) =>
          recount(events, over, kpiOf(BUILT_IN, 'spend'), filter, 'USD').value
        expect(spend?.range).toEqual(range)
        expect(spend?.now.value).toBe(oldest >= range.to ? null : spent(range))
        expect(spend?.before.value).toBe(
          rangeBefore(range).from < oldest ? null : spent(rangeBefore(range)),
        )
        expect(spend).not.toHaveProperty('today')
        for (const { key, now: amount } of spend?.byAccount ?? []) {
          expect({ key, amount: amount.value }).toEqual({
            key,
            amount: spent(range, { dimension: 'account', key }),
          })
        }
        for (const [t, amount, added] of state.series.spend ?? []) {
          if (amount === null) continue
          const to = t + chart.stepMs
          expect([amount, added]).toEqual([spent({ from: t, to }), spent({ from: range.from, to })])
        }
      }),
      { numRuns: 30 },
    )
  }, 60_000)

  it('a range is shown in whole steps of panes that are kept of it and of the one before, and nothing that is over is left out', () => {
    const retention = createRetention()
    const keptMs = [
      [SECOND_MS, HOUR_MS],
      [10 * SECOND_MS, 3 * HOUR_MS],
      [MINUTE_MS, 7 * DAY_MS],
      [HOUR_MS, 400 * DAY_MS],
    ] as const
    const any = fc.record({
      ageMs: fc.oneof(age, fc.nat(500 * DAY_MS)),
      spanMs: fc.oneof(
        fc.integer({ min: SECOND_MS, max: HOUR_MS }),
        fc.integer({ min: SECOND_MS, max: 500 * DAY_MS }),
      ),
    })
    fc.assert(
      fc.property(any, (wish) => {
        const now = BEGAN
        const asked = rangeOf(wish)
        const { range, chart, spark } = shownRange(asked, retention, now)
        const { stepMs } = chart
        expect([chart.from, chart.to]).toEqual([range.from, range.to])
        expect([range.from % stepMs, range.to % stepMs]).toEqual([0, 0])
        expect((range.to - range.from) / stepMs).toBeLessThanOrEqual(722)
        expect(range.to).toBeLessThanOrEqual(now)
        const oldestKept = now - 400 * DAY_MS
        if (range.from > asked.from) expect(range.from - oldestKept).toBeLessThanOrEqual(DAY_MS)
        else expect(asked.from - range.from).toBeLessThan(2 * stepMs)
        expect(range.to >= asked.to || range.to > now - stepMs).toBe(true)
        const began = rangeBefore(range).from
        const pane = keptMs.find(([ms, keep]) => began - (began % ms) >= now - keep)?.[0] ?? HOUR_MS
        expect([stepMs % pane, spark.stepMs % pane]).toEqual([0, 0])
        expect(spark.from >= range.from && spark.to <= range.to).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a range that ends at whole minutes is shown as it is while minutes are kept, and steps are not too many', () => {
    const minutes = fc.record({
      ageMs: fc.nat(5_000).map((n) => n * MINUTE_MS),
      spanMs: fc.integer({ min: 1, max: 700 }).map((n) => n * MINUTE_MS),
    })
    fc.assert(
      fc.property(minutes, ({ ageMs, spanMs }) => {
        const to = BEGAN - (BEGAN % MINUTE_MS) - ageMs
        const asked = { from: to - spanMs, to }
        expect(shownRange(asked, createRetention(), BEGAN).range).toEqual(asked)
      }),
    )
  })

  it('a range that nobody added to is not computed again', async () => {
    const world = await createWorld()
    const range = {
      from: BEGAN - 2 * DAY_MS - (BEGAN % HOUR_MS),
      to: BEGAN - DAY_MS - (BEGAN % HOUR_MS),
    }
    const view = (ageMs: number): Draft => ({
      when: { ageMs },
      event: { type: 'page_view', currency: 'USD' } as Draft['event'],
    })
    await world.put([view(90 * DAY_MS), view(1.5 * DAY_MS)], range)
    const live = createOverviewView(
      { kind: 'overview', range, kpi: 'page_views' as KpiId },
      world.app(),
    )
    const first = await live.state(world.now())
    await world.put([view(0)], range)
    const second = await live.state(world.now())
    expect(second.series).toBe(first.series)
    await world.put([view(1.6 * DAY_MS)], range)
    const third = await live.state(world.now())
    expect([first, third].map(({ cells }) => cells['kpi.page_views']?.now.value)).toEqual([1, 2])
  })

  it('figures and chart do not wait for the lists, which come with a later frame', async () => {
    const world = await createWorld()
    const range = { from: BEGAN - 30 * DAY_MS, to: BEGAN }
    const view = (ageMs: number, visitor: string): Draft => ({
      when: { ageMs },
      event: { type: 'page_view', page: '/a', visitor, currency: 'USD' } as Draft['event'],
    })
    await world.put([view(20 * DAY_MS, 'v1'), view(9 * DAY_MS, 'v2')], range)
    const wish = { kind: 'overview', range, kpi: 'visitors' } as const
    const patient = createOverviewView(wish, world.app())
    const whole = await patient.state(world.now())
    // Else the windows are there already.
    patient.close()
    const hasty = createOverviewView(wish, world.app(), { patienceMs: 0 })
    let state = await hasty.state(world.now())
    expect(state.cells).not.toHaveProperty(['list.page'])
    expect(state.cells['kpi.visitors']).toEqual(whole.cells['kpi.visitors'])
    expect(state.series).toEqual(whole.series)
    const isWhole = () =>
      Object.keys(state.cells).length === Object.keys(whole.cells).length &&
      state.cells['list.page']?.rows[0]?.chosen !== undefined
    for (let frames = 0; frames < 2_000 && !isWhole(); frames++) {
      state = await hasty.state(world.now())
    }
    expect(state).toEqual(whole)
  })
})
