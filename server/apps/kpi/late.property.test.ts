import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SeriesPoint } from '../../../lib/api.ts'
import { correctionsIn } from '../../../lib/correction.ts'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN, kpiOf } from '../../../lib/kpi-catalog.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { type Filter, filterList } from '../../../lib/view.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import { recountLate } from '../../window/recount.ts'
import { createRetention } from '../../window/retention.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { createKpiApp } from './kpi-app.ts'
import { createOverviewView } from './overview-view.ts'
import { KPIS, openFolder } from './questions.testing.ts'
import { createSpendView } from './spend-view.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

/** Seconds are kept for an hour, tens of them for three: much of what follows is older. */
const KEEP = { seconds: HOUR_MS, minutes: 2 * DAY_MS, hours: 400 * DAY_MS }

const span = fc.oneof(
  fc.nat(3 * SECOND_MS),
  fc.nat(3 * MINUTE_MS),
  fc.nat(5 * HOUR_MS),
  fc.nat(4 * DAY_MS),
)

/** What happened so long before the stream got it, and was read so long after. */
const draft = fc.record({
  lateMs: fc.oneof(span, fc.integer({ min: MINUTE_MS - 2, max: MINUTE_MS + 2 })),
  behindMs: fc.oneof(fc.constant(0), fc.nat(20 * MINUTE_MS)),
  event: fc.record({
    type: fc.constantFrom('page_view', 'ad_request', 'ad_impression', 'ad_click', 'request'),
    visitor: fc.constantFrom(undefined, '', 'v1', 'v2'),
    page: fc.constantFrom(undefined, '/a', '/b', '/c'),
    costMicros: fc.constantFrom(undefined, undefined, 0, 5_000_000),
    revenueMicros: fc.constantFrom(undefined, 7),
    durationMs: fc.constantFrom(undefined, 12),
  }),
})

type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never

