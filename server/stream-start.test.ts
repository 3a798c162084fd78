import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StartAt } from '../lib/start-at.ts'
import { epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import { openStore, type Store } from './store/open-store.ts'
import { settleStream } from './store/settle-stream.ts'
import { createStreamStart } from './stream-start.ts'

const NOON = Date.UTC(2026, 0, 1, 12)
const PLACE = { name: 'clickstream', place: 'us-east-1' }

let folder: string
let store: Store
let time: { wallMs: number; monotonicMs: number }
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-start-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
  time = { wallMs: NOON, monotonicMs: 500 }
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const clock = { now: () => epochMs(time.wallMs), monotonicMs: () => time.monotonicMs }

function pass(ms: number): void {
  time.wallMs += ms
  time.monotonicMs += ms
}

/** A process of its own: its monotonic clock begins anew. */
function process(startAt: StartAt = { kind: 'latest' }) {
  time.monotonicMs = 500
  return createStreamStart(PLACE, { db: store.db, startAt, startedAt: time.wallMs, clock })
}

test('the first start counts, through restarts, and is told before the stream is reached', async () => {
  const first = process()
  expect(first.begin()).toBeNull()
  await first.note()
  expect(first.begin()).toEqual({
    asked: 'latest',
    from: NOON,
    firstStartAt: NOON,
    settled: false,
  })
  pass(5 * MINUTE_MS)
  const second = process()
  await second.note()
  pass(MINUTE_MS)
  expect(second.firstStart()).toEqual({ atMs: NOON, waitedMs: 6 * MINUTE_MS })
  expect(second.begin()).toMatchObject({ from: NOON, firstStartAt: NOON })
})

test('a clock that is set while it waits changes nothing of how long ago the first start was', async () => {
  const start = process()
  await start.note()
  pass(10 * MINUTE_MS)
  time.wallMs -= HOUR_MS
  expect(start.firstStart().waitedMs).toBe(10 * MINUTE_MS)
})

test('what it waited is kept: a clock that was set back over a restart takes back none of it', async () => {
  const first = process()
  for (let n = 0; n < 60; n++) {
    await first.note()
    pass(5 * SECOND_MS)
  }
  time.wallMs -= HOUR_MS
  const second = process()
  await second.note()
  pass(MINUTE_MS)
  const { waitedMs } = second.firstStart()
  expect(waitedMs).toBeLessThanOrEqual(6 * MINUTE_MS)
  expect(waitedMs).toBeGreaterThanOrEqual(6 * MINUTE_MS - 10 * SECOND_MS)
})

test('a machine that slept while it waited slept after the first start', async () => {
  const start = process()
  await start.note()
  time.wallMs += 8 * HOUR_MS
  expect(start.firstStart().waitedMs).toBe(8 * HOUR_MS)
})

test('START_AT that was changed before the stream is reached is told as it is now', async () => {
  await process().note()
  pass(MINUTE_MS)
  const [horizon, future] = [process({ kind: 'trim_horizon' }), process({ kind: 'time', at: 7 })]
  await horizon.note()
  await future.note()
  expect(horizon.begin()).toMatchObject({ asked: 'trim_horizon', from: null, firstStartAt: NOON })
  expect(future.begin()).toMatchObject({ asked: '1970-01-01T00:00:00.007Z', from: 7 })
})

test('of a stream that was reached before, another start keeps nothing and tells what was settled', async () => {
  const facts = { createdMs: 1, startAt: { kind: 'latest' as const }, now: NOON }
  const known = await settleStream(store.db, PLACE, facts)
  pass(HOUR_MS)
  const start = process({ kind: 'trim_horizon' })
  await start.note()
  expect(start.known()).toEqual(known)
  expect(start.begin()).toEqual({
    asked: 'latest',
    from: NOON,
    firstStartAt: null,
    settled: true,
  })
  expect(await store.db.selectFrom('first_start').selectAll().execute()).toEqual([])
})
