import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../lib/time.ts'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { systemClock } from '../../platform/clock.ts'
import { appOf, until } from '../consumer.testing.ts'
import type { StreamApp } from '../stream-app.ts'
import { type FaultyStore, faultyStore, type StoreFault } from './faulty-store.testing.ts'
import { ledgerOf, NONE_AMISS, witness, worlds } from './scenario.testing.ts'

const open = worlds()
const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)

/** The process dies when so many events were taken in: from then on it does nothing to the store. */
function dyingAfter(count: number, store: FaultyStore, dies: StoreFault): StreamApp {
  let taken = 0
  return appOf('dying', (events) => {
    taken += events.length
    if (taken >= count) store.meet(dies)
  })
}

/** An app that takes so long over an event that a record is taken in over many turns. */
const slowApp = (msAnEvent: number): StreamApp =>
  appOf('slow', (events) => {
    const until = systemClock.monotonicMs() + events.length * msAnEvent
    while (systemClock.monotonicMs() < until);
  })

describe('1: killed in mid-batch', () => {
  test.each<[string, StoreFault]>([
    ['before its commit', { kind: 'refuses' }],
    ['after its commit, before the reply', { kind: 'reply_lost', times: 1_000 }],
  ])('%s: the next one goes on, nothing is lost or taken in twice', async (_, dies) => {
    const world = await open({ recordsPage: 40 })
    const put = ledgerOf(world)
    for (let n = 0; n < 30; n++) for (const key of keys) put.put(key)
    const store = faultyStore(world.store.db)
    const apps = [createTotalsApp(), dyingAfter(250, store, dies)]
    await world.start({ apps, db: store.db })
    await until(() => expect(store.failed()).toBeGreaterThan(0))
    const { lost } = await put.difference()
    expect(lost).not.toEqual([])
    const order = witness()
    const second = await world.start({ apps: [createTotalsApp(), order.app()] })
    await put.settled()
    for (const key of keys) put.put(key)
    await put.settled()
    await world.stop(second)
    expect(await put.difference()).toEqual(NONE_AMISS)
    expect(await world.fates()).toEqual({ applied: 620, duplicate: 0, rejected: 0 })
  })

  test('in the middle of a record: the next one goes on behind the events that were committed', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    // The first ones tell how slow the app is.
    put.put('a', 50)
    const store = faultyStore(world.store.db)
    const first = await world.start({
      apps: [createTotalsApp(), slowApp(0.5), dyingAfter(900, store, { kind: 'refuses' })],
      db: store.db,
    })
    await put.settled()
    world.fake.put('a', `[${Array.from({ length: 1_500 }, () => put.event('a')).join()}]`)
    await until(() => expect(store.failed()).toBeGreaterThan(0))
    const { subSequence } = first.readings().shards[0]?.committed ?? {}
    expect(subSequence).toBeGreaterThan(0)
    expect(await world.fates()).toMatchObject({ applied: 50 + (subSequence ?? 0) })
    const second = await world.start()
    await put.settled()
    await world.stop(second)
    expect(await world.fates()).toEqual({ applied: 1_550, duplicate: 0, rejected: 0 })
  })

  test('a second one takes the lease while the first is in mid-batch: the first is fenced', async () => {
    const world = await open({ recordsPage: 40 })
    const put = ledgerOf(world)
    for (let n = 0; n < 30; n++) for (const key of keys) put.put(key)
    const first = await world.start()
    await until(async () => expect((await world.fates()).applied).toBeGreaterThan(0))
    expect((await put.difference()).lost).not.toEqual([])
    await world.start()
    for (const key of keys) put.put(key)
    await expect(first.failed).rejects.toThrow(/another Kinesight writes/)
    await put.settled()
    expect(first.readings().store).toMatchObject({ remedy: 'Stop one of the two.' })
    expect(await world.fates()).toEqual({ applied: 620, duplicate: 0, rejected: 0 })
  })
})

describe('2: everything is killed, and down', () => {
  test.each([
    ['10 minutes', 10 * MINUTE_MS],
    ['23 hours', 23 * HOUR_MS],
  ])('for %s: what was put meanwhile is applied once', async (_, awayMs) => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const put = ledgerOf(world)
    const store = faultyStore(world.store.db)
    for (const key of keys) put.put(key, 5)
    const first = await world.start({ db: store.db })
    await put.settled()
    // Killed: of what it takes in from now on nothing is committed.
    store.meet({ kind: 'refuses' })
    for (const key of keys) put.put(key, 5)
    await until(() => expect(store.failed()).toBeGreaterThan(0))
    await world.stop(first)
    for (let step = 0; step < 10; step++) {
      now += awayMs / 10
      for (const key of keys) put.put(key)
    }
    const order = witness()
    const second = await world.start({ apps: [createTotalsApp(), order.app()] })
    await put.settled()
    await world.stop(second)
    expect(order.count()).toBe(300)
    expect(await world.fates()).toEqual({ applied: 400, duplicate: 0, rejected: 0 })
  })

  test('for longer than iterators live, while the process stands still and its iterators expire', async () => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const put = ledgerOf(world)
    const consumer = await world.start()
    for (const key of keys) put.put(key, 5)
    await put.settled()
    now += 10 * MINUTE_MS
    for (const key of keys) put.put(key, 5)
    await put.settled()
    const expired = consumer.readings().shards.map(({ log }) => log.reads.expired)
    expect(Math.max(...expired)).toBeGreaterThan(0)
    expect(await world.fates()).toEqual({ applied: 200, duplicate: 0, rejected: 0 })
  })
})

