import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { createTotalsApp } from '../apps/totals/totals-app.ts'
import { appOf, openWorld, until, view, type World } from './consumer.testing.ts'
import type { StreamApp } from './stream-app.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const put = (key: string, data: string | Uint8Array) => world.fake.put(key, data)

describe('the consumer', () => {
  test('applies each id once, over shards and through a restart', async () => {
    for (let n = 0; n < 500; n++) put(`key-${n}`, view(`id-${n}`))
    const first = await world.start()
    await until(async () => expect(await world.totals()).toEqual({ page_view: 500 }))
    await world.stop(first)
    for (let n = 0; n < 600; n++) put(`other-${n}`, view(`id-${n}`))
    await world.start()
    await until(async () =>
      expect(await world.fates()).toEqual({ applied: 600, duplicate: 500, rejected: 0 }),
    )
    expect(await world.totals()).toEqual({ page_view: 600 })
  })

  test('takes in the lines of a log as they are put, and keeps one that is torn', async () => {
    const line = (client: string) =>
      `${client} - - [14/Nov/2023:22:13:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0"`
    put('a', `${line('192.0.2.1')}\n${line('192.0.2.1').slice(0, 40)}\n${line('::1')}\n`)
    put('b', line('192.0.2.2'))
    await world.start()
    await until(async () => expect(await world.totals()).toEqual({ request: 3, page_view: 3 }))
    expect(await world.fates()).toEqual({ applied: 6, duplicate: 0, rejected: 1 })
  })

  test('what the parents have seen, the children know; parents are read before children', async () => {
    put('a', view('a'))
    put('b', view('b'))
    const consumer = await world.start()
    await until(async () => expect(await world.totals()).toEqual({ page_view: 2 }))
    await world.stop(consumer)
    const shard0 = 'shardId-000000000000'
    const shard1 = 'shardId-000000000001'
    const [low, high] = world.fake.split(shard0)
    const merged = world.fake.merge(high, shard1)
    const grandchildren = world.fake.split(merged)
    for (let n = 0; n < 50; n++) put(`key-${n}`, view(n % 2 === 0 ? 'a' : `new-${n}`))
    const readBefore = world.fake.counts().log.length
    const second = await world.start()
    await until(async () => expect(await world.totals()).toEqual({ page_view: 2 + 25 }))
    expect(await world.fates()).toEqual({ applied: 27, duplicate: 25, rejected: 0 })
    const reads = world.fake.counts().log.slice(readBefore)
    const order = (id: string) =>
      reads.findIndex(({ operation, shardId }) => operation === 'GetRecords' && shardId === id)
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
    const consumer = await world.start()
    put('a', view('before'))
    await until(async () => expect(await world.totals()).toEqual({ page_view: 1 }))
    world.fake.split('shardId-000000000000')
    world.fake.split('shardId-000000000001')
    for (let n = 0; n < 20; n++) put(`key-${n}`, view(`after-${n}`))
    await until(async () => expect(await world.totals()).toEqual({ page_view: 21 }))
    expect(consumer.readings().shards).toHaveLength(6)
  })

  test('every event has one fate, and what was rejected is kept with its place and reason', async () => {
    put('a', '[{"type":"page_view"},{"type":"page_view","cost":"x"}]')
    const torn = put('a', '{"type":')
    put('a', Uint8Array.of(0xff, 0x00))
    await world.start()
    await until(async () =>
      expect(await world.fates()).toEqual({ applied: 1, duplicate: 0, rejected: 3 }),
    )
    const letters = await world.store.db
      .selectFrom('dead_letter')
      .selectAll()
      .orderBy('id')
      .execute()
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
    const counts = await world.store.db
      .selectFrom('dead_letter_count')
      .select(['reason', 'n'])
      .execute()
    expect(counts).toEqual([
      { reason: 'bad_field', n: 1 },
      { reason: 'not_json', n: 1 },
      { reason: 'not_utf8', n: 1 },
    ])
  })

  test('a record that nests without end is one dead letter, and all others are applied', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    put('a', view('before'))
    const bad = `{"type":${deep}}`
    put('a', bad)
    put('a', `[${deep},${view('beside')}]`)
    put('a', view('after'))
    await world.start()
    await until(async () =>
      expect(await world.fates()).toEqual({ applied: 3, duplicate: 0, rejected: 2 }),
    )
    expect(await world.totals()).toEqual({ page_view: 3 })
    const letters = await world.store.db
      .selectFrom('dead_letter')
      .select(['reason', 'bytes'])
      .execute()
    expect(letters[0]).toEqual({ reason: 'bad_field', bytes: bad.length })
    expect(letters[1]?.reason).toBe('not_an_event')
  })

  test('of a flood of rejected events a few are kept, and all are counted', async () => {
    put('a', `[${Array.from({ length: 20_000 }, (_, n) => n).join()},${view('a')}]`)
    await world.start()
    await until(async () =>
      expect(await world.fates()).toEqual({ applied: 1, duplicate: 0, rejected: 20_000 }),
    )
    const { kept } = await world.store.db
      .selectFrom('dead_letter')
      .select((row) => row.fn.countAll<number>().as('kept'))
      .executeTakeFirstOrThrow()
    expect(kept).toBeLessThanOrEqual(1_000)
  })

  test('more than may be in flight at once is read in parts, and nothing is lost', async () => {
    const perRecord = 20_000
    for (let n = 0; n < 12; n++) {
      const events = Array.from({ length: perRecord }, () => '{"type":"page_view"}')
      put('a', gzipSync(`[${events.join()}]`))
    }
    let folded = 0
    let most = 0
    const app = appOf(
      'counting',
      (events) => {
        folded += events.length
        most = Math.max(most, folded)
      },
      () => {
        folded = 0
      },
    )
    await world.start({ apps: [createTotalsApp(), app] })
    await until(async () => expect(await world.totals()).toEqual({ page_view: 12 * perRecord }))
    expect(most).toBeLessThanOrEqual(100_000 + perRecord)
  })

  test('I12: an event that an app cannot take is its dead letter; the rest and the other apps go on', async () => {
    for (let n = 0; n < 300; n++) put(`key-${n}`, view(`id-${n}`))
    const taken = new Set<string>()
    let open = new Set<string>()
    const picky: StreamApp = {
      name: 'picky',
      fold(events) {
        for (const { event } of events) {
          if (event.id === 'id-7' || event.id === 'id-123') throw new Error(`no ${event.id}`)
          open.add(event.id)
        }
      },
      discard() {
        open = new Set()
      },
      seal() {
        for (const id of open) {
          expect(taken.has(id)).toBe(false)
          taken.add(id)
        }
        open = new Set()
        return { write: async () => {}, committed() {} }
      },
    }
    const consumer = await world.start({ apps: [createTotalsApp(), picky] })
    await until(async () => expect(await world.totals()).toEqual({ page_view: 300 }))
    expect(await world.fates()).toEqual({ applied: 300, duplicate: 0, rejected: 0 })
    expect(taken.size).toBe(298)
    const letters = await world.store.db
      .selectFrom('dead_letter')
      .select(['app', 'reason', 'detail'])
      .orderBy('detail')
      .execute()
    expect(letters).toEqual([
      { app: 'picky', reason: 'app_failed', detail: 'picky: no id-123' },
      { app: 'picky', reason: 'app_failed', detail: 'picky: no id-7' },
    ])
    expect(consumer.readings().apps).toMatchObject([
      { name: 'totals', failed: 0 },
      { name: 'picky', failed: 2, lastError: expect.stringContaining('no id-') },
    ])
  })

  test.each([
    ['ahead of', 3 * HOUR_MS],
    ['behind', -3 * HOUR_MS],
  ])(
    "an id is applied once also where this machine's clock is hours %s the stream's",
    async (_, skewMs) => {
      await world.start()
      for (let n = 0; n < 5; n++) {
        world.clock.skewMs = skewMs
        put('a', view('a'))
        world.clock.skewMs = 0
        await until(async () =>
          expect(await world.fates()).toMatchObject({ applied: 1, duplicate: n }),
        )
      }
    },
  )

  test('after the clock was set back, throughput and duplicates are told as before', async () => {
    world.clock.skewMs = 3 * HOUR_MS
    const consumer = await world.start()
    put('a', view('a'))
    await until(async () => expect(await world.fates()).toMatchObject({ applied: 1 }))
    world.clock.skewMs = 0
    put('a', view('a'))
    put('a', view('b'))
    await until(async () => expect(await world.fates()).toMatchObject({ applied: 2, duplicate: 1 }))
    put('a', view('b'))
    await until(async () => expect(await world.fates()).toMatchObject({ applied: 2, duplicate: 2 }))
    await until(async () => expect(consumer.readings().eventsPerSecond).toBeGreaterThan(0))
    const read = consumer
      .readings()
      .shards.map(({ throughput }) =>
        throughput.between(world.clock.now() - MINUTE_MS, world.clock.now() + MINUTE_MS),
      )
    expect(read.reduce((sum, { records }) => sum + records, 0)).toBe(4)
  })

  test('trouble in reading is waited out, and nothing is lost or counted twice', async () => {
    for (let n = 0; n < 300; n++) put(`key-${n}`, view(`id-${n}`))
    const fail = (call: string, ...types: string[]) => {
      for (const type of types) world.fake.faults.next({ call, fault: { kind: 'error', type } })
    }
    fail('ListShards', 'LimitExceededException', 'InternalFailure')
    fail('GetShardIterator', 'InternalFailure', 'ProvisionedThroughputExceededException')
    fail('GetRecords', 'ExpiredIteratorException', 'ProvisionedThroughputExceededException')
    fail('GetRecords', 'InternalFailure', 'AccessDeniedException')
    await world.start()
    await until(async () => expect(await world.totals()).toEqual({ page_view: 300 }))
    expect(await world.fates()).toEqual({ applied: 300, duplicate: 0, rejected: 0 })
  })

  test('while no shard can be read, the stream is in trouble; while one can, only that shard is', async () => {
    const consumer = await world.start()
    await until(async () => expect(consumer.readings().source).toEqual({ kind: 'ok' }))
    const fault = { kind: 'error', type: 'InternalFailure' } as const
    world.fake.faults.next({ call: 'GetRecords', times: 8, fault })
    const retrying = () =>
      consumer.readings().shards.filter(({ reader }) => reader.kind === 'retrying').length
    await until(async () => expect(retrying()).toBe(2))
    // One that passes at once is no news.
    expect(consumer.readings().source).toEqual({ kind: 'ok' })
    world.clock.skewMs = MINUTE_MS
    expect(consumer.readings().source).toMatchObject({
      kind: 'trouble',
      remedy: expect.stringContaining('by itself'),
    })
    await until(async () => expect(retrying()).toBe(0))
    expect(consumer.readings().source).toEqual({ kind: 'ok' })
  })

  test('while the store cannot write, it says so, and commits when it can again', async () => {
    const consumer = await world.start()
    await sql`create trigger full before insert on event_total begin select raise(fail, 'disk full'); end`.execute(
      world.store.db,
    )
    put('a', view('a'))
    await until(async () =>
      expect(consumer.readings().store).toMatchObject({
        kind: 'trouble',
        problem: expect.stringContaining('disk full'),
      }),
    )
    put('b', view('b'))
    await sql`drop trigger full`.execute(world.store.db)
    await until(async () => expect(await world.totals()).toEqual({ page_view: 2 }))
    await until(async () => expect(consumer.readings().store).toEqual({ kind: 'ok' }))
  })

  test('a writer that was overtaken cannot commit any more', async () => {
    const first = await world.start()
    await world.start()
    put('a', view('a'))
    await expect(first.failed).rejects.toThrow(/another Kinesight writes/)
    await until(async () => expect(await world.totals()).toEqual({ page_view: 1 }))
    expect(await world.fates()).toEqual({ applied: 1, duplicate: 0, rejected: 0 })
  })

  test('a stream that was deleted and made anew is read from its beginning, as another one', async () => {
    await world.close()
    let now = 1_700_000_000_000
    world = await openWorld({ now: () => now })
    const consumer = await world.start()
    put('a', view('a'))
    await until(async () => expect(await world.totals()).toEqual({ page_view: 1 }))
    await world.stop(consumer)
    now += MINUTE_MS
    world.fake.recreate()
    put('a', view('a'))
    await world.start()
    await until(async () => {
      const rows = await world.store.db
        .selectFrom('event_total')
        .select(['stream_id', 'n'])
        .execute()
      expect(rows).toEqual([
        { stream_id: 1, n: 1 },
        { stream_id: 2, n: 1 },
      ])
    })
  })

  test('START_AT latest is settled once: what comes before the first checkpoint is not lost', async () => {
    await world.close()
    let now = 1_700_000_000_000
    world = await openWorld({ now: () => now })
    put('a', view('old'))
    now += MINUTE_MS
    const first = await world.start({ startAt: { kind: 'latest' } })
    await world.stop(first)
    now += MINUTE_MS
    put('a', view('new'))
    await world.start({ startAt: { kind: 'latest' } })
    await until(async () => expect(await world.totals()).toEqual({ page_view: 1 }))
  })

  test('an empty answer that is wrong about being at the tip loses nothing over a restart', async () => {
    await world.close()
    let now = 1_700_000_000_000
    world = await openWorld({ now: () => now })
    for (let n = 0; n < 40; n++) put(`key-${n}`, view(`id-${n}`))
    now += 10 * MINUTE_MS
    const fault = { kind: 'empty', millisBehindLatest: 0 } as const
    world.fake.faults.next({ call: 'GetRecords', times: 4, fault })
    world.fake.faults.next({ call: 'GetRecords', times: 100, fault: { kind: 'hang' } })
    const first = await world.start()
    await until(() => expect(world.fake.faults.pending()[0]?.fault.kind).toBe('hang'))
    await world.stop(first)
    world.fake.faults.clear()
    await world.start()
    await until(async () => expect(await world.totals()).toEqual({ page_view: 40 }))
  })
})
