import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SeriesPoint } from '../../../lib/api.ts'
import type { StreamEvent } from '../../../lib/event.ts'
import { NO_VALUE } from '../../../lib/kpi-value.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import {
  asked,
  createWorld,
  type Draft,
  expectAligned,
  FILTERS,
  isGone,
  KEPT,
  KPIS,
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

const step = fc.oneof(
  fc.integer({ min: 1, max: 90 }).map((seconds) => seconds * SECOND_MS),
  fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * MINUTE_MS),
  fc.integer({ min: 1, max: 60 }).map((hours) => hours * HOUR_MS),
)
const MOST_POINTS = 300

/** The events of all keys but these, as if they were of one. */
const othersAsOne = (events: readonly StreamEvent[], keys: readonly string[]): StreamEvent[] =>
  events
    .filter(({ page }) => page !== undefined && !keys.includes(page))
    .map((event) => ({ ...event, page: '/all' }))

describe('series over any range', () => {
  const question = fc.record({ wish: asked, stepMs: step, id: fc.constantFrom(...KPIS) })

  it('have the oracle’s points, in total and filtered, in the step that the answer names', async () => {
    await fc.assert(
      fc.asyncProperty(
        script,
        fc.array(question, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...FILTERS),
        async (steps, questions, filter) => {
          const { app, events, now } = await createWorld(folder.store, steps)
          for (const { wish, stepMs, id } of questions) {
            const range = questionOf(
              { ...wish, spanMs: Math.min(wish.spanMs, MOST_POINTS * stepMs) },
              now,
            )
            const answer = await app.series(
              { ...range, kpi: id, stepMs, ...(filter && { filter }) },
              now,
            )
            expect(answer.stepMs).toBeGreaterThanOrEqual(stepMs)
            expectAligned(range, answer, { stepMs: answer.stepMs, now })
            const panes = KEPT.filter(({ keepMs }) => answer.from >= now - keepMs)
            if (!isGone(answer.from, now))
              expect(panes.some(({ ms }) => answer.stepMs % ms === 0)).toBe(true)
            expect(answer.points.length).toBe((answer.to - answer.from) / answer.stepMs)
            const oldest = app.reader.oldest()
            for (const [at, { t, value, open }] of answer.points.entries()) {
              const [from, to] = [answer.from + at * answer.stepMs, t + answer.stepMs]
              expect([t, open]).toEqual([from, to > now])
              const none = isGone(t, now) || to <= oldest
              const want = none ? NO_VALUE : oracle(events, { from, to }, id, value, filter)
              expect({ id, from, value }).toEqual({ id, from, value: want })
            }
          }
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)

  it('a step that is finer than what is kept grows, and no event is lost', async () => {
    const drafts = Array.from({ length: 60 }, (_, n) => ({
      ageMs: n * 7 * SECOND_MS,
      event: { type: 'page_view', currency: 'USD' } as Draft['event'],
    }))
    const { app, now } = await createWorld(folder.store, [{ drafts, waitMs: 2 * HOUR_MS }])
    const range = { from: now - 3 * HOUR_MS + MINUTE_MS, to: now - HOUR_MS }
    const answer = await app.series({ ...range, kpi: 'page_views', stepMs: 7 * SECOND_MS }, now)
    expect(answer.stepMs).toBe(10 * SECOND_MS)
    expect(answer.points.reduce((sum, { value }) => sum + (value.value ?? 0), 0)).toBe(60)
  })

  it('by key: each of the first keys and all others together have the oracle’s points', async () => {
    await fc.assert(
      fc.asyncProperty(
        script,
        question,
        fc.integer({ min: 1, max: 5 }),
        async (steps, one, limit) => {
          const { app, events, now } = await createWorld(folder.store, steps)
          const { wish, stepMs, id } = one
          const range = questionOf(
            { ...wish, spanMs: Math.min(wish.spanMs, MOST_POINTS * stepMs) },
            now,
          )
          const by = { dimension: 'page', limit, rankedBy: 'page_views' } as const
          const answer = await app.series({ ...range, kpi: id, stepMs, by }, now)
          const { points, by: parts } = answer
          const first = points.find(
            ({ t }) => !isGone(t, now) && t + answer.stepMs > app.reader.oldest(),
          )
          const within = { from: first?.t ?? answer.to, to: answer.to }
          const inRange = events.filter(({ time }) => time >= within.from && time < within.to)
          const pages = [...new Set(inRange.flatMap(({ page }) => page ?? []))]
          const views = (page: string) =>
            inRange.filter((event) => event.page === page && event.type === 'page_view').length
          const keys = parts?.series.map(({ key }) => key) ?? []
          expect(parts?.keys).toBe(pages.length)
          const most = pages.map(views).sort((a, b) => b - a)
          expect(keys.map(views)).toEqual(most.slice(0, limit))
          expect(parts?.other === null).toBe(pages.length <= limit)
          const check = (got: SeriesPoint[], from: StreamEvent[], key: string) => {
            expect(got.map(({ t, open }) => [t, open])).toEqual(
              points.map(({ t, open }) => [t, open]),
            )
            for (const { t, value } of got) {
              const span = { from: t, to: t + answer.stepMs }
              const want =
                t < within.from
                  ? NO_VALUE
                  : oracle(from, span, id, value, { dimension: 'page', key })
              expect({ id, key, t, value }).toEqual({ id, key, t, value: want })
            }
          }
          for (const { key, points: got } of parts?.series ?? []) check(got, events, key)
          if (parts?.other) check(parts.other, othersAsOne(events, keys), '/all')
        },
      ),
      { numRuns: 40 },
    )
  }, 60_000)

  it('by key add up to all events that have one, though only a few keys are kept apart', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 1, max: 3 }), async (steps, limit) => {
        const { app, events, now } = await createWorld(folder.store, steps, 1)
        const by = { dimension: 'page', limit, rankedBy: 'page_views' } as const
        const {
          points,
          stepMs,
          by: parts,
        } = await app.series({ kpi: 'page_views', spanMs: 10 * DAY_MS, stepMs: HOUR_MS, by }, now)
        const withKey = events.filter(({ page }) => page !== undefined)
        for (const [at, { t }] of points.entries()) {
          const of = (some: SeriesPoint[] | null | undefined) => some?.[at]?.value.value ?? 0
          const sum = (parts?.series ?? []).reduce(
            (all, one) => all + of(one.points),
            of(parts?.other),
          )
          const span = { from: t, to: t + stepMs }
          expect(sum).toBe(oracle(withKey, span, 'page_views', undefined).value)
        }
      }),
      { numRuns: 15 },
    )
  }, 60_000)
})
