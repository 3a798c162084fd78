import { expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { until } from '../consumer.testing.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const keys = Array.from({ length: 10 }, (_, n) => `key-${n}`)
const skews = [
  ['5 minutes ahead of', 5 * MINUTE_MS],
  ['5 minutes behind', -5 * MINUTE_MS],
] as const

test.each(skews)(
  "14: with a clock %s the stream's, nothing is lost or repeated",
  async (_, skewMs) => {
    const world = await open()
    const put = ledgerOf(world)
    world.clock.skewMs = skewMs
    for (const key of keys) put.put(key, 5)
    const first = await world.start()
    await put.settled()
    await world.stop(first)
    for (const key of keys) put.put(key, 5)
    const second = await world.start()
    await put.settled()
    await world.stop(second)
    expect(await put.difference()).toEqual(NONE_AMISS)
    for (const { lagMs } of second.readings().shards) expect(lagMs).toBeLessThan(MINUTE_MS)
  },
)

test('14: the clock jumps to and fro while it reads', async () => {
  const world = await open()
  const put = ledgerOf(world)
  const consumer = await world.start()
  for (const skewMs of [5 * MINUTE_MS, -5 * MINUTE_MS, 2 * HOUR_MS, 0]) {
    world.clock.skewMs = skewMs
    for (const key of keys) put.put(key, 5)
    await put.settled()
    world.fake.split(world.fake.openShardIds()[0] ?? '')
    for (const key of keys) put.put(key, 5)
    await put.settled()
  }
  expect(consumer.readings().source).toEqual({ kind: 'ok' })
  await world.stop(consumer)
  expect(await put.difference()).toEqual(NONE_AMISS)
  expect(await world.fates()).toEqual({ applied: 400, duplicate: 0, rejected: 0 })
})

test.each(skews)(
  '14: START_AT latest with a clock %s the stream: all that is put after the start is read',
  async (_, skewMs) => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    for (const key of keys) world.fake.put(key, '{"type":"old"}')
    now += 10 * MINUTE_MS
    world.clock.skewMs = skewMs
    const put = ledgerOf(world)
    const consumer = await world.start({ startAt: { kind: 'latest' } })
    // The very moment of the start counts as after it.
    for (const key of keys) put.put(key, 2)
    now += 1_000
    for (const key of keys) put.put(key, 3)
    await put.settled()
    await world.stop(consumer)
    expect(await put.difference()).toEqual(NONE_AMISS)
  },
)

test('START_AT that is yet to come is waited for: what arrives before is not read, all after it is', async () => {
  let now = 1_700_000_000_000
  const world = await open({ now: () => now })
  const at = now + 10 * MINUTE_MS
  for (const key of keys) world.fake.put(key, '{"type":"early"}')
  const put = ledgerOf(world)
  const consumer = await world.start({ startAt: { kind: 'time', at }, timesAsFast: 200 })
  const readers = () => consumer.readings().shards.map(({ reader }) => reader)
  const waits = { kind: 'waiting_for_begin', at }
  await until(() => expect(readers()).toEqual([waits, waits]))
  expect(consumer.readings().source).toEqual({ kind: 'ok' })
  expect(world.fake.counts().calls.GetShardIterator).toBeUndefined()
  now = at
  for (const key of keys) put.put(key, 3)
  now += MINUTE_MS
  await put.settled()
  expect(await put.difference()).toEqual(NONE_AMISS)
})

test('14: an idle shard keeps its place on the clock of the stream, not on this one', async () => {
  let now = 1_700_000_000_000
  const world = await open({ shards: 1, now: () => now })
  const put = ledgerOf(world)
  world.clock.skewMs = 24 * HOUR_MS
  const first = await world.start()
  const readTo = () => first.readings().shards[0]?.committed.readToMs ?? null
  // Faster, and each answer would tell of a leap.
  await until(() => {
    now += SECOND_MS
    expect(readTo()).not.toBeNull()
  })
  expect(readTo()).toBeLessThanOrEqual(now)
  await world.stop(first)
  put.put('a', 5)
  now += MINUTE_MS
  await world.start()
  await put.settled()
})
