import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { DAY_MS, epochMs, HOUR_MS } from '../../../lib/time.ts'
import type { Store } from '../../store/open-store.ts'
import { createRetention, type KeepTimes } from '../../window/retention.ts'
import { createKpiApp } from './kpi-app.ts'
import { openFolder } from './questions.testing.ts'
import { shownRange } from './shown-period.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

let streams = 0

const keep: fc.Arbitrary<KeepTimes> = fc
  .record({
    seconds: fc.integer({ min: 1, max: 8 }),
    minutes: fc.integer({ min: 2, max: 20 }),
    more: fc.integer({ min: 1, max: 48 }),
  })
  .map(({ seconds, minutes, more }) => ({
    seconds: seconds * HOUR_MS,
    minutes: minutes * DAY_MS,
    hours: minutes * DAY_MS + more * HOUR_MS,
  }))

/** Before and after the time from which on figures are kept. */
const offset = fc.oneof(
  fc.constantFrom(-1, 0, 1, -HOUR_MS, HOUR_MS - 1, HOUR_MS),
  fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
)

async function appWith(
  db: Store['db'],
  times: KeepTimes,
  { now, at }: { now: number; at: number },
) {
  const streamId = ++streams
  const clock = { now: () => now, monotonicMs: () => now }
  const retention = createRetention(times)
  const app = createKpiApp({ catalog: BUILT_IN, retention, db, streamId, clock })
  await app.restore()
  const beyond = at < retention.oldest(now)
  const event: StreamEvent = { id: 'e', type: 'page_view', time: epochMs(at), currency: 'USD' }
  const place = { shardId: 's', sequenceNumber: '1', index: 0, arrivedAt: now, late: false }
  app.fold([{ event, ...place, beyond }])
  const work = app.seal()
  await db.transaction().execute((tx) => work.write(tx, streamId))
  work.committed()
  return { app, retention, beyond }
}

test('an event is beyond history exactly where no window and no range shows it, whatever the times', async () => {
  const { db } = folder.store
  await fc.assert(
    fc.asyncProperty(keep, fc.nat(DAY_MS), offset, async (times, moment, offsetMs) => {
      const now = Date.UTC(2026, 10, 30) + moment
      const at = createRetention(times).oldest(now) + offsetMs
      const { app, retention, beyond } = await appWith(db, times, { now, at })
      expect(beyond).toBe(offsetMs < 0)
      const hour = at - (at % HOUR_MS)
      const ranges = [
        { from: hour, to: hour + HOUR_MS },
        { from: hour - 5 * HOUR_MS, to: hour + 5 * HOUR_MS },
        { from: hour - HOUR_MS, to: now },
      ]
      const counts: number[] = []
      for (const range of ranges) {
        const shown = shownRange(range, retention, now).range
        for (const asked of [range, shown]) {
          const { kpis } = await app.kpis(asked, now)
          counts.push(kpis.page_views?.value.value ?? 0)
          const { points = [] } = await app.series(
            { kpi: 'page_views', ...asked, stepMs: HOUR_MS },
            now,
          )
          counts.push(points.reduce((sum, { value }) => sum + (value.value ?? 0), 0))
        }
      }
      expect(Math.max(...counts)).toBe(beyond ? 0 : 1)
    }),
    { numRuns: 60 },
  )
}, 60_000)
