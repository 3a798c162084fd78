import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BUILT_IN } from '../lib/kpi-catalog.ts'
import type { KpisQuery } from '../lib/kpi-questions.ts'
import { epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import type { View } from '../lib/view.ts'
import { createKpiApp, type KpiApp } from './apps/kpi/kpi-app.ts'
import { createFormerKpis } from './former-kpis.ts'
import { openStore, type Store } from './store/open-store.ts'
import { settleStream } from './store/settle-stream.ts'
import { type ViewParts, viewSource } from './view-sources.ts'
import { createRetention } from './window/retention.ts'

const NOW = Date.UTC(2026, 0, 10, 12)
const PLACE = { name: 'clickstream', place: 'here' }
const RANGE = { from: NOW - 2 * HOUR_MS, to: NOW - HOUR_MS }
const clock = { now: () => NOW, monotonicMs: () => NOW }

let folder: string
let store: Store
let ids: number[]
let app: KpiApp

/** A stream with 90 page views in the first half of the last two hours, and one made after it with 30 in both. */
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-former-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
  const settled = (createdMs: number) =>
    settleStream(store.db, PLACE, { createdMs, startAt: { kind: 'trim_horizon' }, now: NOW })
  ids = [(await settled(NOW - 9 * HOUR_MS)).id, (await settled(NOW - HOUR_MS)).id]
  await measured(0, 90, (n) => RANGE.from + n * 30 * SECOND_MS)
  app = await measured(1, 30, (n) => RANGE.from + n * 4 * MINUTE_MS)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Half of the panes are written; of the others there is only what was added to them. */
async function measured(at: number, count: number, timeOf: (n: number) => number): Promise<KpiApp> {
  const streamId = ids[at] as number
  const kpi = createKpiApp({ db: store.db, streamId, clock, catalog: BUILT_IN })
  await kpi.restore()
  const events = Array.from({ length: count }, (_, n) => ({
    event: { id: `e-${n}`, type: 'page_view', time: epochMs(timeOf(n)), currency: 'USD' },
    ...{
      shardId: 's',
      sequenceNumber: '1',
      index: 0,
      arrivedAt: timeOf(n),
      late: false,
      beyond: false,
    },
  }))
  for (const half of [events.slice(0, count / 2), events.slice(count / 2)]) {
    kpi.fold(half)
    const work = kpi.seal()
    await store.db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
    kpi.flushNext()
  }
  return kpi
}

const former = () =>
  createFormerKpis({
    ...{ db: store.db, streamId: ids[1] as number, clock, catalog: BUILT_IN },
    retention: () => createRetention(),
  })

test('a range of a former stream is answered of its own panes', async () => {
  const query: KpisQuery = RANGE
  const views = async (kpi: KpiApp | undefined) =>
    (await kpi?.kpis(query, NOW))?.kpis.page_views?.value.value
  expect(await views(await former().of(1))).toBe(90)
  expect(await views(app)).toBe(15)
  const series = await (await former().of(1))?.series(
    { ...RANGE, kpi: 'page_views', stepMs: 15 * MINUTE_MS },
    NOW,
  )
  expect(series?.points.map(({ value }) => value.value)).toEqual([30, 30, 30, 0])
})

test('a stream that never was is none', async () => {
  expect(await former().of(3)).toBeUndefined()
})

test('one that is asked for again is read once, and the two asked for last stay', async () => {
  const kpis = former()
  const first = await kpis.of(1)
  await kpis.of(3)
  expect(await kpis.of(1)).toBe(first)
  await kpis.of(3)
  await kpis.of(4)
  expect(await kpis.of(1)).not.toBe(first)
})

test('a page shows a fixed range of the stream that it is asked for', async () => {
  const kpis = former()
  const parts = { kpi: app, kpiOf: (number: number) => kpis.of(number) } as ViewParts
  const shown = async (incarnation?: number) => {
    const alerts = { standings: () => [] } as unknown as ViewParts['alerts']
    const marks = { cell: () => ({ marks: [] }) } as unknown as ViewParts['marks']
    const markStore = { between: async () => [] } as unknown as ViewParts['markStore']
    const view: View = {
      ...{ kind: 'overview', kpi: 'page_views', range: RANGE },
      ...(incarnation !== undefined && { incarnation }),
    }
    const all = { ...parts, alerts, marks, markStore }
    const source = viewSource(view, all, {
      catalog: BUILT_IN,
      turn: async () => {},
    })
    const { cells } = await source.state(NOW)
    source.close?.()
    return cells['kpi.page_views']?.now.value
  }
  expect([await shown(), await shown(1), await shown(7)]).toEqual([15, 90, undefined])
})
