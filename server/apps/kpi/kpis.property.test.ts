import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILT_IN, kpiOf } from '../../../lib/kpi-catalog.ts'
import { NO_VALUE } from '../../../lib/kpi-value.ts'
import { DAY_MS, HOUR_MS } from '../../../lib/time.ts'
import { WINDOW_IDS, WINDOWS } from '../../../lib/windows.ts'
import { eventsIn } from '../../window/recount.ts'
import { createRetention } from '../../window/retention.ts'
import { windowRange } from '../../window/window-range.ts'
import { kpisRange } from './asked-range.ts'
import {
  asked,
  createWorld,
  type Draft,
  expectAligned,
  FILTERS,
  isGone,
  KEPT,
  KPIS,
  LONGEST_MS,
  openFolder,
  oracle,
  questionOf,
  script,
} from './questions.testing.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

describe('KPIs over any range', () => {
  it('are the oracle’s for the range that the answer names, and for the one before, each over the time that was', async () => {
    await fc.assert(
      fc.asyncProperty(
        script,
        fc.array(asked, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...FILTERS),
        async (steps, wishes, filter) => {
          const { app, events, now, first } = await createWorld(folder.store, steps)
          for (const wish of wishes) {
            const question = questionOf(wish, now)
            const answer = await app.kpis({ ...question, ...(filter && { filter }) }, now)
            const { from, to, spanMs } = answer
            expect(spanMs).toBe(to - from)
            const before = { from: from - spanMs, to: from }
            const covered = Math.max(0, Math.min(to, now) - Math.max(from, first))
            for (const id of KPIS) {
              const got = answer.kpis[id]
              expect({ question, id, ...got }).toEqual({
                ...{ question, id, unit: kpiOf(BUILT_IN, id).unit },
                coveredMs: isGone(from, now) ? 0 : covered,
                beforeCoveredMs: isGone(before.from, now)
                  ? expect.any(Number)
                  : Math.max(0, from - Math.max(before.from, first)),
                value: isGone(from, now)
                  ? NO_VALUE
                  : oracle(events, answer, id, got?.value, filter),
                before: isGone(before.from, now)
                  ? NO_VALUE
                  : oracle(events, before, id, got?.before, filter),
              })
            }
          }
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)

  it('percentiles are within 1 % of the exact ones, whatever the panes that they are merged from', async () => {
    const long = script.map((steps) =>
      steps.map((step) => ({
        ...step,
        drafts: step.drafts.map(({ ageMs, event }): Draft => {
          const durationMs = event.durationMs ?? ageMs % 70_000
          return { ageMs, event: { ...event, type: 'request', durationMs } }
        }),
      })),
    )
    await fc.assert(
      fc.asyncProperty(long, asked, async (steps, wish) => {
        const { app, events, now } = await createWorld(folder.store, steps)
        const answer = await app.kpis(questionOf(wish, now), now)
        if (isGone(answer.from, now)) return
        const sorted = eventsIn(events, answer)
          .map(({ durationMs }) => durationMs ?? 0)
          .sort((a, b) => a - b)
        for (const [id, q] of [
          ['latency_p50', 0.5],
          ['latency_p95', 0.95],
          ['latency_p99', 0.99],
        ] as const) {
          const exact = sorted[Math.floor(q * (sorted.length - 1))]
          const got = answer.kpis[id]?.value.value
          if (exact === undefined) expect(got).toBeNull()
          else expect(Math.abs(Number(got) - exact)).toBeLessThanOrEqual(exact * 0.01 + 1e-9)
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('by key: the first keys, each with the oracle’s KPIs', async () => {
    await fc.assert(
      fc.asyncProperty(
        script,
        asked,
        fc.integer({ min: 1, max: 5 }),
        async (steps, wish, limit) => {
          const { app, events, now } = await createWorld(folder.store, steps)
          const question = questionOf(wish, now)
          const by = { dimension: 'page', limit, rankedBy: 'page_views' } as const
          const answer = await app.kpis({ ...question, by }, now)
          const inRange = isGone(answer.from, now) ? [] : eventsIn(events, answer)
          const pages = [...new Set(inRange.flatMap(({ page }) => page ?? []))]
          const views = (page: string) =>
            inRange.filter((event) => event.page === page && event.type === 'page_view').length
          const rows = answer.by?.rows ?? []
          expect(answer.by).toMatchObject({ keys: pages.length, other: null })
          const most = pages.map(views).sort((a, b) => b - a)
          expect(rows.map(({ key }) => views(key))).toEqual(most.slice(0, limit))
          for (const { key, kpis } of rows) {
            for (const id of KPIS) {
              const want = oracle(events, answer, id, kpis[id], { dimension: 'page', key })
              expect({ id, key, value: kpis[id] }).toEqual({ id, key, value: want })
            }
          }
        },
      ),
      { numRuns: 40 },
    )
  }, 60_000)

  it('the range is what was asked for, aligned to the finest panes that are kept of it and of the one before', () => {
    fc.assert(
      fc.property(asked, fc.nat(HOUR_MS), (wish, shift) => {
        const now = 1_790_000_123_456 + shift
        const question = questionOf(wish, now)
        const range = kpisRange(createRetention(), question, now)
        const reach = range.from - (range.to - range.from)
        const level = KEPT.findIndex(({ ms }) => ms === range.stepMs)
        const { keepMs } = KEPT[level] ?? { keepMs: 0 }
        const isCut = range.from - (now - LONGEST_MS) < HOUR_MS && !isGone(range.from, now)
        if (!isCut) expectAligned(question, range, { stepMs: range.stepMs, now })
        if (reach < now - keepMs) expect(range.stepMs).toBe(HOUR_MS)
        // In finer panes the end is rounded down less, so that the range before begins earlier by less than a step.
        for (const finer of KEPT.slice(0, level)) {
          expect(reach).toBeLessThan(now - finer.keepMs + range.stepMs)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('a window with a name is what the same duration is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WINDOW_IDS), fc.nat(DAY_MS), (id, shift) => {
        const now = 1_790_000_000_000 + shift
        const { from, to, stepMs } = kpisRange(
          createRetention(),
          { spanMs: WINDOWS[id].spanMs },
          now,
        )
        expect({ from, to }).toEqual(windowRange(WINDOWS[id], now))
        expect(stepMs).toBe(WINDOWS[id].slideMs)
      }),
    )
  })

  it('what began before anything is kept begins with what is kept', async () => {
    const view = { type: 'page_view', currency: 'USD', page: '/a' } as Draft['event']
    const { app, now } = await createWorld(folder.store, [
      { drafts: [{ ageMs: 399 * DAY_MS, event: view }], waitMs: 0 },
    ])
    const answer = await app.kpis({ from: now - 700 * DAY_MS }, now)
    expect(answer.from).toBeGreaterThanOrEqual(now - LONGEST_MS)
    expect(answer.from).toBeLessThan(now - LONGEST_MS + HOUR_MS)
    expect(answer.kpis.page_views).toMatchObject({ value: { value: 1 }, before: NO_VALUE })
  })

  it('what is older than anything kept has no values and no keys, though it was seen once', async () => {
    const view = { type: 'page_view', currency: 'USD', page: '/a' } as Draft['event']
    const { app, now } = await createWorld(folder.store, [
      { drafts: [{ ageMs: 399 * DAY_MS, event: view }], waitMs: 201 * DAY_MS },
    ])
    const old = { from: now - 700 * DAY_MS, to: now - 500 * DAY_MS }
    const by = { dimension: 'page', limit: 5, rankedBy: 'page_views' } as const
    const answer = await app.kpis({ ...old, by }, now)
    expect(answer.kpis.spend).toMatchObject({ value: NO_VALUE, before: NO_VALUE })
    expect(answer.by).toMatchObject({ rows: [], other: null, keys: 0 })
    const series = await app.series({ ...old, kpi: 'spend', stepMs: DAY_MS, by }, now)
    expect(series.points).toHaveLength(200)
    expect(new Set(series.points.map(({ value }) => value.value))).toEqual(new Set([null]))
    expect(series.by).toMatchObject({ series: [], other: null, keys: 0 })
  })

  it('of a year by key are the oracle’s, though more panes are read than are held at once', async () => {
    const views = Array.from({ length: 300 }, (_, n) => ({
      ageMs: n * DAY_MS,
      event: { type: 'page_view', currency: 'USD', page: `/${n % 7}` } as unknown as Draft['event'],
    }))
    const { app, now } = await createWorld(folder.store, [{ drafts: views, waitMs: 0 }])
    const by = { dimension: 'page', limit: 3, rankedBy: 'page_views' } as const
    const answer = await app.kpis({ spanMs: 365 * DAY_MS, by }, now)
    expect(answer.by).toMatchObject({ keys: 7, other: null })
    expect(answer.by?.rows.map(({ key, kpis }) => [key, kpis.page_views?.value])).toEqual([
      ['/0', 43],
      ['/1', 43],
      ['/2', 43],
    ])
  })
})