describe('3: stop', () => {
  test('commits what was taken in: the next start takes in nothing', async () => {
    const world = await open()
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 50)
    const taken = { count: 0 }
    const counting = appOf('counting', (events) => {
      taken.count += events.length
    })
    const first = await world.start({ apps: [createTotalsApp(), counting] })
    // Not until it is committed: what stop commits is the point.
    await until(() => expect(taken.count).toBeGreaterThan(0))
    await world.stop(first)
    expect(await world.fates()).toEqual({ applied: taken.count, duplicate: 0, rejected: 0 })
    const before = taken.count
    const second = await world.start({ apps: [createTotalsApp(), counting] })
    await put.settled()
    await world.stop(second)
    expect(taken.count).toBe(1_000)
    expect(before).toBeLessThanOrEqual(1_000)
    const third = await world.start({ apps: [createTotalsApp(), counting] })
    await until(() => {
      for (const { lastProgressAt } of third.readings().shards)
        expect(lastProgressAt).not.toBe(null)
    })
    await world.stop(third)
    expect(taken.count).toBe(1_000)
    expect(await world.fates()).toEqual({ applied: 1_000, duplicate: 0, rejected: 0 })
  })

  test('takes less than 2 s while the store is slow', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const store = faultyStore(world.store.db)
    const consumer = await world.start({ db: store.db })
    store.meet({ kind: 'slow', ms: 500 })
    for (const key of keys) put.put(key, 5)
    await until(() => {
      const read = consumer.readings().shards.map(({ progress }) => progress.records)
      expect(read.reduce((sum, records) => sum + records, 0)).toBe(100)
    })
    const from = systemClock.monotonicMs()
    await world.stop(consumer)
    expect(systemClock.monotonicMs() - from).toBeLessThan(2_000)
    expect(await put.difference()).toEqual(NONE_AMISS)
  })

  test('takes less than 2 s while reads hang', async () => {
    const world = await open()
    const put = ledgerOf(world)
    put.put('a', 5)
    const consumer = await world.start()
    await put.settled()
    world.fake.faults.next({ call: 'GetRecords', times: 100, fault: { kind: 'hang' } })
    const hanging = () => 100 - (world.fake.faults.pending()[0]?.times ?? 100)
    await until(() => expect(hanging()).toBe(2))
    const from = systemClock.monotonicMs()
    await world.stop(consumer)
    expect(systemClock.monotonicMs() - from).toBeLessThan(2_000)
  })

  test('takes less than 2 s while the store refuses; what was not committed is read again', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const store = faultyStore(world.store.db)
    const first = await world.start({ db: store.db, read: { bufferBytes: 20_000 } })
    for (const key of keys) put.put(key, 2)
    await put.settled()
    store.meet({ kind: 'refuses' })
    // More than the buffer takes: readers wait for room.
    for (const key of keys) put.put(key, 20)
    await until(() => expect(first.readings().store.kind).toBe('trouble'))
    const from = systemClock.monotonicMs()
    await world.stop(first)
    expect(systemClock.monotonicMs() - from).toBeLessThan(2_000)
    await expect(first.failed).rejects.toThrow('the store cannot be reached')
    const second = await world.start()
    await put.settled()
    await world.stop(second)
    expect(await world.fates()).toEqual({ applied: 440, duplicate: 0, rejected: 0 })
  })

  test.each(['DescribeStreamSummary', 'ListShards'])(
    'takes less than 2 s while %s hangs',
    async (call) => {
      const world = await open()
      const fault = { kind: 'hang' } as const
      // Whoever starts it has asked twice what stream it is before.
      const answered = { kind: 'delay', ms: 0 } as const
      world.fake.faults.next({ call: 'DescribeStreamSummary', times: 2, fault: answered })
      world.fake.faults.next({ call, times: 100, fault })
      const consumer = await world.start()
      await until(() => expect(world.fake.faults.pending()).toMatchObject([{ call, times: 99 }]))
      const from = systemClock.monotonicMs()
      await world.stop(consumer)
      expect(systemClock.monotonicMs() - from).toBeLessThan(2_000)
    },
  )
})
