import { expect, test } from 'vitest'
import { SECOND_MS } from '../../../lib/time.ts'
import { until } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import type { StreamSource } from '../read/stream-source.ts'
import { ledgerOf, worlds } from './scenario.testing.ts'

const open = worlds()
const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`)

/** Timers may be early by less than this. */
const TIMER_MS = 2

/** The most of these times in any second. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(
    ...times.map(
      (from, at) => times.slice(at).filter((ms) => ms - from < SECOND_MS - TIMER_MS).length,
    ),
  )

test('10, I14: alone, no shard is read more than five times in any second, also with a backlog', async () => {
  const world = await open({ limits: 'real', shards: 1, recordsPage: 20 })
  const put = ledgerOf(world)
  for (const key of keys) put.put(key, 5)
  const times: number[] = []
  const through = (source: StreamSource): StreamSource => ({
    ...source,
    read(iterator, options) {
      times.push(world.clock.monotonicMs())
      return source.read(iterator, options)
    },
  })
  await world.start({ through })
  await put.settled()
  expect(times.length).toBeGreaterThanOrEqual(10)
  expect(mostInASecond(times)).toBeLessThanOrEqual(5)
})

test('10: two applications read the same shards: both go on, with fair shares, and lose nothing', async () => {
  const world = await open({ limits: 'real' })
  const other = await open({}, world)
  const put = ledgerOf(world)
  const ours = await world.start()
  const theirs = await other.start()
  const counts = (consumer: Consumer) => {
    const reads = consumer.readings().shards.map(({ log }) => log.reads)
    return {
      ok: reads.reduce((sum, { ok }) => sum + ok, 0),
      throttled: reads.reduce((sum, { throttled }) => sum + throttled, 0),
    }
  }
  // The shares settle within the first reads; then 20 of ours are counted.
  await until(() => expect(counts(ours).ok).toBeGreaterThan(10))
  const from = { ours: counts(ours).ok, theirs: counts(theirs).ok }
  await until(() => {
    put.put(keys[counts(ours).ok % keys.length] as string)
    expect(counts(ours).ok - from.ours).toBeGreaterThan(20)
  }, 20_000)
  const share = (counts(ours).ok - from.ours) / (counts(theirs).ok - from.theirs)
  expect(share).toBeGreaterThan(0.5)
  expect(share).toBeLessThan(2)
  expect(counts(ours).throttled).toBeGreaterThan(0)
  await put.settled()
  await until(async () => expect(await other.totals()).toEqual(await world.totals()))
  expect(await other.fates()).toEqual(await world.fates())
}, 25_000)

test('10: a burst of throttling: the shard says so and goes on by itself, and nothing is lost', async () => {
  const world = await open({ shards: 1 })
  const put = ledgerOf(world)
  const throttle = (type: string, times: number) =>
    world.fake.faults.next({ call: 'GetRecords', times, fault: { kind: 'error', type } })
  const consumer = await world.start({ timesAsFast: 4 })
  for (const key of keys) put.put(key, 2)
  throttle('ProvisionedThroughputExceededException', 5)
  throttle('LimitExceededException', 1)
  await until(() => {
    const [shard] = consumer.readings().shards
    expect(shard?.reader).toMatchObject({
      kind: 'retrying',
      remedy: expect.stringContaining('goes on by itself'),
    })
  })
  await put.settled(15_000)
  const [shard] = consumer.readings().shards
  expect(shard?.log.reads.throttled).toBe(6)
  expect(shard?.reader.kind).toMatch(/reading|catching_up/)
  expect(await world.fates()).toEqual({ applied: 80, duplicate: 0, rejected: 0 })
}, 25_000)

test('10: all reads are throttled for 60 s, of two applications: few are tried meanwhile, and nothing is lost', async () => {
  const world = await open()
  const other = await open({}, world)
  const put = ledgerOf(world)
  const timesAsFast = 10
  const consumers = [await world.start({ timesAsFast }), await other.start({ timesAsFast })]
  for (const key of keys) put.put(key, 2)
  await put.settled()
  const throttled = () =>
    consumers.flatMap((consumer) =>
      consumer.readings().shards.map(({ log }) => log.reads.throttled),
    )
  const fault = { kind: 'error', type: 'ProvisionedThroughputExceededException' } as const
  world.fake.faults.chance(1, () => 0, [fault], ['GetRecords'])
  const burst = { from: world.clock.monotonicMs(), ms: (60 * SECOND_MS) / timesAsFast }
  let n = 0
  await until(() => {
    put.put(keys[n++ % keys.length] as string)
    expect(world.clock.monotonicMs() - burst.from).toBeGreaterThan(burst.ms)
  }, 20_000)
  for (const consumer of consumers) {
    for (const { reader } of consumer.readings().shards) expect(reader.kind).toBe('stuck')
  }
  // Five a second would be 300: each halves the rate, down to one in two seconds.
  for (const times of throttled()) {
    expect(times).toBeGreaterThan(10)
    expect(times).toBeLessThanOrEqual(35)
  }
  world.fake.faults.clear()
  await put.settled(10_000)
  await until(async () => expect(await other.totals()).toEqual(await world.totals()))
  for (const consumer of consumers) {
    for (const { reader } of consumer.readings().shards) {
      expect(reader.kind).toMatch(/reading|catching_up/)
    }
  }
}, 45_000)
