import {
  DeregisterStreamConsumerCommand,
  KinesisClient,
  RegisterStreamConsumerCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, test } from 'vitest'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { until, type World } from '../consumer.testing.ts'
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

/** An operator registers the consumer, or takes it away. */
async function byHand(world: World, does: 'register' | 'deregister'): Promise<void> {
  const client = new KinesisClient({
    endpoint: world.fake.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  })
  const input = { StreamARN: world.fake.streamArn, ConsumerName: 'kinesight' }
  if (does === 'register') await client.send(new RegisterStreamConsumerCommand(input))
  else await client.send(new DeregisterStreamConsumerCommand(input))
  client.destroy()
}

describe('16: the stream under enhanced fan-out', () => {
  test('split and merge under load: children are subscribed to when their parents have ended', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const order = witness()
    const consumer = await world.start({ read: fanOut, apps: [createTotalsApp(), order.app()] })
    await subscribed(world, 2)
    for (const key of keys) put.put(key, 10)
    const [, high] = world.fake.split(SHARD_0)
    for (const key of keys) put.put(key, 10)
    const merged = world.fake.merge(high, SHARD_1)
    for (const key of keys) put.put(key, 10)
    await put.settled()
    expect(order.outOfOrder()).toEqual([])
    await until(() =>
      expect(readers(consumer)).toMatchObject({
        [SHARD_0]: 'finished',
        [SHARD_1]: 'finished',
        [high]: 'finished',
        [merged]: 'reading',
      }),
    )
    expect(calls(world, 'GetRecords')).toBe(0)
    expect(await world.fates()).toEqual({ applied: 600, duplicate: 0, rejected: 0 })
  })

  test('an endpoint without fan-out is read by polling, and that is said', async () => {
    const world = await open({ fanOut: false })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 3)
    const consumer = await world.start({ read: fanOut })
    await put.settled()
    expect(consumer.readings().reading).toMatchObject({
      mode: 'polling',
      notice: expect.stringContaining('has no enhanced fan-out'),
    })
    expect(await world.fates()).toEqual({ applied: 60, duplicate: 0, rejected: 0 })
  })

  test('a consumer that is registered already is adopted', async () => {
    const world = await open()
    const put = ledgerOf(world)
    await byHand(world, 'register')
    const before = calls(world, 'RegisterStreamConsumer')
    await world.start({ read: fanOut })
    for (const key of keys) put.put(key, 2)
    await put.settled()
    expect(calls(world, 'RegisterStreamConsumer')).toBe(before)
  })

  test('a consumer that is deregistered while it runs is registered again, and nothing is lost', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const consumer = await world.start({ read: fanOut })
    for (const key of keys) put.put(key, 2)
    await put.settled()
    await subscribed(world, 2)
    await byHand(world, 'deregister')
    for (const key of keys) put.put(key, 2)
    await put.settled()
    expect(consumer.readings().shards.map(({ progress }) => progress.trimmedMs)).toEqual([
      null,
      null,
    ])
    expect(await world.fates()).toEqual({ applied: 80, duplicate: 0, rejected: 0 })
  })

  test('many subscriptions share few HTTP/2 sessions', async () => {
    const world = await open({ shards: 60 })
    const put = ledgerOf(world)
    await world.start({ read: fanOut })
    await subscribed(world, 60)
    for (const key of keys) put.put(key, 3)
    await put.settled()
    expect(world.fake.counts().http2Sessions.opened).toBeLessThanOrEqual(4)
  })

  test('from fan-out to polling and back over restarts: nothing is lost or repeated', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const order = witness()
    const modes = ['fanout', 'polling', 'fanout', 'polling'] as const
    for (const mode of modes) {
      for (const key of keys) put.put(key, 3)
      const consumer = await world.start({
        read: { mode },
        apps: [createTotalsApp(), order.app()],
      })
      for (const key of keys) put.put(key, 3)
      await put.settled()
      await world.stop(consumer)
    }
    expect(await put.difference()).toEqual(NONE_AMISS)
    expect(order.outOfOrder()).toEqual([])
    expect(await world.fates()).toEqual({ applied: 480, duplicate: 0, rejected: 0 })
  })
})
