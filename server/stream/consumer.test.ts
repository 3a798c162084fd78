import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { epochMs, MINUTE_MS } from '../../lib/time.ts'
import { createTotalsApp } from '../apps/totals/totals-app.ts'
import { systemClock } from '../platform/clock.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { settleStream } from '../store/settle-stream.ts'
import { type Consumer, createConsumer } from './consumer.ts'
import { createMemoryStream, type MemoryStream } from './memory-stream.ts'
import type { StreamApp } from './stream-app.ts'

const log = pino({ level: 'silent' })
const place = { name: 'clickstream', place: 'test' }

let folder: string
let store: Store
let stream: MemoryStream
let offsetMs = 0
let open: Consumer[] = []
const clock = {
  now: () => epochMs(systemClock.now() + offsetMs),
  monotonicMs: systemClock.monotonicMs,
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-consumer-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
  offsetMs = 0
  stream = createMemoryStream({ shards: 2, now: clock.now })
})
afterEach(async () => {
  for (const consumer of open) await consumer.stop().catch(() => {})
  open = []
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(apps: StreamApp[] = [createTotalsApp()]): Promise<Consumer> {
  const { createdMs } = await stream.describe()
  const row = await settleStream(store.db, place, {
    createdMs,
    startAt: { kind: 'trim_horizon' },
    now: clock.now(),
  })
  const consumer = createConsumer(row, {
    db: store.db,
    source: stream,
    apps,
    clock,
    random: () => 0,
    log,
  })
  consumer.failed.catch(() => {})
  open.push(consumer)
  await consumer.start()
  return consumer
}

async function stop(consumer: Consumer): Promise<void> {
  open = open.filter((one) => one !== consumer)
  await consumer.stop()
}

const totals = async () =>
  Object.fromEntries(
    (await store.db.selectFrom('event_total').select(['type', 'n']).execute()).map((r) => [
      r.type,
      r.n,
    ]),
  )
const fates = async () =>
  store.db
    .selectFrom('shard')
    .select([
      sql<number>`sum(applied)`.as('applied'),
      sql<number>`sum(duplicate)`.as('duplicate'),
      sql<number>`sum(rejected)`.as('rejected'),
    ])
    .executeTakeFirstOrThrow()

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 8_000, interval: 20 })
const view = (id: string) => JSON.stringify({ id, type: 'page_view' })

