import { describe, expect, test } from 'vitest'
import type { RecordsLie } from '../../../testing/fake-kinesis/contradictions.ts'
import { shardOfIterator } from '../../../testing/fake-kinesis/positions.ts'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { until, type World } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import type { ListedShard, StreamSource } from '../read/stream-source.ts'
import { fanOut, fanOutWorlds, keys, SHARD_0, SHARD_1, subscribed } from './fan-out.testing.ts'
import { ledgerOf, NONE_AMISS, witness, worlds } from './scenario.testing.ts'

const open = worlds()
const openFanOut = fanOutWorlds()

/** After these the shard is opened anew; what comes with the others is used, or read again. */
const DOUBTED: readonly RecordsLie[] = [
  'end_while_open',
  'end_with_invented_children',
  'end_while_behind',
  'children_while_open',
  'no_place',
  'out_of_order',
  'no_sequence_number',
  'strange_sequence_number',
  'no_data',
]
const POLLING: readonly RecordsLie[] = [...DOUBTED, 'same_place', 'again', 'twice']
const PUSHED: readonly RecordsLie[] = [...DOUBTED, 'place_ahead', 'again', 'twice']
const HARMLESS: readonly RecordsLie[] = [
  'behind_below_zero',
  'behind_beyond_retention',
  'behind_missing',
  'no_arrival',
  'arrival_long_ago',
  'arrival_to_come',
]

const reading = (consumer: Consumer, shardId = SHARD_0) => consumer.shard(shardId)?.reading
const lying = (world: World, lie: RecordsLie, times: number, shardId = SHARD_0) =>
  world.fake.faults.next({ call: 'GetRecords', shardId, times, fault: { kind: 'lie', lie } })

describe('9: one answer of GetRecords that contradicts itself, or what there is', () => {
  test.each(POLLING)(
    '%s: it is read again, nothing is lost or repeated, and the shard goes on',
    async (lie) => {
      const world = await open({ recordsPage: 20 })
      const put = ledgerOf(world)
      const order = witness()
      const consumer = await world.start({ apps: [createTotalsApp(), order.app()] })
      for (let round = 0; round < 3; round++) {
        lying(world, lie, 1)
        for (const key of keys) put.put(key, 4)
        await put.settled()
        await until(() => expect(world.fake.faults.pending()).toEqual([]))
      }
      await put.settled()
      await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'reading' }))
      expect(order.outOfOrder()).toEqual([])
      expect(await world.fates()).toEqual({ applied: 240, duplicate: 0, rejected: 0 })
      expect(reading(consumer)?.progress).toMatchObject({ finished: false, closed: false })
      if (DOUBTED.includes(lie)) {
        expect(reading(consumer)?.log.reads.contradicting).toBe(3)
        expect(reading(consumer, SHARD_1)?.log.reads.contradicting).toBe(0)
      }
    },
  )

  test.each(POLLING)(
    '%s, when the shard was closed with records left: they are read before its children',
    async (lie) => {
      const world = await open({ shards: 1, recordsPage: 20 })
      const put = ledgerOf(world)
      const order = witness()
      for (const key of keys) put.put(key, 4)
      const children = world.fake.split(SHARD_0)
      for (const key of keys) put.put(key, 2)
      lying(world, lie, 2)
      const consumer = await world.start({ apps: [createTotalsApp(), order.app()] })
      await put.settled()
      expect(order.outOfOrder()).toEqual([])
      expect(await world.fates()).toEqual({ applied: 120, duplicate: 0, rejected: 0 })
      await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'finished' }))
      for (const child of children) {
        await until(() => expect(reading(consumer, child)?.reader).toEqual({ kind: 'reading' }))
      }
      expect(consumer.readings().shards).toHaveLength(3)
    },
  )

  test.each(HARMLESS)('%s: what can be used of it is used', async (lie) => {
    const world = await open({ shards: 1, recordsPage: 20 })
    const put = ledgerOf(world)
    lying(world, lie, 1_000)
    const consumer = await world.start()
    for (const key of keys) put.put(key, 4)
    await put.settled()
    const [{ progress } = { progress: undefined }] = consumer.readings().shards
    const now = world.clock.now()
    expect(Math.abs((progress?.lastArrivalMs ?? 0) - now)).toBeLessThan(60_000)
    expect(progress?.readToMs ?? 0).toBeLessThanOrEqual(now + 1_000)
    world.fake.faults.clear()
    world.fake.split(SHARD_0)
    await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'finished' }))
    expect(await world.fates()).toEqual({ applied: 80, duplicate: 0, rejected: 0 })
  })

  test.each(['alone', 'with_records'] as const)(
    'an endpoint that never names children (its end comes %s): the end is read twice, and counts',
    async (shardEnd) => {
      const world = await open({ shards: 1, recordsPage: 20, shardEnd })
      const put = ledgerOf(world)
      const order = witness()
      for (const key of keys) put.put(key, 4)
      world.fake.split(SHARD_0)
      for (const key of keys) put.put(key, 2)
      const consumer = await world.start({
        apps: [createTotalsApp(), order.app()],
        through: (source) => ({
          ...source,
          read: async (iterator, options) => ({
            ...(await source.read(iterator, options)),
            children: [],
          }),
        }),
      })
      await put.settled()
      await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'finished' }))
      expect(order.outOfOrder()).toEqual([])
      expect(reading(consumer)?.log.reads.contradicting).toBe(0)
    },
  )
})

