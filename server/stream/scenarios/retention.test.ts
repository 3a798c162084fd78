import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../lib/time.ts'
import { until } from '../consumer.testing.ts'
import type { StreamSource } from '../read/stream-source.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD_0 = 'shardId-000000000000'
const SHARD_1 = 'shardId-000000000001'
const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)

describe('9: a shard that is gone', () => {
  test('a parent that was trimmed away before the first look blocks nothing', async () => {
    const world = await open({ shards: 1 })
    const gone = ledgerOf(world)
    gone.put('a', 5)
    world.fake.split(SHARD_0)
    world.fake.trim(SHARD_0)
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 3)
    const consumer = await world.start()
    await put.settled()
    expect(consumer.readings().shards).toHaveLength(2)
    expect(consumer.readings().findings).toEqual([])
  })

  test('a known shard that was not read is trimmed while we are away: it is marked so, and its children go on', async () => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 2)
    const first = await world.start()
    await put.settled()
    await world.stop(first)
    // What was not read of the first shard is lost; all else is not.
    const lost = ledgerOf(world)
    const byShard = new Map<string, string[]>()
    for (const key of keys) {
      const { shardId } = world.fake.put(`probe-${key}`, '{"type":"probe"}')
      byShard.set(shardId, [...(byShard.get(shardId) ?? []), `probe-${key}`])
    }
    for (const key of byShard.get(SHARD_0) ?? []) lost.put(key)
    world.fake.split(SHARD_0)
    now += 25 * HOUR_MS
    world.fake.trim(SHARD_0)
    for (const key of keys) put.put(key, 2)
    const second = await world.start()
    await until(() => {
      expect(second.shard(SHARD_0)?.reading.reader).toEqual({ kind: 'trimmed' })
    })
    await until(() =>
      expect(second.readings().findings).toMatchObject([{ kind: 'trimmed', shards: [SHARD_0] }]),
    )
    await until(async () => {
      const { probe, ...totals } = await world.totals()
      expect(probe).toBe(byShard.get(SHARD_1)?.length)
      expect(Object.values(totals)).toEqual(Array.from({ length: 80 }, () => 1))
    })
    expect(second.readings().source).toEqual({ kind: 'ok' })
    await world.stop(second)
    const third = await world.start()
    expect(third.shard(SHARD_0)?.reading.reader).toEqual({ kind: 'trimmed' })
  })

  test('a part of a shard is trimmed while we are away: reading goes on with the oldest record there is', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    put.put('a', 5)
    const first = await world.start()
    await put.settled()
    await world.stop(first)
    let until = ''
    for (let n = 0; n < 5; n++) {
      until = world.fake.put('a', '{"type":"trimmed"}').sequenceNumber
    }
    put.put('a', 5)
    world.fake.trim(SHARD_0, until)
    await world.start()
    await put.settled()
    expect(await world.fates()).toEqual({ applied: 10, duplicate: 0, rejected: 0 })
  })

  test('a child that is not known everywhere yet is not taken for trimmed', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    const child = 'shardId-000000000001'
    let looks = 0
    const through = (source: StreamSource): StreamSource => ({
      ...source,
      async listShards() {
        const listed = await source.listShards()
        const hides = listed.length > 1 && looks++ < 2
        return hides ? listed.filter(({ shardId }) => shardId !== child) : listed
      },
    })
    const consumer = await world.start({ through })
    put.put('a', 5)
    await put.settled()
    const fault = { kind: 'error', type: 'ResourceNotFoundException' } as const
    world.fake.faults.next({ call: 'GetShardIterator', shardId: child, times: 2, fault })
    world.fake.split(SHARD_0)
    for (const key of keys) put.put(key)
    await put.settled()
    expect(consumer.shard(child)?.reading.progress.trimmedMs).toBeNull()
  })
})

describe('9: a stream that is gone', () => {
  test('is not taken for trimmed shards: it says so and waits', async () => {
    const world = await open()
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 2)
    const consumer = await world.start()
    await put.settled()
    world.fake.deleteStream()
    await until(() => {
      expect(consumer.readings().source).toMatchObject({
        kind: 'trouble',
        remedy: expect.stringContaining('Create the stream'),
      })
      for (const { reader, progress } of consumer.readings().shards) {
        expect(reader.kind).toBe('retrying')
        expect(progress.trimmedMs).toBeNull()
      }
    })
    expect(await put.difference()).toEqual(NONE_AMISS)
    await world.stop(consumer)
    const trimmed = await world.store.db
      .selectFrom('shard')
      .select('shard_id')
      .where('trimmed_ms', 'is not', null)
      .execute()
    expect(trimmed).toEqual([])
  })

  test('when it is made anew, the consumer fails over, and the old totals stay', async () => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 2)
    const first = await world.start()
    await put.settled()
    world.fake.deleteStream()
    await until(() => expect(first.readings().source.kind).toBe('trouble'))
    now += MINUTE_MS
    world.fake.recreate()
    for (const key of keys) world.fake.put(key, '{"type":"anew"}')
    await expect(first.failed).rejects.toThrow(/deleted and made anew/)
    await world.stop(first)
    expect(await put.difference()).toEqual(NONE_AMISS)
    await world.start()
    await until(async () => {
      const rows = await world.store.db
        .selectFrom('event_total')
        .select(({ fn }) => ['stream_id', fn.sum<number>('n').as('n')])
        .groupBy('stream_id')
        .execute()
      expect(rows).toEqual([
        { stream_id: 1, n: 40 },
        { stream_id: 2, n: 20 },
      ])
    })
  })

  test('when it is made anew at once, nothing of the new one is counted to the old one', async () => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 2)
    const first = await world.start()
    await put.settled()
    now += MINUTE_MS
    world.fake.recreate()
    for (const key of keys) world.fake.put(key, '{"type":"anew"}')
    await expect(first.failed).rejects.toThrow(/deleted and made anew/)
    await world.stop(first)
    expect(await put.difference()).toEqual(NONE_AMISS)
  })

  test.each(['CREATING', 'UPDATING'] as const)(
    'a stream that is %s is waited for, and nothing is taken for lost',
    async (status) => {
      const world = await open()
      const put = ledgerOf(world)
      for (const key of keys) put.put(key, 2)
      world.fake.setStatus(status)
      const consumer = await world.start()
      await until(() => expect(consumer.readings().source.kind).not.toBe('starting'))
      world.fake.setStatus('ACTIVE')
      for (const key of keys) put.put(key, 2)
      await put.settled()
      expect(consumer.readings().findings).toEqual([])
    },
  )
})