describe('the consumer', () => {
  test('applies each id once, over shards and through a restart', async () => {
    for (let n = 0; n < 500; n++) stream.put(`key-${n}`, view(`id-${n}`))
    const first = await start()
    await until(async () => expect(await totals()).toEqual({ page_view: 500 }))
    await stop(first)
    for (let n = 0; n < 600; n++) stream.put(`other-${n}`, view(`id-${n}`))
    await start()
    await until(async () =>
      expect(await fates()).toEqual({ applied: 600, duplicate: 500, rejected: 0 }),
    )
    expect(await totals()).toEqual({ page_view: 600 })
  })

  test('what the parents have seen, the children know; parents are read before children', async () => {
    stream.put('a', view('a'))
    stream.put('b', view('b'))
    const consumer = await start()
    await until(async () => expect(await totals()).toEqual({ page_view: 2 }))
    await stop(consumer)
    const shard0 = 'shardId-000000000000'
    const shard1 = 'shardId-000000000001'
    const [low, high] = stream.split(shard0)
    const merged = stream.merge(high, shard1)
    const grandchildren = stream.split(merged)
    for (let n = 0; n < 50; n++) stream.put(`key-${n}`, view(n % 2 === 0 ? 'a' : `new-${n}`))
    stream.readOrder.length = 0
    const second = await start()
    await until(async () => expect(await totals()).toEqual({ page_view: 2 + 25 }))
    expect(await fates()).toEqual({ applied: 27, duplicate: 25, rejected: 0 })
    const order = (id: string) => stream.readOrder.indexOf(id)
    for (const child of grandchildren) expect(order(child)).toBeGreaterThan(order(merged))
    expect(order(merged)).toBeGreaterThan(order(high))
    expect(order(merged)).toBeGreaterThan(order(shard1))
    expect(order(low)).toBeGreaterThan(order(shard0))
    const states = second
      .readings()
      .shards.map(({ progress }) => [progress.shardId, progress.finished])
    expect(Object.fromEntries(states)).toMatchObject({
      [shard0]: true,
      [shard1]: true,
      [high]: true,
      [merged]: true,
      [low]: false,
    })
  })

  test('shards that are split while it runs are picked up', async () => {
    const consumer = await start()
    stream.put('a', view('before'))
    await until(async () => expect(await totals()).toEqual({ page_view: 1 }))
    stream.split('shardId-000000000000')
    stream.split('shardId-000000000001')
    for (let n = 0; n < 20; n++) stream.put(`key-${n}`, view(`after-${n}`))
    await until(async () => expect(await totals()).toEqual({ page_view: 21 }))
    expect(consumer.readings().shards).toHaveLength(6)
  })

  test('every event has one fate, and what was rejected is kept with its place and reason', async () => {
    stream.put('a', '[{"type":"page_view"},{"type":"page_view","cost":"x"}]')
    const torn = stream.put('a', '{"type":')
    stream.put('a', Uint8Array.of(0xff, 0x00))
    await start()
    await until(async () =>
      expect(await fates()).toEqual({ applied: 1, duplicate: 0, rejected: 3 }),
    )
    const letters = await store.db.selectFrom('dead_letter').selectAll().orderBy('id').execute()
    expect(letters.map(({ reason, event_index }) => [reason, event_index])).toEqual([
      ['bad_field', 1],
      ['not_json', 0],
      ['not_utf8', 0],
    ])
    expect(letters[0]?.detail).toMatch(/^cost must be a decimal/)
    expect(new TextDecoder().decode(letters[0]?.data)).toBe('{"type":"page_view","cost":"x"}')
    expect(letters[1]).toMatchObject({
      shard_id: torn.shardId,
      sequence_number: torn.sequenceNumber,
      bytes: 8,
    })
    const counts = await store.db.selectFrom('dead_letter_count').select(['reason', 'n']).execute()
    expect(counts).toEqual([
      { reason: 'bad_field', n: 1 },
      { reason: 'not_json', n: 1 },
      { reason: 'not_utf8', n: 1 },
    ])
  })

  test('a record that nests without end is one dead letter, and all others are applied', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    stream.put('a', view('before'))
    const bad = `{"type":${deep}}`
    stream.put('a', bad)
    stream.put('a', `[${deep},${view('beside')}]`)
    stream.put('a', view('after'))
    await start()
    await until(async () =>
      expect(await fates()).toEqual({ applied: 3, duplicate: 0, rejected: 2 }),
    )
    expect(await totals()).toEqual({ page_view: 3 })
    const letters = await store.db.selectFrom('dead_letter').select(['reason', 'bytes']).execute()
    expect(letters[0]).toEqual({ reason: 'bad_field', bytes: bad.length })
    expect(letters[1]?.reason).toBe('not_an_event')
  })

  test('of a flood of rejected events a few are kept, and all are counted', async () => {
    stream.put('a', `[${Array.from({ length: 20_000 }, (_, n) => n).join()},${view('a')}]`)
    await start()
    await until(async () =>
      expect(await fates()).toEqual({ applied: 1, duplicate: 0, rejected: 20_000 }),
    )
    const { kept } = await store.db
      .selectFrom('dead_letter')
      .select((row) => row.fn.countAll<number>().as('kept'))
      .executeTakeFirstOrThrow()
    expect(kept).toBeLessThanOrEqual(1_000)
  })

  test('more than may be in flight at once is read in parts, and nothing is lost', async () => {
    const perRecord = 20_000
    for (let n = 0; n < 12; n++) {
      const events = Array.from({ length: perRecord }, () => '{"type":"page_view"}')
      stream.put('a', gzipSync(`[${events.join()}]`))
    }
    let folded = 0
    let most = 0
    const app: StreamApp = {
      name: 'counting',
      fold: (events) => {
        folded += events.length
        most = Math.max(most, folded)
      },
      seal() {
        folded = 0
        return { write: async () => {}, committed() {} }
      },
    }
    await start([createTotalsApp(), app])
    await until(async () => expect(await totals()).toEqual({ page_view: 12 * perRecord }))
    expect(most).toBeLessThanOrEqual(100_000 + perRecord)
  })

  test('an app that fails at an event ends the consumer, and nothing half done is committed', async () => {
    stream.put('a', view('a'))
    stream.put('a', view('b'))
    const failing: StreamApp = {
      name: 'failing',
      fold() {
        throw new Error('a mistake in the app')
      },
      seal: () => ({ write: async () => {}, committed() {} }),
    }
    const consumer = await start([createTotalsApp(), failing])
    await expect(consumer.failed).rejects.toThrow('a mistake in the app')
    await stop(consumer)
    expect(await totals()).toEqual({})
    await start()
    await until(async () => expect(await totals()).toEqual({ page_view: 2 }))
  })

  test('trouble in reading is waited out, and nothing is lost or counted twice', async () => {
    for (let n = 0; n < 300; n++) stream.put(`key-${n}`, view(`id-${n}`))
    stream.failNext('listShards', 'throttled', 'temporary')
    stream.failNext('iterator', 'temporary', 'throttled')
    stream.failNext('read', 'expired_iterator', 'throttled', 'temporary', 'denied')
    await start()
    await until(async () => expect(await totals()).toEqual({ page_view: 300 }))
    expect(await fates()).toEqual({ applied: 300, duplicate: 0, rejected: 0 })
  })

  test('while no shard can be read, the stream is in trouble; while one can, only that shard is', async () => {
    const consumer = await start()
    await until(async () => expect(consumer.readings().source).toEqual({ kind: 'ok' }))
    const down = 40
    stream.failNext('read', ...new Array<'temporary'>(down).fill('temporary'))
    const retrying = () =>
      consumer.readings().shards.filter(({ reader }) => reader.kind === 'retrying').length
    await until(async () => expect(retrying()).toBe(2))
    // One that passes at once is no news.
    expect(consumer.readings().source).toEqual({ kind: 'ok' })
    offsetMs = MINUTE_MS
    expect(consumer.readings().source).toMatchObject({
      kind: 'trouble',
      problem: 'read: temporary',
      remedy: 'Wait.',
    })
    await until(async () => expect(retrying()).toBe(0))
    expect(consumer.readings().source).toEqual({ kind: 'ok' })
  })

  test('while the store cannot write, it says so, and commits when it can again', async () => {
    const consumer = await start()
    await sql`create trigger full before insert on event_total begin select raise(fail, 'disk full'); end`.execute(
      store.db,
    )
    stream.put('a', view('a'))
    await until(async () =>
      expect(consumer.readings().store).toMatchObject({
        kind: 'trouble',
        problem: expect.stringContaining('disk full'),
      }),
    )
    stream.put('b', view('b'))
    await sql`drop trigger full`.execute(store.db)
    await until(async () => expect(await totals()).toEqual({ page_view: 2 }))
    await until(async () => expect(consumer.readings().store).toEqual({ kind: 'ok' }))
  })

  test('a writer that was overtaken cannot commit any more', async () => {
    const first = await start()
    await start()
    stream.put('a', view('a'))
    await expect(first.failed).rejects.toThrow(/another Kinesight writes/)
    await until(async () => expect(await totals()).toEqual({ page_view: 1 }))
    expect(await fates()).toEqual({ applied: 1, duplicate: 0, rejected: 0 })
  })

  test('a stream that was deleted and made anew is read from its beginning, as another one', async () => {
    const consumer = await start()
    stream.put('a', view('a'))
    await until(async () => expect(await totals()).toEqual({ page_view: 1 }))
    await stop(consumer)
    stream.recreate(5 * MINUTE_MS)
    stream.put('a', view('a'))
    await start()
    await until(async () => {
      const rows = await store.db.selectFrom('event_total').select(['stream_id', 'n']).execute()
      expect(rows).toEqual([
        { stream_id: 1, n: 1 },
        { stream_id: 2, n: 1 },
      ])
    })
  })

  test('START_AT latest is settled once: what comes before the first checkpoint is not lost', async () => {
    stream.put('a', view('old'))
    offsetMs = MINUTE_MS
    const at = clock.now()
    const facts = { createdMs: 1, startAt: { kind: 'latest' as const }, now: at }
    const first = await settleStream(store.db, place, facts)
    offsetMs = 2 * MINUTE_MS
    stream.put('a', view('new'))
    const again = await settleStream(store.db, place, { ...facts, now: clock.now() })
    expect(again).toEqual(first)
    await start()
    await until(async () => expect(await totals()).toEqual({ page_view: 1 }))
  })
})
