import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { KPIS } from '../../../lib/kpis.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS } from '../../../lib/time.ts'
import type { Store } from '../../store/open-store.ts'
import { recount } from '../../window/recount.ts'
import { createRetention, type KeepTimes } from '../../window/retention.ts'
import { createKpiApp } from './kpi-app.ts'
import { openFolder } from './questions.testing.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

let streams = 0

const keep: fc.Arbitrary<KeepTimes> = fc
  .record({ seconds: fc.integer({ min: 1, max: 8 }), minutes: fc.integer({ min: 2, max: 20 }) })
  .map(({ seconds, minutes }) => ({
    seconds: seconds * HOUR_MS,
    minutes: minutes * DAY_MS,
    hours: 400 * DAY_MS,
  }))

const age = fc.oneof(fc.nat(20 * MINUTE_MS), fc.nat(9 * HOUR_MS), fc.nat(25 * DAY_MS))

/** A start with other times, some events, and a while until the next one. */
const starts = fc.array(
  fc.record({ keep, ages: fc.array(age, { maxLength: 15 }), waitMs: age, commits: fc.nat(120) }),
  { minLength: 2, maxLength: 5 },
)

async function run(
  db: Store['db'],
  steps: typeof starts extends fc.Arbitrary<infer T> ? T : never,
) {
  const streamId = ++streams
  let now = 1_790_000_123_456 + streams * 977
  const clock = { now: () => now, monotonicMs: () => now }
  const events: StreamEvent[] = []
  const open = (times: KeepTimes) =>
    createKpiApp({ catalog: BUILT_IN, retention: createRetention(times), db, streamId, clock })
  let app = open(steps[0]!.keep)
  for (const { keep: times, ages, waitMs, commits } of steps) {
    app = open(times)
    await app.restore()
    const batch = ages.map((ageMs): StreamEvent => {
      return { id: 'e', type: 'page_view', time: epochMs(now - ageMs), currency: 'USD' }
    })
    events.push(...batch)
    const place = {
      shardId: 's',
      sequenceNumber: '1',
      index: 0,
      arrivedAt: now,
      late: false,
      beyond: false,
    }
    app.fold(batch.map((event) => ({ event, ...place })))
    app.flushNext()
    // With each commit a few rows go that are older than they are kept.
    for (let commit = 0; commit <= commits; commit++) {
      const work = app.seal()
      await db.transaction().execute((tx) => work.write(tx, streamId))
      work.committed()
    }
    now += waitMs
  }
  return { app: open(steps.at(-1)!.keep), events, now }
}

test('whatever the times were at each start, what is answered is what was there', async () => {
  const { db } = folder.store
  await fc.assert(
    fc.asyncProperty(
      starts,
      age.map((ms) => ms + 1),
      age,
      async (steps, spanMs, ageMs) => {
        const { app, events, now } = await run(db, steps)
        await app.restore()
        const { from, to, kpis } = await app.kpis({ spanMs, to: now - ageMs }, now)
        const value = recount(events, { from, to }, KPIS.page_views)
        expect({ from, to, value: kpis.page_views?.value }).toEqual({ from, to, value })
        const series = await app.series({ kpi: 'page_views', spanMs, stepMs: MINUTE_MS * 20 }, now)
        for (const { t, value: got } of series.points ?? []) {
          if (got.value === null) continue
          const range = { from: t, to: t + series.stepMs }
          expect({ t, got }).toEqual({ t, got: recount(events, range, KPIS.page_views) })
        }
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)
