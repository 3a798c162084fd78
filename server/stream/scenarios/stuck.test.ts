import { describe, expect, test } from 'vitest'
import type { CallFault } from '../../../testing/fake-kinesis/faults.ts'
import { until } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import type { StreamSource } from '../read/stream-source.ts'
import { fanOut, fanOutWorlds, keys, SHARD_0, SHARD_1 } from './fan-out.testing.ts'
import { ledgerOf, worlds } from './scenario.testing.ts'

const open = worlds()
const openFanOut = fanOutWorlds()
const timesAsFast = 10
const TIMES = 10_000

const state = (consumer: Consumer, shardId: string) => consumer.shard(shardId)?.reading.reader
const isStuck = (consumer: Consumer, shardId: string, problem: string) =>
  until(
    () =>
      expect(state(consumer, shardId)).toMatchObject({
        kind: 'stuck',
        problem: expect.stringContaining(problem),
      }),
    12_000,
  )

describe('10, I21: what repeats itself for half a minute is trouble, whatever its error', () => {
  const repetitions: [string, CallFault, string][] = [
    [
      'iterators that expire as soon as they are taken',
      { kind: 'error', type: 'ExpiredIteratorException' },
      'the iterator is older than 5 minutes',
    ],
    [
      'answers without a record, as far behind the tip each time',
      { kind: 'empty', millisBehindLatest: 5_000 },
      'answers come without a record, and none is closer to the tip',
    ],
    [
      'answers without a record that do not say how far behind they are',
      { kind: 'empty', millisBehindLatest: -1 },
      'answers come without a record, and do not say how far behind the tip they are',
    ],
    [
      'answers that are cut off',
      { kind: 'truncated' },
      'sent an answer that cannot be read: malformed CBOR',
    ],
    ['failures', { kind: 'error', type: 'InternalFailure' }, 'has trouble of its own'],
    [
      'refusals',
      { kind: 'error', type: 'ProvisionedThroughputExceededException' },
      'the shard is read more often, or faster, than it allows',
    ],
    ['pages of something in between', { kind: 'status', status: 503 }, 'answers with status 503'],
  ]

  test.each(repetitions)(
    '%s: the shard is stuck, the other is read, the stream is in trouble; it goes on by itself',
    async (_name, fault, problem) => {
      const world = await open()
      const put = ledgerOf(world)
      const consumer = await world.start({ timesAsFast })
      await until(() => expect(state(consumer, SHARD_1)).toEqual({ kind: 'reading' }))
      const since = world.clock.now()
      const call = { call: 'GetRecords', shardId: SHARD_1, times: TIMES }
      world.fake.faults.next({ ...call, fault })
      for (const key of keys) put.put(key, 2)
      await isStuck(consumer, SHARD_1, problem)
      expect(state(consumer, SHARD_0)).toEqual({ kind: 'reading' })
      const { source } = consumer.readings()
      expect(source).toMatchObject({
        kind: 'trouble',
        problem: expect.stringMatching(`^${SHARD_1} is read no further: .*${problem}`),
      })
      // Since it got no further, which is before that counts as stuck.
      const told = source.kind === 'trouble' ? source.since : 0
      expect(told).toBeLessThanOrEqual(world.clock.now() - 29_000)
      expect(told).toBeGreaterThan(since - 60_000)
      world.fake.faults.clear()
      await put.settled(12_000)
      await until(() => expect(state(consumer, SHARD_1)).toEqual({ kind: 'reading' }))
      expect(consumer.readings().source).toEqual({ kind: 'ok' })
      const happenings = consumer.shard(SHARD_1)?.reading.log.happenings() ?? []
      const texts = happenings.map(({ text }) => text)
      expect(texts).toContainEqual(expect.stringMatching(/^gets no further for \d+ s: /))
      expect(texts).toContain('gets on again')
      expect(await world.fates()).toEqual({ applied: 40, duplicate: 0, rejected: 0 })
    },
    25_000,
  )

  test('iterators that expire are read no more often than five times a second', async () => {
    const world = await open({ shards: 1 })
    const times: number[] = []
    const through = (source: StreamSource): StreamSource => ({
      ...source,
      read(iterator, options) {
        times.push(world.clock.monotonicMs())
        return source.read(iterator, options)
      },
    })
    const fault = { kind: 'error', type: 'ExpiredIteratorException' } as const
    world.fake.faults.next({ call: 'GetRecords', times: TIMES, fault })
    await world.start({ through })
    await until(() => expect(times.length).toBeGreaterThan(8))
    const most = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 998).length),
    )
    expect(most).toBeLessThanOrEqual(5)
  })

  test('subscriptions that are refused: likewise', async () => {
    const world = await openFanOut()
    const put = ledgerOf(world)
    const fault = { kind: 'error', type: 'InternalFailure' } as const
    world.fake.faults.next({ call: 'SubscribeToShard', shardId: SHARD_1, times: TIMES, fault })
    const consumer = await world.start({ read: fanOut, timesAsFast })
    for (const key of keys) put.put(key)
    await isStuck(consumer, SHARD_1, 'has trouble of its own')
    world.fake.faults.clear()
    await put.settled(12_000)
    await until(() => expect(state(consumer, SHARD_1)).toEqual({ kind: 'reading' }))
  }, 25_000)

  test('reads that are never answered: they are started anew, again and again', async () => {
    const world = await open({ shards: 1 })
    world.fake.faults.next({ call: 'GetRecords', times: TIMES, fault: { kind: 'hang' } })
    const consumer = await world.start({ answerWithinMs: 600_000, timesAsFast: 20 })
    await isStuck(consumer, SHARD_0, 'nothing came for')
    expect(consumer.readings().source).toMatchObject({ kind: 'trouble' })
  })

  test('a stream that is gone: every shard of it is stuck', async () => {
    const world = await open({ shards: 1 })
    const consumer = await world.start({ timesAsFast: 20 })
    await until(() => expect(state(consumer, SHARD_0)).toEqual({ kind: 'reading' }))
    world.fake.deleteStream()
    await isStuck(consumer, SHARD_0, 'is not there')
    expect(consumer.readings().source).toMatchObject({ kind: 'trouble' })
  })

  test('several shards: one sentence names the one that has been for longest, and says of the others', async () => {
    const world = await open({ shards: 3 })
    const fault = { kind: 'error', type: 'InternalFailure' } as const
    world.fake.faults.next({ call: 'GetRecords', times: TIMES, fault })
    const consumer = await world.start({ timesAsFast })
    await isStuck(consumer, SHARD_0, 'has trouble of its own')
    await until(() =>
      expect(consumer.readings().source).toMatchObject({
        problem: expect.stringMatching(
          /^shardId-00000000000\d is read no further, nor are 2 more: /,
        ),
      }),
    )
  })
})

