import { describe, expect, test } from 'vitest'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { until } from '../consumer.testing.ts'
import { SourceError, type StreamSource } from '../read/stream-source.ts'
import {
  calls,
  fanOut,
  fanOutWorlds,
  keys,
  readers,
  SHARD_0,
  SHARD_1,
  subscribed,
} from './fan-out.testing.ts'
import { ledgerOf, NONE_AMISS, witness } from './scenario.testing.ts'

const open = fanOutWorlds()

describe('16: subscriptions', () => {
  test('subscriptions that end after their time follow one another without loss or repeat', async () => {
    const world = await open({ subscriptionMs: 300 })
    const put = ledgerOf(world)
    const order = witness()
    const consumer = await world.start({ read: fanOut, apps: [createTotalsApp(), order.app()] })
    await until(() => {
      for (const key of keys) put.put(key)
      expect(calls(world, 'SubscribeToShard')).toBeGreaterThan(4)
    })
    await put.settled()
    expect(consumer.readings().reading).toMatchObject({ mode: 'fanout', notice: null })
    expect(calls(world, 'GetRecords')).toBe(0)
    await world.stop(consumer)
    expect(await put.difference()).toEqual(NONE_AMISS)
    expect(order.outOfOrder()).toEqual([])
    await subscribed(world, 0)
  })

  test('a subscription is renewed before its end, while records come', async () => {
    const world = await open()
    const put = ledgerOf(world)
    await world.start({ read: fanOut, renewAfterMs: 200 })
    await until(() => {
      for (const key of keys) put.put(key)
      expect(calls(world, 'SubscribeToShard')).toBeGreaterThan(4)
    })
    await put.settled()
    expect(await world.fates()).toMatchObject({ duplicate: 0, rejected: 0 })
  })

  test('one that is half-open, and says nothing, is given up and made anew', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const consumer = await world.start({ read: fanOut, silentAfterMs: 400 })
    await subscribed(world, 2)
    expect(world.fake.faults.subscriptions({ kind: 'silence' })).toBe(2)
    for (const key of keys) put.put(key, 3)
    await put.settled()
    const [shard] = consumer.readings().shards
    expect(shard?.log.lastError()?.problem).toContain('sent no event')
    expect(await world.fates()).toEqual({ applied: 60, duplicate: 0, rejected: 0 })
  })

  test.each([
    ['is cut', { kind: 'cut' } as const],
    ['ends with an error event', { kind: 'error', type: 'InternalFailureException' } as const],
    ['is throttled', { kind: 'error', type: 'LimitExceededException' } as const],
  ])('one that %s goes on behind what came', async (_, fault) => {
    const world = await open()
    const put = ledgerOf(world)
    const order = witness()
    await world.start({ read: fanOut, apps: [createTotalsApp(), order.app()] })
    await subscribed(world, 2)
    for (let round = 0; round < 2; round++) {
      for (const key of keys) put.put(key, 3)
      await until(() => expect(world.fake.faults.subscriptions(fault)).toBe(2))
      for (const key of keys) put.put(key, 3)
      await put.settled()
    }
    expect(order.outOfOrder()).toEqual([])
    expect(await world.fates()).toEqual({ applied: 240, duplicate: 0, rejected: 0 })
  })

  test('a key that is disabled pauses that shard; the other goes on, and it itself when it is enabled', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const consumer = await world.start({ read: fanOut })
    await subscribed(world, 2)
    const denied = { kind: 'error', type: 'KMSDisabledException' } as const
    const call = { call: 'SubscribeToShard', shardId: SHARD_1, times: 50, fault: denied }
    world.fake.faults.next(call)
    world.fake.faults.subscriptions(denied, SHARD_1)
    await until(() =>
      expect(readers(consumer)).toEqual({ [SHARD_0]: 'reading', [SHARD_1]: 'paused' }),
    )
    for (const key of keys) put.put(key, 3)
    world.fake.faults.clear()
    await put.settled()
    await until(() =>
      expect(readers(consumer)).toEqual({ [SHARD_0]: 'reading', [SHARD_1]: 'reading' }),
    )
  })

  test('at a start after a kill, the subscriptions that the old one holds are taken over', async () => {
    const world = await open({ resubscribeMs: 2_500 })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 3)
    const first = await world.start({ read: fanOut })
    await put.settled()
    await subscribed(world, 2)
    // The first is not stopped: it is as a killed one whose connections still stand.
    const second = await world.start({ read: fanOut })
    await until(() => {
      const { log } = second.readings().shards[0] ?? {}
      expect(log?.lastError()?.problem).toContain('less than 5 s ago')
    })
    for (const key of keys) put.put(key, 3)
    await expect(first.failed).rejects.toThrow(/another Kinesight writes/)
    await put.settled()
    await world.stop(second)
    expect(await put.difference()).toEqual(NONE_AMISS)
    expect(await world.fates()).toEqual({ applied: 120, duplicate: 0, rejected: 0 })
  })
  test('two that live under the same consumer name take the shards from each other: each gets all, once', async () => {
    const world = await open({ resubscribeMs: 1_200 })
    const other = await open({}, world)
    const put = ledgerOf(world)
    let refused = 0
    const through = (source: StreamSource): StreamSource => ({
      ...source,
      fanOut: {
        ...source.fanOut,
        async subscribe(...asked) {
          try {
            return await source.fanOut.subscribe(...asked)
          } catch (error) {
            if (error instanceof SourceError && error.kind === 'in_use') refused += 1
            throw error
          }
        },
      },
    })
    await world.start({ read: fanOut, through })
    await other.start({ read: fanOut, through })
    await until(() => {
      for (const key of keys) put.put(key)
      expect(refused).toBeGreaterThan(2)
      expect(calls(world, 'SubscribeToShard') - refused).toBeGreaterThan(6)
    })
    await put.settled()
    await until(async () => expect(await other.totals()).toEqual(await world.totals()))
    expect(await other.fates()).toEqual(await world.fates())
  })
})
