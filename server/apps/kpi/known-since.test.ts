import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { DAY_MS, epochMs, HOUR_MS } from '../../../lib/time.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { openFolder } from './questions.testing.ts'

const NOW = 1_790_000_123_456
const clock = { now: () => epochMs(NOW), monotonicMs: () => NOW }

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

async function open(streamId: number): Promise<KpiApp> {
  const app = createKpiApp({ catalog: BUILT_IN, db: folder.store.db, streamId, clock })
  await app.restore()
  return app
}

const applied = (time: number, { arrivedAt = time, beyond = false } = {}) => ({
  event: { id: 'e', type: 'page_view', time: epochMs(time), currency: 'USD' } as StreamEvent,
  ...{ shardId: 's', sequenceNumber: '1', index: 0, arrivedAt, late: false, beyond },
})

async function commit(app: KpiApp, streamId: number): Promise<void> {
  for (let commits = 0; commits < 3; commits++) {
    app.flushNext()
    const work = app.seal()
    await folder.store.db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
  }
}

const first = NOW - 20 * DAY_MS + 1_234

test('the first event is known to the millisecond, also when only its hour is kept, and after a restart', async () => {
  const app = await open(1)
  expect(app.reader.oldest()).toBe(Number.POSITIVE_INFINITY)
  app.fold([applied(first + 5_000), applied(first), applied(NOW - 500 * DAY_MS, { beyond: true })])
  await commit(app, 1)
  expect(app.reader.oldest()).toBe(first)
  expect((await open(1)).reader.oldest()).toBe(first)
})

test('an event whose clock is ahead is known since it came; a late one makes the stream older', async () => {
  const app = await open(2)
  app.fold([applied(NOW - 1_000, { arrivedAt: NOW - 4_000 })])
  await commit(app, 2)
  expect((await open(2)).reader.oldest()).toBe(NOW - 4_000)
  app.fold([applied(first, { arrivedAt: NOW })])
  await commit(app, 2)
  expect((await open(2)).reader.oldest()).toBe(first)
})

test('what is not committed is not known', async () => {
  const app = await open(3)
  app.fold([applied(first)])
  app.discard()
  app.fold([applied(NOW - 9)])
  app.seal()
  expect((await open(3)).reader.oldest()).toBe(Number.POSITIVE_INFINITY)
})

test('a folder of an earlier version has it as finely as its panes', async () => {
  const app = await open(4)
  app.fold([applied(first)])
  await commit(app, 4)
  await folder.store.db
    .deleteFrom('setting')
    .where('stream_id', '=', 4)
    .where('name', '=', 'known_since')
    .execute()
  const again = await open(4)
  expect(again.reader.oldest()).toBe(first - (first % HOUR_MS))
  await commit(again, 4)
  expect((await open(4)).reader.oldest()).toBe(first - (first % HOUR_MS))
})
