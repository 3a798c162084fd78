import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createKinesight, type Kinesight } from '../e2e/kinesight.ts'
import type { DeadLettersAnswer, KpisAnswer, SeriesAnswer, TotalsAnswer } from '../lib/api.ts'
import { MINUTE_MS } from '../lib/time.ts'
import { envOf } from '../testing/fake-kinesis/env-of.ts'
import { type FakeKinesis, startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'

/** A real process, and a stream that is deleted and created again under its name. */
const STREAM = 'created-again'
const [BEFORE, AFTER] = [90, 30]

let fake: FakeKinesis
let kinesight: Kinesight
let skewMs: number
beforeEach(async () => {
  skewMs = 0
  fake = await startFakeKinesis({ streamName: STREAM, shards: 2, now: () => Date.now() + skewMs })
  kinesight = await createKinesight(envOf(fake))
})
afterEach(async () => {
  await kinesight.dispose()
  await fake.close()
})

function put(count: number): void {
  // Their own time: that of their arrival is a minute ahead of this clock after the change, and in no window yet.
  const event = { type: 'page_view', account: 'acme', cost: '0.1', time: Date.now() }
  for (let n = 0; n < count; n++) fake.put(`key-${n}`, JSON.stringify(event))
  fake.put('broken', 'not json')
}

/** Creation times are told in whole seconds: one a moment later could be the same. */
function recreate(): void {
  skewMs += MINUTE_MS
  fake.recreate()
}

const counted = (count: number) =>
  vi.waitFor(async () => expect((await kinesight.totals()).events).toEqual({ page_view: count }), {
    timeout: 40_000,
    interval: 100,
  })

/** Everything that must be so once the second stream's events are in. */
async function expectBoth(): Promise<void> {
  const now = await kinesight.totals()
  expect(now).toMatchObject({
    incarnation: { number: 2, since: expect.any(Number) },
    former: [{ number: 1, until: now.incarnation.since, fates: { applied: BEFORE, rejected: 1 } }],
    spend: { acme: { USD: '3' } },
    fates: { applied: AFTER, duplicate: 0, rejected: 1 },
  })
  expect(now.incarnation.createdAt).toBeGreaterThan(now.former[0]?.createdAt ?? 0)
  const before = await kinesight.totals(1)
  expect(before).toMatchObject({
    ...{ incarnation: { number: 1 }, former: [], events: { page_view: BEFORE } },
    spend: { acme: { USD: '9' } },
    fates: { applied: BEFORE, duplicate: 0, rejected: 1 },
  })
  const records = Object.values(before.shards).map((shard) => shard.records)
  expect(records.reduce((a, b) => a + b, 0)).toBe(BEFORE + 1)
  const letters = await fetch(`${kinesight.url}/api/v1/dead-letters?incarnation=1`)
  expect(((await letters.json()) as DeadLettersAnswer).counts).toEqual({ not_json: 1 })
  await expectKpis(now)
  expect((await kinesight.stream()).incarnation).toEqual(now.incarnation)
  expect(kinesight.output()).toContain('The stream was deleted and created again')
}

const get = async <T>(where: string): Promise<T> =>
  (await (await fetch(`${kinesight.url}${where}`)).json()) as T

/** A range before the change is still answered, of the stream that it was counted of; and it is told which that is. */
async function expectKpis({ incarnation }: TotalsAnswer): Promise<void> {
  const createdAgain = { at: incarnation.createdAt, former: 1 }
  const now = await get<KpisAnswer>('/api/v1/kpis?window=1h')
  expect(now).toMatchObject({ createdAgain, kpis: { page_views: { value: { value: AFTER } } } })
  const before = await get<KpisAnswer>('/api/v1/kpis?window=1h&incarnation=1')
  expect(before).toMatchObject({
    ...{ incarnation: 1, kpis: { page_views: { value: { value: BEFORE } } } },
  })
  expect(before.createdAgain).toBeUndefined()
  const path = '/api/v1/kpis/page_views/series?window=1h&step=10m'
  const series = await get<SeriesAnswer>(`${path}&incarnation=1`)
  expect(series.points.reduce((sum, { value }) => sum + (value.value ?? 0), 0)).toBe(BEFORE)
  expect(await get<SeriesAnswer>(path)).toMatchObject({ createdAgain })
}

test('while it runs: the change is told, and the totals of the former stream are kept', async () => {
  put(BEFORE)
  await kinesight.start()
  await counted(BEFORE)
  expect(await kinesight.totals()).toMatchObject({ incarnation: { number: 1 }, former: [] })
  recreate()
  put(AFTER)
  await counted(AFTER)
  await expectBoth()
})

test('deleted for a while, and created again: what was counted stays until then', async () => {
  put(BEFORE)
  await kinesight.start()
  await counted(BEFORE)
  fake.deleteStream()
  await vi.waitFor(async () => expect((await kinesight.stream()).source.kind).toBe('trouble'), {
    timeout: 20_000,
  })
  expect(await kinesight.totals()).toMatchObject({
    ...{ incarnation: { number: 1 }, former: [], events: { page_view: BEFORE } },
  })
  recreate()
  put(AFTER)
  await counted(AFTER)
  await expectBoth()
})

test('an endpoint that answers to the iterators of the former stream: nothing of the new one counts to it', async () => {
  const own = await createKinesight()
  const views = (n: number) => Array.from({ length: n }, () => ({ type: 'page_view' }))
  try {
    await own.start()
    await own.put(views(BEFORE))
    const counted = async () => (await own.totals()).events.page_view
    await vi.waitFor(async () => expect(await counted()).toBe(BEFORE), { timeout: 20_000 })
    await own.recreateStream(Object.keys((await own.totals()).shards).length)
    for (let n = 0; n < AFTER; n++) await own.put(views(1))
    await vi.waitFor(async () => expect(await counted()).toBe(AFTER), {
      ...{ timeout: 40_000, interval: 100 },
    })
    expect((await own.totals(1)).events).toEqual({ page_view: BEFORE })
  } finally {
    await own.dispose()
  }
})

test('the embedded stream, whose folder was deleted while the figures stayed: told like any other', async () => {
  const own = await createKinesight()
  try {
    await own.start()
    await own.put(Array.from({ length: BEFORE }, (_, n) => ({ id: `e-${n}`, type: 'page_view' })))
    const views = async () => (await own.totals()).events.page_view
    await vi.waitFor(async () => expect(await views()).toBe(BEFORE), { timeout: 20_000 })
    await own.stop()
    await rm(path.join(own.dataDir, 'kinesis'), { recursive: true })
    await own.start()
    expect(await own.totals()).toMatchObject({
      ...{ incarnation: { number: 2 }, events: {} },
      former: [{ number: 1, fates: { applied: BEFORE } }],
    })
    expect((await own.stream()).changes).toMatchObject([{ kind: 'created_again' }])
  } finally {
    await own.dispose()
  }
})

test('the same stream by another address: its figures begin anew, and that is told with the way back', async () => {
  put(BEFORE)
  await kinesight.start()
  await counted(BEFORE)
  await kinesight.stop()
  const elsewhere = fake.endpoint.replace('127.0.0.1', 'localhost')
  await kinesight.start({ env: { KINESIS_ENDPOINT: elsewhere } })
  await counted(BEFORE)
  expect(await kinesight.totals()).toMatchObject({ incarnation: { number: 1 }, former: [] })
  expect(await kinesight.stream()).toMatchObject({
    changes: [{ kind: 'elsewhere', text: expect.stringContaining(fake.endpoint) }],
    others: [{ name: STREAM, place: fake.endpoint, applied: BEFORE }],
  })
  expect(kinesight.output()).toContain('Counting begins anew')
  await kinesight.stop()
  await kinesight.start()
  expect((await kinesight.stream()).changes).toEqual([])
})

test('while it is stopped: the next start tells it', async () => {
  put(BEFORE)
  await kinesight.start()
  await counted(BEFORE)
  await kinesight.stop()
  recreate()
  put(AFTER)
  await kinesight.start()
  await counted(AFTER)
  await expectBoth()
  await kinesight.kill()
  await kinesight.start()
  await expectBoth()
})
