import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../lib/time.ts'
import { MEBIBYTE, until } from '../consumer.testing.ts'
import { faultyStore } from './faulty-store.testing.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
/** What one answer of GetRecords brings at the most, with its framing. */
const ANSWER_BYTES = 11 * MEBIBYTE
const padded = (bytes: number, text: string): string => text + ' '.repeat(bytes - text.length)

test('13: a record of 10 MiB is applied, and what is around it', async () => {
  const world = await open({ shards: 1, maxRecordBytes: 10 * MEBIBYTE })
  const put = ledgerOf(world)
  put.put('a', 3)
  world.fake.put('a', padded(10 * MEBIBYTE, put.event('a')))
  put.put('a', 3)
  const consumer = await world.start({ read: { bufferBytes: 4 * MEBIBYTE } })
  await put.settled()
  await world.stop(consumer)
  expect(await world.fates()).toEqual({ applied: 7, duplicate: 0, rejected: 0 })
  expect(consumer.readings().shards[0]?.progress.bytes).toBeGreaterThan(10 * MEBIBYTE)
})

test('13: pages of 10,000 records of 1 KB are applied, each record once', async () => {
  const world = await open({ shards: 1 })
  const records = Array.from({ length: 30_000 }, (_, n) => ({
    partitionKey: `key-${n % 100}`,
    data: new TextEncoder().encode(padded(1_000, `{"type":"view-${n % 50}"}`)),
  }))
  world.fake.preload('shardId-000000000000', records)
  const consumer = await world.start()
  await until(async () => {
    const { applied } = await world.fates()
    expect(applied).toBe(30_000)
  }, 100_000)
  await world.stop(consumer)
  const totals = Object.values(await world.totals())
  expect(totals).toEqual(Array.from({ length: 50 }, () => 600))
  expect(await world.fates()).toEqual({ applied: 30_000, duplicate: 0, rejected: 0 })
}, 120_000)

test('13, I13: 200 shards and a small buffer: never more in memory than the limit and one answer', async () => {
  const world = await open({ shards: 200 })
  const put = ledgerOf(world)
  for (const { shardId, hashFrom } of world.fake.shards()) {
    for (let n = 0; n < 8; n++) {
      const data = padded(25_000, put.event(shardId))
      world.fake.put(shardId, data, { explicitHashKey: hashFrom.toString() })
    }
  }
  const limit = 2 * MEBIBYTE
  const consumer = await world.start({ read: { bufferBytes: limit } })
  let most = 0
  const looking = setInterval(() => {
    most = Math.max(most, consumer.readings().reading.bufferBytes)
  }, 1)
  try {
    await put.settled(100_000)
  } finally {
    clearInterval(looking)
  }
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(limit + ANSWER_BYTES)
  await until(() => expect(consumer.readings().reading.bufferBytes).toBeLessThan(limit))
}, 120_000)

test('13: while the store is down the buffer fills, reading waits for room, and all is applied afterwards', async () => {
  let now = 1_700_000_000_000
  const world = await open({ shards: 4, now: () => now })
  const put = ledgerOf(world)
  const store = faultyStore(world.store.db)
  const consumer = await world.start({ db: store.db, read: { bufferBytes: MEBIBYTE } })
  await until(() => expect(consumer.readings().shards).toHaveLength(4))
  store.meet({ kind: 'refuses' })
  for (const { shardId, hashFrom } of world.fake.shards()) {
    for (let n = 0; n < 60; n++) {
      const data = padded(20_000, put.event(shardId))
      world.fake.put(shardId, data, { explicitHashKey: hashFrom.toString() })
    }
  }
  await until(() => {
    const states = consumer.readings().shards.map(({ reader }) => reader.kind)
    expect(states).toContain('waiting_for_room')
    expect(consumer.readings().store.kind).toBe('trouble')
  })
  now += HOUR_MS
  store.meet({ kind: 'none' })
  await put.settled()
  await world.stop(consumer)
  expect(await put.difference()).toEqual(NONE_AMISS)
})
