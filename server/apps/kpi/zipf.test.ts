import { afterAll, beforeAll, expect, it } from 'vitest'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { epochMs, HOUR_MS } from '../../../lib/time.ts'
import { splitMix32 } from '../../../testing/chaos/random.ts'
import { LEVELS } from '../../window/levels.ts'
import { createKpiApp } from './kpi-app.ts'
import { openFolder } from './questions.testing.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

const KEYS = 60_000
const EVENTS = 160_000
const BATCH = 10_000
const SPAN_MS = 3 * HOUR_MS
const NOW = Date.UTC(2026, 8, 21, 14, 15, 23)

/** Page k comes 1/k as often as the first. */
function zipfPages(): string[] {
  const next = splitMix32(11)
  const ends = new Float64Array(KEYS)
  let sum = 0
  for (let rank = 1; rank <= KEYS; rank++) {
    sum += 1 / rank
    ends[rank - 1] = sum
  }
  const drawn = () => {
    const at = next() * sum
    let [low, high] = [0, KEYS - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (at < (ends[middle] as number)) high = middle
      else low = middle + 1
    }
    return `/page/${low}`
  }
  return Array.from({ length: EVENTS }, drawn)
}

it('of a Zipf stream of 60,000 pages the first ten of 20 are exact and in order, also after a restart', async () => {
  const pages = zipfPages()
  const clock = { now: () => NOW, monotonicMs: () => NOW }
  const open = async () => {
    const app = createKpiApp({ catalog: BUILT_IN, db: folder.store.db, streamId: 1, clock })
    await app.restore()
    return app
  }
  let app = await open()
  for (let from = 0; from < EVENTS; from += BATCH) {
    const place = {
      shardId: 's',
      sequenceNumber: '1',
      index: 0,
      arrivedAt: NOW,
      late: false,
      beyond: false,
    }
    app.fold(
      pages.slice(from, from + BATCH).map((page, at) => {
        const time = epochMs(NOW - SPAN_MS + Math.floor(((from + at) / EVENTS) * SPAN_MS))
        return { event: { id: 'e', type: 'page_view', page, currency: 'USD', time }, ...place }
      }),
    )
    const isHalfWay = from + BATCH === EVENTS / 2
    if (isHalfWay) app.flushNext()
    const work = app.seal()
    await folder.store.db.transaction().execute((tx) => work.write(tx, 1))
    work.committed()
    if (isHalfWay) app = await open()
  }
  const exact = new Map<string, number>()
  for (const page of pages) exact.set(page, (exact.get(page) ?? 0) + 1)
  const ranked = [...exact].sort((a, b) => b[1] - a[1])
  expect(ranked.length).toBeGreaterThan(10 * (LEVELS.at(-1)?.keys ?? 0))

  const by = { dimension: 'page', limit: 20, rankedBy: 'page_views' } as const
  const answer = await app.kpis({ window: '24h', by }, NOW)
  const rows = answer.by?.rows.map(({ key, kpis }) => [key, kpis.page_views?.value]) ?? []
  expect(rows).toHaveLength(20)
  expect(rows.slice(0, 10)).toEqual(ranked.slice(0, 10))
  for (const [key, views] of rows) {
    const lacks = (exact.get(String(key)) ?? 0) - Number(views)
    expect(lacks).toBeGreaterThanOrEqual(0)
    expect(lacks).toBeLessThanOrEqual(EVENTS / (LEVELS.at(-1)?.keys ?? 1))
  }
  expect(answer.kpis.page_views?.value.value).toBe(EVENTS)
}, 60_000)