const step = fc.oneof(
  fc.record({
    kind: fc.constant('fold' as const),
    drafts: fc.array(draft, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('commit' as const), fails: fc.boolean() }),
  fc.constant({ kind: 'flush' as const }),
  fc.constant({ kind: 'restart' as const }),
  fc.record({ kind: fc.constant('wait' as const), ms: span }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Arrival {
  event: StreamEvent
  arrivedAt: number
}

const START = Date.UTC(2026, 8, 21, 14, 15, 23, 456)
let streams = 0

function arrivalOf({ lateMs, behindMs, event }: Draft, now: number): Arrival {
  const arrivedAt = now - behindMs
  const time = epochMs(arrivedAt - lateMs)
  return { event: { id: 'e', currency: 'USD', ...event, time } as StreamEvent, arrivedAt }
}

/** All that the app was given, whatever failed, was killed, was written and was deleted meanwhile. */
async function run(steps: readonly Step[], maxKeys?: number) {
  const streamId = ++streams
  const { db } = folder.store
  let now = START
  const boot = async () => {
    const app = createKpiApp({
      ...{ catalog: BUILT_IN, retention: createRetention(KEEP), db, streamId },
      clock: { now: () => now, monotonicMs: () => now },
      maxRestingBytes: 2_000,
      ...(maxKeys !== undefined && { maxKeys }),
    })
    await app.restore()
    return app
  }
  let app = await boot()
  const arrivals: Arrival[] = []
  let uncommitted: Arrival[] = []
  const fold = (some: readonly Arrival[]) => {
    const place = { shardId: 's', sequenceNumber: '1', index: 0, late: false, beyond: false }
    app.fold(some.map((arrival) => ({ ...arrival, ...place })))
  }
  const take = (some: readonly Arrival[]) => {
    arrivals.push(...some)
    fold(some)
  }
  const commit = async (fails = false) => {
    const work = app.seal()
    if (fails) {
      const failing = db.transaction().execute(async (tx) => {
        await work.write(tx, streamId)
        throw new Error('disk full')
      })
      await expect(failing).rejects.toThrow('disk full')
    }
    await db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
    uncommitted = []
  }
  for (const one of steps) {
    switch (one.kind) {
      case 'fold': {
        const some = one.drafts.map((each) => arrivalOf(each, now))
        uncommitted.push(...some)
        take(some)
        break
      }
      case 'commit':
        await commit(one.fails)
        break
      case 'flush':
        app.flushNext()
        await commit()
        break
      case 'restart':
        app = await boot()
        fold(uncommitted)
        break
      case 'wait':
        now += one.ms
        for (let turn = 0; turn < 40; turn++) await commit()
        break
    }
  }
  await commit()
  return { app, arrivals, now, take, commit }
}

const question = fc.record({
  kpi: fc.constantFrom(...KPIS),
  stepMs: fc.constantFrom(1, 3, 10, 20, 60, 300, 1_800, 3_600, 7_200).map((s) => s * SECOND_MS),
  points: fc.integer({ min: 2, max: 60 }),
  /** It ends so long after one of the events happened. */
  event: fc.nat(),
  afterMs: span,
})

/** As the oracle says it. */
function latePart(
  arrivals: readonly Arrival[],
  range: TimeRange,
  kpi: string,
  filter?: Filter,
): Pick<SeriesPoint, 'late' | 'correctedAt'> {
  const late = recountLate(arrivals, range, kpiOf(BUILT_IN, kpi), filter)
  if (late === undefined) return {}
  const { events, lastAt } = late
  return { late: events, ...(lastAt >= range.to && { correctedAt: lastAt }) }
}

const partOf = ({ late, correctedAt }: SeriesPoint) => ({
  ...(late !== undefined && { late }),
  ...(correctedAt !== undefined && { correctedAt }),
})

const filters = fc.constantFrom(undefined, { dimension: 'page', key: '/a' } as const)

describe('late events in a series', () => {
  it('are the oracle’s, in total, filtered and by key, whatever was written, killed and rolled up', async () => {
    let corrected = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 20 }),
        fc.array(question, { minLength: 2, maxLength: 6 }),
        filters,
        async (steps, questions, filter) => {
          const { app, arrivals, now } = await run(steps)
          for (const { kpi, stepMs, points, event, afterMs } of questions) {
            const { time } = arrivals[event % arrivals.length]?.event ?? { time: now }
            const to = Math.min(now, time + stepMs + Math.min(afterMs, points * stepMs))
            const answer = await app.series(
              {
                ...{ kpi, stepMs, spanMs: points * stepMs, to },
                ...(filter && { filter }),
                ...(!filter && {
                  by: { dimension: 'page', limit: 2, rankedBy: 'page_views' } as const,
                }),
              },
              now,
            )
            const check = (got: readonly SeriesPoint[], of: Filter | undefined) => {
              for (const point of got) {
                const range = { from: point.t, to: point.t + answer.stepMs }
                if (range.to <= app.reader.oldest()) continue
                const want = latePart(arrivals, range, kpi, of)
                expect({ kpi, of, range, ...partOf(point) }).toEqual({ kpi, of, range, ...want })
                if (want.correctedAt !== undefined) corrected++
              }
            }
            check(answer.points, filterList(filter)[0])
            for (const { key, points: some } of answer.by?.series ?? []) {
              check(some, { dimension: 'page', key })
            }
          }
        },
      ),
      { numRuns: 60 },
    )
    expect(corrected).toBeGreaterThan(10)
  }, 120_000)

  it('add up over keys, though only a few are kept apart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const { app, arrivals, now } = await run(steps, 1)
        const answer = await app.series(
          {
            ...{ kpi: 'page_views', spanMs: 5 * DAY_MS, stepMs: HOUR_MS },
            by: { dimension: 'page', limit: 1, rankedBy: 'page_views' },
          },
          now,
        )
        const withPage = arrivals.filter(({ event }) => event.page !== undefined)
        for (const [at, { t }] of answer.points.entries()) {
          const parts = [...(answer.by?.series.map((one) => one.points) ?? []), answer.by?.other]
          const sum = parts.reduce((all, points) => all + (points?.[at]?.late ?? 0), 0)
          const range = { from: t, to: t + HOUR_MS }
          expect(sum).toBe(latePart(withPage, range, 'page_views').late ?? 0)
        }
      }),
      { numRuns: 30 },
    )
  }, 120_000)
})

describe('late events in an open page', () => {
  /** Within the quarter of an hour that the chart shows, or just before. */
  const recent = fc.array(
    draft.map((each) => ({ ...each, lateMs: each.lateMs % (16 * MINUTE_MS), behindMs: 0 })),
    { maxLength: 8 },
  )

  it('mark the steps that the oracle says were corrected, also those that come while it is open', async () => {
    let marked = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 6 }),
        fc.array(recent, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...KPIS),
        filters,
        async (steps, batches, kpi, filter) => {
          const { app, arrivals, now, take, commit } = await run(steps)
          const shown = { window: '15m', ...(filter && { filter }) } as const
          const views = {
            main: createOverviewView({ kind: 'overview', kpi, ...shown }, app),
            spend: createSpendView({ kind: 'spend', ...shown }, app),
          }
          for (const batch of batches) {
            take(batch.map((each) => arrivalOf(each, now)))
            await commit()
            for (const name of ['main', 'spend'] as const) {
              const { series } = await views[name].state(now)
              const points = series[name] ?? []
              const of = name === 'spend' ? 'spend' : kpi
              const stepMs = WINDOWS['15m'].chart.stepMs
              const want = points.flatMap(([t, value]) => {
                const part = latePart(arrivals, { from: t, to: t + stepMs }, of, filter)
                const { late = 0, correctedAt: at } = part
                return value === null || at === undefined ? [] : [{ t, late, at }]
              })
              expect({ of, got: correctionsIn(points) }).toEqual({ of, got: want })
              marked += want.length
            }
          }
          for (const view of Object.values(views)) view.close()
        },
      ),
      { numRuns: 40 },
    )
    expect(marked).toBeGreaterThan(10)
  }, 120_000)
})

