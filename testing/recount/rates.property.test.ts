import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chartPoints } from '../../components/kpi/chart-values.ts'
import { kpiRateTime, rateTime } from '../../components/kpi/rate-time.ts'
import { coveredMs, rangeOf } from '../../lib/covered.ts'
import type { StreamEvent } from '../../lib/event.ts'
import { kpiChange } from '../../lib/format-kpi.ts'
import type { Point } from '../../lib/frames.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { KPIS } from '../../lib/kpis.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import { createKpiApp } from '../../server/apps/kpi/kpi-app.ts'
import { createOverviewView } from '../../server/apps/kpi/overview-view.ts'
import { createPreviewView } from '../../server/apps/kpi/preview-view.ts'
import { openFolder } from '../../server/apps/kpi/questions.testing.ts'
import { createSpendView } from '../../server/apps/kpi/spend-view.ts'
import { kpisCsv, seriesCsv } from '../../server/http/kpi-csv.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

/** About so many events: as steady as clockwork. */
const EVENTS = 400
let streams = 0

/** A stream of `ageMs` at `now` with a page view, by acme, every `everyMs`. */
async function steadyStream({ now, ageMs }: { now: number; ageMs: number }) {
  const streamId = ++streams
  const clock = { now: () => epochMs(now), monotonicMs: () => now }
  const ports = { catalog: BUILT_IN, db: folder.store.db, streamId, clock }
  const everyMs = Math.max(1, Math.floor(ageMs / EVENTS))
  const times: number[] = []
  for (let time = now - ageMs; time < now; time += everyMs) times.push(time)
  const app = createKpiApp(ports)
  await app.restore()
  app.fold(
    times.map((time) => ({
      event: {
        ...{ id: 'e', type: 'page_view', time: epochMs(time), currency: 'USD' },
        ...{ page: '/', account: 'acme', costMicros: 1_000_000 },
      } as StreamEvent,
      ...{ shardId: 's', sequenceNumber: '1', index: 0, arrivedAt: time },
      ...{ late: false, beyond: false },
    })),
  )
  for (let commits = 0; commits < 4; commits++) {
    app.flushNext()
    const work = app.seal()
    await folder.store.db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
  }
  const again = createKpiApp(ports)
  await again.restore()
  return { apps: [app, again], everyMs, first: now - ageMs }
}

/** That so many in so much time are one every `everyMs`: at its ends one more or less may fall. */
function expectSteady(value: number | null | undefined, ms: number, everyMs: number): void {
  if (ms === 0) expect(value ?? 0).toBe(0)
  else expect(Math.abs((value ?? Number.NaN) - ms / everyMs)).toBeLessThanOrEqual(1.001)
}

/** As `expectSteady`, of points in the unit of their KPI. */
function expectPoints(
  points: readonly Point[],
  { stepMs, perMs, everyMs }: { stepMs: number; perMs: number; everyMs: number },
): void {
  const least = Math.min(stepMs, 5 * SECOND_MS)
  for (const [, ...values] of points.map((point) => point.slice(0, 3))) {
    for (const rate of values) {
      if (rate === null || rate === undefined) continue
      expect(Math.abs(rate - perMs / everyMs)).toBeLessThanOrEqual((1.001 * perMs) / least)
    }
  }
}

const moment = fc
  .record({ hour: fc.nat(2_000), intoMs: fc.nat(HOUR_MS - 1) })
  .map(
    ({ hour, intoMs }) =>
      1_790_000_000_000 - (1_790_000_000_000 % HOUR_MS) + hour * HOUR_MS + intoMs,
  )
const age = fc.oneof(
  fc.integer({ min: 2 * SECOND_MS, max: 2 * MINUTE_MS }),
  fc.integer({ min: MINUTE_MS, max: 3 * HOUR_MS }),
  fc.integer({ min: HOUR_MS, max: 70 * DAY_MS }),
)

