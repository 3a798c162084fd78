import { expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../lib/time.ts'
import { until, type World } from '../consumer.testing.ts'
import type { Position, StreamSource } from '../read/stream-source.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD = 'shardId-000000000000'
const calls = (world: World, operation: string, shardId = SHARD): number =>
  world.fake.counts().byShard[shardId]?.[operation] ?? 0

/** Waits until the shard was read after this moment. */
async function read(world: World): Promise<void> {
  const before = calls(world, 'GetRecords')
  await until(() => expect(calls(world, 'GetRecords')).toBeGreaterThan(before + 1))
}

test.each([
  ['that had records', 5],
  ['that never delivered a record', 0],
])(
  '8: the iterator of a shard %s expires: it is opened anew, and what comes then is applied once',
  async (_, before) => {
    let now = 1_700_000_000_000
    const world = await open({ shards: 1, now: () => now })
    const put = ledgerOf(world)
    put.put('a', before)
    const consumer = await world.start()
    await put.settled()
    await read(world)
    for (let time = 0; time < 3; time++) {
      now += 6 * MINUTE_MS
      const opened = calls(world, 'GetShardIterator')
      await until(() => expect(calls(world, 'GetShardIterator')).toBeGreaterThan(opened))
      await read(world)
    }
    put.put('a', 5)
    await put.settled()
    await world.stop(consumer)
    expect(await put.difference()).toEqual(NONE_AMISS)
    expect(await world.fates()).toEqual({ applied: before + 5, duplicate: 0, rejected: 0 })
  },
)

test('8: children of an empty parent that are idle for 6 minutes: what comes then, and after a restart, is applied once', async () => {
  let now = 1_700_000_000_000
  const world = await open({ shards: 1, now: () => now })
  const put = ledgerOf(world)
  const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)
  const first = await world.start()
  const children = world.fake.split(SHARD)
  const opened = (times: number) =>
    until(() => {
      for (const child of children) expect(calls(world, 'GetShardIterator', child)).toBe(times)
    })
  await opened(1)
  now += 6 * MINUTE_MS
  await opened(2)
  for (const key of keys) put.put(key, 3)
  await put.settled()
  now += 6 * MINUTE_MS
  await opened(3)
  await world.stop(first)
  now += 6 * MINUTE_MS
  for (const key of keys) put.put(key, 3)
  await world.start()
  await put.settled()
  expect(await world.fates()).toEqual({ applied: 120, duplicate: 0, rejected: 0 })
})

test('8: what is put just before an iterator expires is not lost', async () => {
  let now = 1_700_000_000_000
  const world = await open({ shards: 1, now: () => now })
  const put = ledgerOf(world)
  await world.start()
  await read(world)
  for (let time = 0; time < 5; time++) {
    put.put('a', 3)
    now += 6 * MINUTE_MS
    put.put('a', 3)
    await put.settled()
  }
  expect(await world.fates()).toEqual({ applied: 30, duplicate: 0, rejected: 0 })
})

test.each([
  ['that had records long ago', 5],
  ['that never delivered a record', 0],
])(
  '8: a shard %s keeps a fresh position: after a restart it is read from there',
  async (_, before) => {
    let now = 1_700_000_000_000
    const world = await open({ shards: 1, now: () => now })
    const put = ledgerOf(world)
    put.put('a', before)
    const first = await world.start()
    await put.settled()
    for (let step = 0; step < 6; step++) {
      now += 4 * MINUTE_MS
      await read(world)
    }
    await until(() => {
      const { readToMs } = first.shard(SHARD)?.reading.committed ?? {}
      expect(readToMs).toBe(now)
    })
    const readToMs = now
    await world.stop(first)
    // The number of the last record may mean nothing any more; the time does.
    world.fake.trimByAge()
    now += HOUR_MS
    put.put('a', 5)
    const opened: Position[] = []
    const through = (source: StreamSource): StreamSource => ({
      ...source,
      iterator(shardId, position, signal) {
        opened.push(position)
        return source.iterator(shardId, position, signal)
      },
    })
    const second = await world.start({ through })
    await put.settled()
    // Less a margin of 2 minutes.
    expect(opened).toEqual([{ kind: 'at', timeMs: readToMs - 2 * MINUTE_MS }])
    await world.stop(second)
    expect(await put.difference()).toEqual(NONE_AMISS)
    expect(await world.fates()).toEqual({ applied: before + 5, duplicate: 0, rejected: 0 })
  },
)
