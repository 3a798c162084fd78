import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../lib/time.ts'
import type { FakeKinesis } from '../../../testing/fake-kinesis/start-fake-kinesis.ts'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { until } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import { ledgerOf, NONE_AMISS, witness, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD_0 = 'shardId-000000000000'
const SHARD_1 = 'shardId-000000000001'
const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)

const readsOf = (fake: FakeKinesis, shardId: string): number =>
  fake.counts().byShard[shardId]?.GetRecords ?? 0

const isFinished = (consumer: Consumer, shardId: string) =>
  consumer.shard(shardId)?.reading.progress.finished

describe('5: split under load, with a backlog in the parent', () => {
  test.each(['alone', 'with_records'] as const)(
    'no record of a child comes before its parent is done (its end comes %s)',
    async (shardEnd) => {
      const world = await open({ shards: 1, recordsPage: 60, shardEnd })
      const put = ledgerOf(world)
      const order = witness()
      for (const key of keys) put.put(key, 20)
      const consumer = await world.start({ apps: [createTotalsApp(), order.app()] })
      await until(() => expect(order.count()).toBeGreaterThan(0))
      const children = world.fake.split(SHARD_0)
      for (const key of keys) put.put(key, 5)
      expect(isFinished(consumer, SHARD_0)).toBe(false)
      const [low] = world.fake.split(children[0])
      for (const key of keys) put.put(key, 5)
      await put.settled()
      expect(order.outOfOrder()).toEqual([])
      expect(order.count()).toBe(600)
      expect(readsOf(world.fake, low)).toBeGreaterThan(0)
      expect(await world.fates()).toEqual({ applied: 600, duplicate: 0, rejected: 0 })
    },
  )

  test('again and again while records come: order holds for every key', async () => {
    const world = await open({ shards: 1, recordsPage: 50 })
    const put = ledgerOf(world)
    const order = witness()
    await world.start({ apps: [createTotalsApp(), order.app()] })
    for (let round = 0; round < 5; round++) {
      for (const key of keys) put.put(key, 5)
      const [first = '', second = ''] = world.fake.openShardIds()
      if (round % 2 === 0) world.fake.split(first)
      else world.fake.merge(first, second)
      for (const key of keys) put.put(key, 2)
      const before = order.count()
      await until(() => expect(order.count()).toBeGreaterThan(before))
    }
    await put.settled()
    expect(order.outOfOrder()).toEqual([])
    expect(order.count()).toBe(700)
  })
})

describe('6: merge, one parent lagging far behind', () => {
  test('the child waits for the slow parent, the other parent does not', async () => {
    const world = await open({ recordsPage: 30 })
    const put = ledgerOf(world)
    const order = witness()
    const consumer = await world.start({ apps: [createTotalsApp(), order.app()] })
    world.fake.faults.next({
      call: 'GetRecords',
      shardId: SHARD_1,
      times: 8,
      fault: { kind: 'error', type: 'InternalFailure' },
    })
    for (const key of keys) put.put(key, 10)
    const child = world.fake.merge(SHARD_0, SHARD_1)
    for (const key of keys) put.put(key, 3)
    await until(() => {
      expect(isFinished(consumer, SHARD_0)).toBe(true)
      expect(consumer.shard(child)?.reading.reader).toEqual({
        kind: 'waiting_for_parents',
        parents: [SHARD_1],
      })
    })
    expect(readsOf(world.fake, child)).toBe(0)
    world.fake.faults.clear()
    await put.settled()
    expect(order.outOfOrder()).toEqual([])
    expect(order.count()).toBe(260)
  })
})