describe('a steady stream has its rate wherever time is divided by', () => {
  it('whatever its age, the window, the moment, and after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(
        moment,
        age,
        fc.constantFrom(...WINDOW_IDS),
        fc.nat(1),
        async (now, ageMs, window, restarts) => {
          const { apps, everyMs, first } = await steadyStream({ now, ageMs })
          const app = apps[restarts] ?? expect.unreachable()
          const range = rangeOf(window, now)
          const was = coveredMs(range, { since: first, now })

          // The strip, the lists, the chart, and the change against the window before.
          const overview = await createOverviewView(
            { kind: 'overview', window, kpi: 'page_views' },
            app,
          ).state(now)
          const { chart, asOf, ...cells } = overview.cells
          if (chart === undefined) expect.unreachable()
          const cell = cells['kpi.page_views'] ?? expect.unreachable()
          const over = kpiRateTime(chart, cell.young, asOf)
          expect(over.ms).toBe(was)
          expectSteady(cell.now.value, over.ms, everyMs)
          expectSteady(cells['kpi.spend']?.now.value, over.ms, everyMs)
          const list = cells['list.page'] ?? expect.unreachable()
          expectSteady(list.rows[0]?.value.value, rateTime(chart, asOf, list.knownFrom).ms, everyMs)
          const drawn = chartPoints(KPIS.page_views, overview.series.main ?? [], {
            ...{ stepMs: chart.stepMs, now, newestAt: now, since: chart.known.since },
            earlierMs: chart.spanMs,
          })
          expectPoints(drawn, { stepMs: chart.stepMs, perMs: SECOND_MS, everyMs })
          const spark = overview.series['spark.page_views'] ?? []
          const sparkMs = (spark[1]?.[0] ?? 0) - (spark[0]?.[0] ?? 0)
          const ended = { now: Number.POSITIVE_INFINITY, newestAt: null }
          const shape = chartPoints(KPIS.page_views, spark.slice(0, -1), {
            ...{ stepMs: sparkMs, since: chart.known.since, ...ended },
          })
          expectPoints(shape, { stepMs: sparkMs, perMs: SECOND_MS, everyMs })
          if ((cell.before.value ?? 0) > 100) {
            const { text } = kpiChange(KPIS.page_views, cell.now, cell.before, {
              ...{ nowMs: over.ms, beforeMs: over.wholeMs },
            })
            expect(text === 'same' || Number.parseFloat(text) <= 3).toBe(true)
          }

          // Spend, in total and by account.
          const spending = await createSpendView({ kind: 'spend', window }, app).state(now)
          const spend = spending.cells.spend ?? expect.unreachable()
          const { ms } = rateTime(spend, spending.cells.asOf)
          expect(ms).toBe(was)
          expectSteady(spend.now.value, ms, everyMs)
          expectSteady(spend.byAccount[0]?.now.value, ms, everyMs)

          // The API, as JSON and as CSV.
          const by = { dimension: 'page', limit: 1, rankedBy: 'page_views' } as const
          const answer = await app.kpis({ window, by }, now)
          const said = answer.kpis.page_views ?? expect.unreachable()
          expect(said.coveredMs).toBe(was)
          expectSteady(said.value.value, said.coveredMs, everyMs)
          expectSteady(said.before.value, said.beforeCoveredMs, everyMs)
          const row = answer.by?.rows[0]?.kpis.page_views?.value
          if (row !== undefined) expectSteady(row, answer.by?.coveredMs.page_views ?? 0, everyMs)
          const { spanMs, stepMs: leastMs } = WINDOWS[window].chart
          const asked = { kpi: 'page_views', spanMs, stepMs: leastMs, by }
          const series = await app.series(asked, now)
          for (const points of [series.points, series.by?.series[0]?.points ?? []]) {
            for (const { value, coveredMs: covered = series.stepMs } of points) {
              if (value.value !== null) expectSteady(value.value, covered, everyMs)
            }
          }
          for (const { columns, rows } of [kpisCsv(answer), seriesCsv(series)]) {
            const at = (name: string) => columns.indexOf(name)
            for (const line of rows) {
              const [kpi, value, covered] = ['kpi', 'value', 'covered_ms'].map(
                (name) => line[at(name)],
              )
              if (kpi?.kind !== 'text' || kpi.text !== 'page_views') continue
              if (value?.kind !== 'number' || covered?.kind !== 'number') continue
              if (value.value !== null) expectSteady(value.value, covered.value ?? 0, everyMs)
            }
          }

          // A fixed range.
          const fixed = { from: now - ageMs - HOUR_MS, to: now - SECOND_MS }
          const past = await createOverviewView(
            { kind: 'overview', range: fixed, kpi: 'page_views' },
            app,
          ).state(now)
          const then = past.cells.chart ?? expect.unreachable()
          const figure = past.cells['kpi.page_views']?.now.value
          if (figure !== null) {
            expectSteady(figure, kpiRateTime(then, undefined, undefined).ms, everyMs)
          }
        },
      ),
      { numRuns: 40 },
    )
  }, 120_000)

  it('windows that reach further back than it agree to the event and the millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(moment, age, async (now, ageMs) => {
        const { apps, first } = await steadyStream({ now, ageMs })
        const rates = new Set<string>()
        for (const window of WINDOW_IDS) {
          if (rangeOf(window, now).from > first) continue
          for (const app of apps) {
            const { kpis } = await app.kpis({ window }, now)
            rates.add(`${kpis.page_views?.value.value} in ${kpis.page_views?.coveredMs}`)
          }
        }
        expect(rates.size).toBeLessThanOrEqual(1)
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})

