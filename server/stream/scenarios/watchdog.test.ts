import { expect, test } from 'vitest'
import { SECOND_MS } from '../../../lib/time.ts'
import { until } from '../consumer.testing.ts'
import type { Batch, StreamSource } from '../read/stream-source.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD_0 = 'shardId-000000000000'
const SHARD_1 = 'shardId-000000000001'
const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`)
/** A leap of the clock would count as a process that stood still. */
const timesAsFast = 10

test('I9: a read that is never answered is given up by the watchdog, and the reader is started anew', async () => {
  const world = await open()
  const put = ledgerOf(world)
  world.fake.faults.next({ call: 'GetRecords', shardId: SHARD_1, fault: { kind: 'hang' } })
  const consumer = await world.start({ answerWithinMs: 600_000, timesAsFast })
  for (const key of keys) put.put(key)
  await until(() => expect(world.fake.faults.pending()).toEqual([]))
  await until(() => expect(consumer.shard(SHARD_1)?.reading.restarts).toBe(1), 20_000)
  await put.settled()
  expect(consumer.shard(SHARD_0)?.reading.restarts).toBe(0)
  expect(await world.fates()).toEqual({ applied: 40, duplicate: 0, rejected: 0 })
})

test('I9: a process that stood still starts no reader anew', async () => {
  const world = await open()
  const put = ledgerOf(world)
  const consumer = await world.start()
  await until(() => expect(consumer.readings().source).toEqual({ kind: 'ok' }))
  world.clock.passedMs += 600 * SECOND_MS
  const looked = world.clock.monotonicMs() + 1_500
  for (const key of keys) put.put(key)
  await put.settled()
  await until(() => expect(world.clock.monotonicMs()).toBeGreaterThan(looked))
  for (const { restarts } of consumer.readings().shards) expect(restarts).toBe(0)
})

/** Holds back the first answer of the source until it is let go. */
function holdingBack() {
  let held: Promise<Batch> | undefined
  let letGo = (): void => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const through = (source: StreamSource): StreamSource => ({
    ...source,
    async read(iterator, { limit }) {
      if (held !== undefined) return source.read(iterator, { limit })
      held = source.read(iterator, { limit })
      const [answer] = await Promise.all([held, gate])
      return answer
    },
  })
  return { through, letGo, isHeld: () => held !== undefined, answer: () => held }
}

test('I10: an answer that comes after its read was given up is not used', async () => {
  const world = await open({ shards: 1 })
  const put = ledgerOf(world)
  for (const key of keys) put.put(key)
  const { through, letGo, isHeld, answer } = holdingBack()
  const consumer = await world.start({ through, timesAsFast })
  await until(() => expect(isHeld()).toBe(true))
  expect((await answer())?.records).toHaveLength(40)
  await until(() => expect(consumer.shard(SHARD_0)?.reading.restarts).toBe(1), 20_000)
  await put.settled()
  const checkpoint = () => BigInt(consumer.shard(SHARD_0)?.reading.progress.checkpoint ?? 0)
  const before = checkpoint()
  letGo()
  for (const key of keys) put.put(key)
  await put.settled()
  expect(checkpoint()).toBeGreaterThan(before)
  await world.stop(consumer)
  expect(await put.difference()).toEqual(NONE_AMISS)
  expect(await world.fates()).toEqual({ applied: 80, duplicate: 0, rejected: 0 })
})

test('I10: an answer that comes after the stop is not used, and is read again by the next start', async () => {
  const world = await open({ shards: 1 })
  const put = ledgerOf(world)
  for (const key of keys) put.put(key)
  const { through, letGo, isHeld, answer } = holdingBack()
  const consumer = await world.start({ through })
  await until(() => expect(isHeld()).toBe(true))
  await answer()
  await world.stop(consumer)
  letGo()
  await new Promise((resolve) => setImmediate(resolve))
  expect(consumer.readings().shards[0]?.progress.checkpoint).toBe(null)
  expect(await world.fates()).toEqual({ applied: 0, duplicate: 0, rejected: 0 })
  await world.start()
  await put.settled()
  expect(await world.fates()).toEqual({ applied: 40, duplicate: 0, rejected: 0 })
})
