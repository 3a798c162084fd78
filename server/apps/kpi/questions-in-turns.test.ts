import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import type { SeriesQuery } from '../../../lib/kpi-questions.ts'
import { DAY_MS, epochMs, HOUR_MS, SECOND_MS } from '../../../lib/time.ts'
import { EndedError } from '../../platform/turns.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { openFolder } from './questions.testing.ts'

const NOW = epochMs(Date.UTC(2026, 0, 10, 12))
const FILTER = { dimension: 'page', key: '/1' } as const
const PANES_A_TURN = 16

let folder: Awaited<ReturnType<typeof openFolder>>
let app: KpiApp
beforeAll(async () => {
  folder = await openFolder()
  const clock = { now: () => NOW, monotonicMs: () => NOW }
  app = createKpiApp({ db: folder.store.db, streamId: 1, clock, catalog: BUILT_IN })
  await app.restore()
  app.fold(
    Array.from({ length: 600 }, (_, n) => {
      const time = epochMs(NOW - n * HOUR_MS - n)
      const event = {
        ...{ id: String(n), type: 'page_view', time, visitor: `v${n % 7}`, page: `/${n % 3}` },
        currency: 'USD',
      } satisfies StreamEvent
      const place = { shardId: 's', sequenceNumber: '1', index: 0 }
      return { event, arrivedAt: time, ...place, late: false, beyond: false }
    }),
  )
  const work = app.seal()
  await folder.store.db.transaction().execute((tx) => work.write(tx, 1))
  work.committed()
})
afterAll(() => folder.close())

/** What `ask` answers, in how many turns. */
async function counted<T>(ask: (app: KpiApp) => Promise<T>): Promise<{ answer: T; turns: number }> {
  let turns = 0
  const answer = await ask(
    app.inTurns(async () => {
      turns++
    }),
  )
  return { answer, turns }
}

const series = (more: Partial<SeriesQuery>): SeriesQuery =>
  ({ kpi: 'page_views', spanMs: 30 * DAY_MS, stepMs: HOUR_MS, ...more }) as SeriesQuery

describe.each([
  ['a filtered series of 30 d', series({ filter: FILTER }), (30 * 24) / PANES_A_TURN - 1],
  [
    'a series by page',
    series({ by: { dimension: 'page', limit: 5, rankedBy: 'page_views' } }),
    180,
  ],
  ['a series of 2,000 steps', series({ spanMs: 2_000 * SECOND_MS, stepMs: SECOND_MS }), 7],
])('%s', (_, query, least) => {
  it('has many short turns, and the answer of one long one', async () => {
    const { answer, turns } = await counted((each) => each.series(query, NOW))
    expect(turns).toBeGreaterThanOrEqual(least)
    expect(answer).toEqual(await app.series(query, NOW))
    expect(answer.points.some(({ value }) => (value.value ?? 0) > 0)).toBe(true)
  })

  it('stops at once where nobody waits for it any more', async () => {
    let turns = 0
    const asked = app.inTurns(async () => {
      if (++turns === 3) throw new EndedError('nobody wants it any more')
    })
    await expect(asked.series(query, NOW)).rejects.toBeInstanceOf(EndedError)
    expect(turns).toBe(3)
  })
})

it('all KPIs under a filter over 30 d have many short turns, and so have the rows of many keys', async () => {
  const filtered = await counted((each) => each.kpis({ spanMs: 30 * DAY_MS, filter: FILTER }, NOW))
  expect(filtered.turns).toBeGreaterThan(80)
  expect(filtered.answer).toEqual(await app.kpis({ spanMs: 30 * DAY_MS, filter: FILTER }, NOW))
  const by = { dimension: 'page', limit: 1_000, rankedBy: 'page_views' } as const
  const rows = await counted((each) => each.kpis({ spanMs: 30 * DAY_MS, by }, NOW))
  expect(rows.turns).toBeGreaterThan(360)
})

it('a short question is answered in one turn, of one moment', async () => {
  expect((await counted((each) => each.kpis({ window: '5m' }, NOW))).turns).toBe(0)
  expect(
    (await counted((each) => each.kpis({ window: '24h', filter: FILTER }, NOW))).turns,
  ).toBeLessThan(12)
})