describe('7: resharded while it is down', () => {
  test('the rest of the closed parents comes first, then children and grandchildren', async () => {
    const world = await open({ recordsPage: 40 })
    const put = ledgerOf(world)
    const order = witness()
    for (const key of keys) put.put(key, 5)
    const first = await world.start({ apps: [createTotalsApp(), order.app()] })
    await put.settled()
    await world.stop(first)
    for (const key of keys) put.put(key, 10)
    const [, high] = world.fake.split(SHARD_0)
    for (const key of keys) put.put(key, 3)
    const merged = world.fake.merge(high, SHARD_1)
    for (const key of keys) put.put(key, 3)
    world.fake.split(merged)
    for (const key of keys) put.put(key, 3)
    const second = await world.start({ apps: [createTotalsApp(), order.app()] })
    await put.settled()
    await world.stop(second)
    expect(order.outOfOrder()).toEqual([])
    expect(order.count()).toBe(480)
    expect(await world.fates()).toEqual({ applied: 480, duplicate: 0, rejected: 0 })
  })

  test('a cold start from trim_horizon reads what closed parents hold', async () => {
    const world = await open({ recordsPage: 40 })
    const put = ledgerOf(world)
    const order = witness()
    for (const key of keys) put.put(key, 5)
    world.fake.split(SHARD_0)
    for (const key of keys) put.put(key, 5)
    await world.start({ apps: [createTotalsApp(), order.app()] })
    await put.settled()
    expect(order.outOfOrder()).toEqual([])
  })

  test.each([
    ['latest', { kind: 'latest' } as const],
    ['a time', { kind: 'time', at: 1_700_000_000_000 + HOUR_MS } as const],
  ])(
    'a cold start from %s leaves out what was put before, in parents and children',
    async (_, startAt) => {
      let now = 1_700_000_000_000
      const world = await open({ now: () => now })
      const old = ledgerOf(world)
      for (const key of keys) old.put(`old-${key}`, 5)
      const [low] = world.fake.split(SHARD_0)
      now += 30 * MINUTE_MS
      for (const key of keys) old.put(`old-${key}`, 5)
      now += 30 * MINUTE_MS
      const put = ledgerOf(world)
      const started = startAt.kind === 'latest' ? await world.start({ startAt }) : undefined
      for (const key of keys) put.put(key, 5)
      world.fake.split(low)
      for (const key of keys) put.put(key, 5)
      const consumer = started ?? (await world.start({ startAt }))
      await put.settled()
      await until(() => expect(isFinished(consumer, low)).toBe(true))
      expect(await put.difference()).toEqual(NONE_AMISS)
      expect(consumer.readings().shards).toHaveLength(6)
    },
  )

  test('grandchildren that are made between two looks are read after their parents', async () => {
    const world = await open({ shards: 1, recordsPage: 50 })
    const put = ledgerOf(world)
    const order = witness()
    const consumer = await world.start({ apps: [createTotalsApp(), order.app()] })
    await until(() => expect(consumer.readings().source).toEqual({ kind: 'ok' }))
    for (let generation = 0; generation < 4; generation++) {
      for (const key of keys) put.put(key, 4)
      for (const shardId of world.fake.openShardIds()) world.fake.split(shardId)
    }
    for (const key of keys) put.put(key, 4)
    await put.settled()
    expect(order.outOfOrder()).toEqual([])
    expect(consumer.readings().shards).toHaveLength(1 + 2 + 4 + 8 + 16)
  })
})

describe('8: empty shards', () => {
  test('an empty parent and an empty child hold nothing up', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    const consumer = await world.start()
    const [low, high] = world.fake.split(SHARD_0)
    const [, deepest] = world.fake.split(low)
    await until(() => {
      expect(isFinished(consumer, SHARD_0)).toBe(true)
      expect(isFinished(consumer, low)).toBe(true)
      expect(consumer.shard(deepest)?.reading.reader).toEqual({ kind: 'reading' })
      expect(consumer.shard(high)?.reading.reader).toEqual({ kind: 'reading' })
    })
    for (const key of keys) put.put(key, 2)
    await put.settled()
    expect(consumer.readings().findings).toEqual([])
  })

  test('a child that was never read before a restart is read from its beginning', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    put.put('a', 5)
    const first = await world.start()
    await put.settled()
    world.fake.split(SHARD_0)
    await until(() => expect(isFinished(first, SHARD_0)).toBe(true))
    await world.stop(first)
    for (const key of keys) put.put(key, 2)
    const second = await world.start()
    await put.settled()
    await world.stop(second)
    expect(await put.difference()).toEqual(NONE_AMISS)
  })
})