describe('9: one event of a subscription that contradicts itself, or what there is', () => {
  test.each(PUSHED)('%s: nothing is lost or repeated, and the shard goes on', async (lie) => {
    const world = await openFanOut({ shards: 1 })
    const put = ledgerOf(world)
    const order = witness()
    const consumer = await world.start({ read: fanOut, apps: [createTotalsApp(), order.app()] })
    for (let round = 0; round < 3; round++) {
      await until(() =>
        expect(world.fake.faults.subscriptions({ kind: 'lie', lie })).toBeGreaterThan(0),
      )
      for (const key of keys) put.put(key, 4)
      await put.settled()
    }
    expect(order.outOfOrder()).toEqual([])
    expect(await world.fates()).toEqual({ applied: 240, duplicate: 0, rejected: 0 })
    expect(reading(consumer)?.progress).toMatchObject({ finished: false, closed: false })
    world.fake.split(SHARD_0)
    await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'finished' }))
  })

  test('place_ahead, and then the subscription ends: what came meanwhile is read', async () => {
    const world = await openFanOut({ shards: 1, subscriptionMs: 400, heartbeatMs: 10_000 })
    const put = ledgerOf(world)
    await world.start({ read: fanOut })
    await subscribed(world, 1)
    for (let round = 0; round < 3; round++) {
      await until(() =>
        expect(world.fake.faults.subscriptions({ kind: 'lie', lie: 'place_ahead' })).toBe(1),
      )
      for (const key of keys) put.put(key)
      await put.settled()
    }
    expect(await world.fates()).toEqual({ applied: 60, duplicate: 0, rejected: 0 })
  })
})

