import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import type { Period } from '../../../lib/period.ts'
import { DAY_MS, epochMs, HOUR_MS } from '../../../lib/time.ts'
import { overPeriod } from '../../../lib/view.ts'
import { createRetention, DEFAULT_KEEP } from '../../window/retention.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { createOverviewView } from './overview-view.ts'
import { openFolder } from './questions.testing.ts'
import { createSpendView } from './spend-view.ts'

const BEGAN = Date.UTC(2026, 0, 31, 12, 20)
/** More than any of these views needs: 60 days of hours, of the total and of each dimension, a few panes a turn. */
const MOST_TURNS = 4_000

let folder: Awaited<ReturnType<typeof openFolder>>
let now = BEGAN
const clock = { now: () => now, monotonicMs: () => now }

/** The first start keeps hours for 30 days, the next ones as long as by default. */
beforeAll(async () => {
  folder = await openFolder()
  const app = await start(30 * DAY_MS)
  app.fold(
    Array.from({ length: 45 * 24 }, (_, n) => {
      const time = epochMs(now - n * HOUR_MS)
      const event = {
        ...{ id: String(n), type: 'ad_impression', time, page: '/a', account: 'acme' },
        ...{ currency: 'USD', costMicros: 1_000 },
      } satisfies StreamEvent
      const place = { shardId: 's', sequenceNumber: '1', index: 0 }
      return { event, arrivedAt: now, ...place, late: false, beyond: false }
    }),
  )
  for (let commit = 0; commit < 50; commit++) {
    app.flushNext()
    const work = app.seal()
    await folder.store.db.transaction().execute((tx) => work.write(tx, 1))
    work.committed()
  }
})
afterAll(() => folder.close())

async function start(hours: number): Promise<KpiApp> {
  const retention = createRetention({ ...DEFAULT_KEEP, hours })
  const app = createKpiApp({
    ...{ catalog: BUILT_IN, db: folder.store.db, streamId: 1, clock, retention },
  })
  await app.restore()
  return app
}

/** The app, which gives up with an error where a question takes more turns than any has a reason to. */
function bounded(app: KpiApp): KpiApp {
  let turns = 0
  return app.inTurns(async () => {
    if (++turns > MOST_TURNS) throw new Error(`no answer after ${MOST_TURNS} turns`)
  })
}

const PERIODS: [string, Period][] = [
  ['30 d', '30d'],
  ['7 d', '7d'],
  ['a range that was deleted', { from: BEGAN - 44 * DAY_MS, to: BEGAN - 35 * DAY_MS }],
  ['a range that was deleted in part', { from: BEGAN - 33 * DAY_MS, to: BEGAN - 3 * DAY_MS }],
]
/** Right after the longer time counts, while the deletion leaves a window, and when it has left it. */
const LATER = [0, HOUR_MS, DAY_MS, 9 * DAY_MS, 29 * DAY_MS, 40 * DAY_MS]

for (const [name, period] of PERIODS) {
  test(`after longer times of keeping, ${name} is answered whenever it is asked for`, async () => {
    now = BEGAN
    const app = await start(DEFAULT_KEEP.hours)
    const views = [
      (by: KpiApp) =>
        createOverviewView({ kind: 'overview', kpi: 'page_views', ...overPeriod(period) }, by),
      (by: KpiApp) => createSpendView({ kind: 'spend', ...overPeriod(period) }, by),
    ]
    for (const view of views) {
      const create = () => view(bounded(app))
      const watched = create()
      for (const later of LATER) {
        now = BEGAN + later
        const anew = create()
        const { cells, series } = await watched.state(now)
        const fresh = await anew.state(now)
        expect(series).toEqual(fresh.series)
        expect({ ...cells, asOf: 0, feed: 0 }).toEqual({ ...fresh.cells, asOf: 0, feed: 0 })
        anew.close()
      }
      watched.close()
    }
  })
}