it('a draft is counted by the time since every event was seen', async () => {
  const now = 1_790_000_012_345
  const { apps } = await steadyStream({ now, ageMs: 20 * SECOND_MS })
  const formula = { kind: 'count', of: { type: 'page_view' } } as const
  const view = { kind: 'preview', window: '5m', types: [], unit: 'per_second', formula } as const
  const { cells } = await createPreviewView(
    { ...view, types: [] },
    apps[0] ?? expect.unreachable(),
  ).state(now)
  const { from, asOf, value } = cells.preview ?? expect.unreachable()
  expectSteady(value.value, coveredMs(rangeOf('5m', asOf), { since: from, now: asOf }), 50)
})

describe('a threshold of below', () => {
  it('has no value until its window is covered; one of above has what there is', async () => {
    const now = 1_790_000_012_345
    const { apps } = await steadyStream({ now, ageMs: 40 * SECOND_MS })
    const [app] = apps
    const rule = { kpi: 'page_views', window: '1m' } as const
    expect(await app?.value({ ...rule, when: 'below' }, now)).toEqual({ value: null })
    expect(await app?.value({ ...rule, when: 'above' }, now)).toEqual({ value: EVENTS })
    expect(await app?.value({ ...rule, when: 'below' }, now + 21 * SECOND_MS)).toMatchObject({
      value: expect.any(Number),
    })
    expect(await app?.value({ ...rule, kpi: 'ctr', when: 'below' }, now)).toEqual({ value: null })
  })
})

describe('a frame says how far time has come', () => {
  it('each second, also where nothing comes, and not where it cannot go on', async () => {
    const now = 1_790_000_012_345
    const { apps } = await steadyStream({ now, ageMs: 40 * SECOND_MS })
    const [app = expect.unreachable()] = apps
    const view = createOverviewView({ kind: 'overview', window: '24h', kpi: 'page_views' }, app)
    const asOf = async (ms: number) => (await view.state(now + ms)).cells.asOf
    expect(await asOf(0)).toBe(now)
    expect(await asOf(400)).toBe(now)
    expect(await asOf(1_000)).toBe(now + 1_000)
    expect(await asOf(14_000)).toBe(now + 14_000)
    // The clock was set back.
    expect(await asOf(2_000)).toBe(now + 2_000)
    const range = { from: now - 60_000, to: now - 30_000 }
    const fixed = createOverviewView({ kind: 'overview', range, kpi: 'page_views' }, app)
    expect((await fixed.state(now)).cells).not.toHaveProperty('asOf')
  })
})