/** Two page views of `NOON`, one of them of /a, as they were written before late events were counted. */
const NOON = Date.UTC(2026, 0, 1, 12)
const OLD_ROWS = {
  '': 'AQAAAAAAAQEAGc+yAgIAAoOAAQIAAq3uxcuAxiYFAAKBxwY=',
  page: 'AQAAAAAAAQICL2ECL2Icz7ICBAABAAGDgAEEAAEAAczAAQgAAsFoAALBaA==',
}
const OLD_DELTA =
  'AQLoBwDAw9nKBgEAGc+yAgIAAoOAAQIAAq3uxcuAxiYFAAKBxwboBwRwYWdlwMPZygYCAi9hAi9iHM+yAgQAAQABg4ABBAABAAHMwAEIAALBaAACwWg='

describe('a store that knows of no late events', () => {
  const fill = {
    rows: async (stream_id: number) => {
      const levels = [SECOND_MS, 10 * SECOND_MS, MINUTE_MS, HOUR_MS]
      const rows = levels.flatMap((level_ms) =>
        Object.entries(OLD_ROWS).map(([dimension, body]) => ({
          ...{ stream_id, level_ms, dimension, start_ms: NOON },
          body: Buffer.from(body, 'base64'),
        })),
      )
      await folder.store.db.insertInto('pane').values(rows).execute()
    },
    delta: async (stream_id: number) => {
      const body = Buffer.from(OLD_DELTA, 'base64')
      await folder.store.db.insertInto('pane_delta').values({ stream_id, body }).execute()
    },
  }

  it.each(['rows', 'delta'] as const)(
    'opens, has none, and counts those that come: %s',
    async (what) => {
      const streamId = ++streams
      await fill[what](streamId)
      const now = NOON + 10 * MINUTE_MS
      const clock = { now: () => now, monotonicMs: () => now }
      const app = createKpiApp({ catalog: BUILT_IN, db: folder.store.db, streamId, clock })
      await app.restore()
      const views = async (filter?: Filter) => {
        const range = { from: NOON, to: NOON + MINUTE_MS, stepMs: MINUTE_MS }
        const { points } = await app.series(
          { kpi: 'page_views', ...range, ...(filter && { filter }) },
          now,
        )
        return points.map(({ value, ...point }) => ({
          value: value.value,
          ...partOf({ value, ...point }),
        }))
      }
      expect(await views()).toEqual([{ value: 2 }])
      const event = { id: 'e', type: 'page_view', page: '/a', currency: 'USD', time: epochMs(NOON) }
      const place = { shardId: 's', sequenceNumber: '1', index: 0, late: true, beyond: false }
      app.fold([{ event, arrivedAt: now, ...place }])
      const work = app.seal()
      await folder.store.db.transaction().execute((tx) => work.write(tx, streamId))
      work.committed()
      const corrected = { late: 1, correctedAt: now }
      expect(await views()).toEqual([{ value: 3, ...corrected }])
      expect(await views({ dimension: 'page', key: '/a' })).toEqual([{ value: 2, ...corrected }])
      expect(await views({ dimension: 'page', key: '/b' })).toEqual([{ value: 1 }])
    },
  )
})

describe('an event that is late', () => {
  const view = (lateMs: number, behindMs = 0): Step => ({
    kind: 'fold',
    drafts: [
      {
        lateMs,
        behindMs,
        event: {
          ...{ type: 'page_view', visitor: 'v1', page: '/a', durationMs: undefined },
          ...{ costMicros: undefined, revenueMicros: undefined },
        },
      },
    ],
  })
  const lateParts = async (steps: Step[], kpi: string, stepMs: number) => {
    const { app, now } = await run(steps)
    const { points } = await app.series({ kpi, spanMs: 20 * MINUTE_MS, stepMs }, now)
    return points.map(partOf).filter(({ late }) => late !== undefined)
  }

  it('corrects the step that it happened in, and of no KPI that it is not part of', async () => {
    const steps = [view(0), view(5 * MINUTE_MS)]
    expect(await lateParts(steps, 'page_views', SECOND_MS)).toEqual([
      { late: 1, correctedAt: expect.any(Number) },
    ])
    expect(await lateParts(steps, 'ctr', SECOND_MS)).toEqual([])
  })

  it('corrects nothing where it was put in time and only read late', async () => {
    expect(await lateParts([view(0), view(0, 10 * MINUTE_MS)], 'page_views', SECOND_MS)).toEqual([])
  })

  it('corrects no step that was still open when it came', async () => {
    expect(await lateParts([view(2 * MINUTE_MS)], 'page_views', 20 * MINUTE_MS)).toEqual([
      { late: 1 },
    ])
  })
})