describe('9: a list of shards that contradicts itself, or the one before', () => {
  test.each(['own_parent', 'no_hash_keys', 'no_shard', 'other_parents'] as const)(
    '%s: that is said, what is known is read on, and what is new is read once the list can be',
    async (lie) => {
      const world = await open()
      const put = ledgerOf(world)
      const consumer = await world.start({ timesAsFast: 10 })
      await until(() => expect(consumer.readings().source).toEqual({ kind: 'ok' }))
      world.fake.faults.next({
        call: 'ListShards',
        times: 1_000,
        fault: { kind: 'false_list', lie },
      })
      await until(() =>
        expect(consumer.readings().source).toMatchObject({
          kind: 'trouble',
          problem: expect.stringContaining('the list of shards contradicts itself'),
        }),
      )
      for (const key of keys) put.put(key)
      await put.settled()
      world.fake.split(SHARD_0)
      for (const key of keys) put.put(key)
      world.fake.faults.clear()
      await put.settled()
      await until(() => expect(consumer.readings().source).toEqual({ kind: 'ok' }))
      expect(consumer.readings().shards).toHaveLength(4)
    },
  )

  test('one that loses a shard that is read, and has it again: it is read all the while', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const consumer = await world.start({ timesAsFast: 10 })
    await until(() => expect(consumer.readings().source).toEqual({ kind: 'ok' }))
    const fault = { kind: 'false_list', lie: 'shard_lost' } as const
    world.fake.faults.next({ call: 'ListShards', times: 1_000, fault })
    await until(() =>
      expect(consumer.readings().findings).toMatchObject([
        { kind: 'hole' },
        { kind: 'vanished', shards: [SHARD_0] },
      ]),
    )
    for (const key of keys) put.put(key)
    await put.settled()
    expect(reading(consumer)?.progress).toMatchObject({ finished: false, trimmedMs: null })
    world.fake.faults.clear()
    await until(() => expect(consumer.readings().findings).toEqual([]))
  })

  test('one that loses a shard of which reads say that it is gone, and has it again: it is read on', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const consumer = await world.start({ timesAsFast: 20 })
    for (const key of keys) put.put(key)
    await put.settled()
    world.fake.faults.next({
      call: 'ListShards',
      times: 1_000,
      fault: { kind: 'false_list', lie: 'shard_lost' },
    })
    world.fake.faults.next({
      call: 'GetRecords',
      shardId: SHARD_0,
      times: 1_000,
      fault: { kind: 'error', type: 'ResourceNotFoundException' },
    })
    for (const key of keys) put.put(key)
    await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'trimmed' }))
    expect(consumer.readings().findings).toContainEqual(
      expect.objectContaining({ kind: 'trimmed', shards: [SHARD_0] }),
    )
    world.fake.faults.clear()
    await put.settled()
    await until(() => expect(consumer.readings().findings).toEqual([]))
    expect(reading(consumer)?.reader).toEqual({ kind: 'reading' })
    expect(await world.fates()).toEqual({ applied: 40, duplicate: 0, rejected: 0 })
  })

  test('one that has a shard as open that counts as read to its end: it is read on', async () => {
    const world = await open({ recordsPage: 5 })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 2)
    let lies = true
    // Everybody agrees to the end of the first shard, and nobody says the truth.
    const through = (source: StreamSource): StreamSource => ({
      ...source,
      async listShards(signal) {
        const listed = await source.listShards(signal)
        if (!lies) return listed
        const [first, second] = listed as [ListedShard, ListedShard]
        return [
          { ...first, closed: true },
          { ...second, parents: [SHARD_0] },
        ]
      },
      async read(iterator, options) {
        const batch = await source.read(iterator, options)
        const isFirst = shardOfIterator(iterator) === 0
        return lies && isFirst
          ? { ...batch, records: [], next: undefined, millisBehindLatest: 0 }
          : batch
      },
    })
    const consumer = await world.start({ through, timesAsFast: 20 })
    await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'finished' }))
    lies = false
    await put.settled()
    expect(reading(consumer)?.progress).toMatchObject({ finished: false, closed: false })
    expect(await world.fates()).toEqual({ applied: 40, duplicate: 0, rejected: 0 })
  })

  test('one that loses a shard of which an answer says that it is over: the answer is not believed', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const consumer = await world.start({ timesAsFast: 10 })
    await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'reading' }))
    const fault = { kind: 'false_list', lie: 'shard_lost' } as const
    world.fake.faults.next({ call: 'ListShards', times: 1_000, fault })
    lying(world, 'end_while_open', 1)
    for (const key of keys) put.put(key)
    await put.settled()
    expect(reading(consumer)?.log.lastError()?.problem).toContain('is not in the list of shards')
    expect(reading(consumer)?.progress.finished).toBe(false)
  })
})

describe('9, 10, I21: what contradicts itself for half a minute', () => {
  test.each([
    ['end_while_open', 'is open by the list of shards'],
    ['end_while_behind', 'that it is still behind'],
    ['children_while_open', 'that it has children'],
    ['no_place', 'at a place that is empty'],
    ['out_of_order', 'comes before the one before it'],
  ] as const)(
    '%s: the shard is stuck, which is the trouble of the stream, and goes on by itself once it is over',
    async (lie, problem) => {
      const world = await open()
      const put = ledgerOf(world)
      const consumer = await world.start({ timesAsFast: 10 })
      await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'reading' }))
      // While nothing is put only the shard's own place could be wrong: let there be something to read.
      const feed = lie === 'out_of_order'
      lying(world, lie, 10_000)
      if (feed) for (const key of keys) put.put(key, 3)
      await until(
        () =>
          expect(reading(consumer)?.reader).toMatchObject({
            kind: 'retrying',
            problem: expect.stringContaining(problem),
          }),
        4_000,
      )
      expect(consumer.readings().source).toEqual({ kind: 'ok' })
      await until(
        () =>
          expect(reading(consumer)?.reader).toMatchObject({
            kind: 'stuck',
            problem: expect.stringContaining(problem),
            remedy: expect.stringContaining('read again by itself'),
          }),
        12_000,
      )
      expect(consumer.readings().source).toMatchObject({
        kind: 'trouble',
        problem: expect.stringMatching(`^${SHARD_0} is read no further: .*${problem}`),
      })
      expect(reading(consumer, SHARD_1)?.reader).toEqual({ kind: 'reading' })
      world.fake.faults.clear()
      for (const key of keys) put.put(key, 3)
      await put.settled()
      await until(() => expect(reading(consumer)?.reader).toEqual({ kind: 'reading' }))
      expect(consumer.readings().source).toEqual({ kind: 'ok' })
      expect(await put.difference()).toEqual(NONE_AMISS)
    },
  )
})
