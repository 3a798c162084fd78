import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { KPIS } from '../../../lib/kpis.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { splitMix32 } from '../../../testing/chaos/random.ts'
import { recount } from '../../window/recount.ts'
import { createRetention } from '../../window/retention.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { openFolder } from './questions.testing.ts'

const STREAM = 1
const EVENTS = 20_000
const BATCH = 500
/** Of an app that never comes to an end. */
const MAX_TURNS = 2_000

let folder: Awaited<ReturnType<typeof openFolder>>
let now: number
beforeEach(async () => {
  folder = await openFolder()
  now = Date.UTC(2026, 8, 21, 14, 15, 23, 456)
})
afterEach(() => folder.close())

const clock = { now: () => now, monotonicMs: () => now }

async function open(secondsMs = HOUR_MS): Promise<KpiApp> {
  const keep = { seconds: secondsMs, minutes: 7 * DAY_MS, hours: 400 * DAY_MS }
  const retention = createRetention(keep)
  const { db } = folder.store
  const app = createKpiApp({ catalog: BUILT_IN, retention, db, streamId: STREAM, clock })
  await app.restore()
  return app
}

async function commit(app: KpiApp): Promise<void> {
  const work = app.seal()
  await folder.store.db.transaction().execute((tx) => work.write(tx, STREAM))
  work.committed()
}

function fold(app: KpiApp, events: readonly StreamEvent[]): void {
  const place = { shardId: 's', sequenceNumber: '1', index: 0, late: false, beyond: false }
  app.fold(events.map((event) => ({ event, arrivedAt: now, ...place })))
}

/** Of a quarter of an hour, in order, as a stream gives its history. */
function history(): StreamEvent[] {
  const next = splitMix32(7)
  return Array.from({ length: EVENTS }, (_, at): StreamEvent => {
    const time = epochMs(now - Math.floor(15 * MINUTE_MS * (1 - at / EVENTS)))
    const page = `/p${Math.floor(next() * 40)}`
    const visitor = `v${Math.floor(next() * 3_000)}`
    return { id: `e${at}`, type: 'page_view', time, page, visitor, currency: 'USD' }
  })
}

async function read(app: KpiApp, events: readonly StreamEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += BATCH) {
    fold(app, events.slice(from, from + BATCH))
    await commit(app)
  }
}

/** Silence, as the committer spends it. Answers after how many turns nothing was left. */
async function beQuiet(app: KpiApp, forMs = 2 * MINUTE_MS): Promise<number> {
  let turns = 0
  for (const until = now + forMs; now < until || app.owes(); now += SECOND_MS / 4) {
    if (!app.owes()) continue
    await commit(app)
    turns++
    expect(turns).toBeLessThan(MAX_TURNS)
  }
  return turns
}

const countOf = async (table: 'pane_delta' | 'pane'): Promise<number> => {
  const { n } = await folder.store.db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

async function expectRecounted(app: KpiApp, events: readonly StreamEvent[]): Promise<void> {
  for (const window of ['15m', '24h', '7d'] as const) {
    for (const filter of [undefined, { dimension: 'page', key: '/p3' } as const]) {
      const { from, to, kpis } = await app.kpis({ window, ...(filter && { filter }) }, now)
      for (const kpi of ['page_views', 'visitors'] as const) {
        if (kpi === 'visitors' && window !== '15m') continue
        const want = recount(events, { from, to }, KPIS[kpi], filter)
        expect({ window, kpi, value: kpis[kpi]?.value }).toEqual({ window, kpi, value: want })
      }
    }
  }
}

test('after many events and then silence no delta is left, and each event counts once', async () => {
  const events = history()
  let app = await open()
  await read(app, events)
  expect(await countOf('pane_delta')).toBeGreaterThan(EVENTS / BATCH / 2)
  expect(app.sizes().unwritten).toBeGreaterThan(1_000)
  await beQuiet(app)
  expect(await countOf('pane_delta')).toBe(0)
  expect(app.sizes().unwritten).toBe(0)
  await expectRecounted(app, events)

  app = await open()
  await expectRecounted(app, events)
  // The next delta's number is past those that are gone: a row does not hold it already.
  const more = history().map((event) => ({ ...event, id: `again-${event.id}` }))
  await read(app, more)
  app = await open()
  await expectRecounted(app, [...events, ...more])
  await beQuiet(app)
  expect(await countOf('pane_delta')).toBe(0)
  await expectRecounted(app, [...events, ...more])
}, 120_000)

test('what a killed process left is folded without any event, through one more kill', async () => {
  const events = history()
  await read(await open(), events)
  let app = await open()
  await commit(app)
  const left = await countOf('pane_delta')
  expect(left).toBeGreaterThan(0)
  app = await open()
  await beQuiet(app)
  expect(await countOf('pane_delta')).toBe(0)
  await expectRecounted(app, events)
}, 120_000)

test('a stream that is at rest costs no commit', async () => {
  const app = await open()
  await read(app, history().slice(0, 2 * BATCH))
  await beQuiet(app)
  expect(await beQuiet(app, HOUR_MS / 4)).toBe(0)
}, 60_000)

test('an event every 20 s keeps no delta of the others waiting', async () => {
  const events = history()
  const app = await open()
  await read(app, events)
  for (let n = 0; n < 9; n++) {
    const event: StreamEvent = {
      ...{ id: `slow-${n}`, type: 'page_view', page: '/p3', visitor: 'v1', currency: 'USD' },
      time: epochMs(now),
    }
    events.push(event)
    await read(app, [event])
    for (let turn = 0; turn < 80; turn++, now += SECOND_MS / 4) if (app.owes()) await commit(app)
  }
  // Those of the last minute.
  expect(await countOf('pane_delta')).toBeLessThan(20)
  await expectRecounted(app, events)
}, 120_000)

test('rows that a shorter time of keeping lets go are deleted in silence', async () => {
  const events = Array.from({ length: 3_000 }, (_, at): StreamEvent => {
    const time = epochMs(now - HOUR_MS + at * SECOND_MS)
    return { id: `e${at}`, type: 'page_view', time, currency: 'USD' }
  })
  let app = await open()
  await read(app, events)
  await beQuiet(app)
  const before = await countOf('pane')
  app = await open(5 * MINUTE_MS)
  await beQuiet(app)
  expect(before - (await countOf('pane'))).toBeGreaterThan(2_500)
}, 60_000)