describe('10: what only takes its time is no trouble', () => {
  test('a gap of which page after page is empty, each closer to the tip', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    let behindMs = 600_000
    const through = (source: StreamSource): StreamSource => ({
      ...source,
      async read(iterator, options) {
        const batch = await source.read(iterator, options)
        behindMs = Math.max(0, behindMs - 2_000)
        return behindMs === 0
          ? batch
          : { ...batch, records: [], next: iterator, millisBehindLatest: behindMs }
      },
    })
    for (const key of keys) put.put(key)
    const consumer = await world.start({ through, timesAsFast })
    await until(() => {
      expect(consumer.readings().source).toEqual({ kind: 'ok' })
      expect(state(consumer, SHARD_0)).toEqual({ kind: 'reading' })
    }, 20_000)
    await put.settled()
    expect(behindMs).toBe(0)
    const happenings = consumer.shard(SHARD_0)?.reading.log.happenings() ?? []
    expect(happenings.filter(({ level }) => level === 'warn')).toEqual([])
  }, 30_000)

  test('a shard that others read too, of which one read in eight gets through', async () => {
    const world = await open({ shards: 1, recordsPage: 2 })
    const put = ledgerOf(world)
    let call = 0
    const fault = { kind: 'error', type: 'ProvisionedThroughputExceededException' } as const
    world.fake.faults.chance(1, () => (++call % 16 === 0 ? 1.1 : 0), [fault], ['GetRecords'])
    const consumer = await world.start({ timesAsFast: 20 })
    for (const key of keys) put.put(key)
    await put.settled(30_000)
    const happenings = consumer.shard(SHARD_0)?.reading.log.happenings() ?? []
    expect(happenings.map(({ text }) => text)).not.toContainEqual(
      expect.stringContaining('gets no further'),
    )
  }, 40_000)
})
