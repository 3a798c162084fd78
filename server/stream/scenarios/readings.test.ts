import { describe, expect, test } from 'vitest'
import type { ShardCell } from '../../../lib/frames.ts'
import { hotKeyOf, usedOf } from '../../../lib/hot-key.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import { until } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import { shardCells, shardDetail } from '../shards/shard-cells.ts'
import { ledgerOf, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD_0 = 'shardId-000000000000'
const SHARD_1 = 'shardId-000000000001'
const LARGE_SHARE = 0.2

const records = (consumer: Consumer): number =>
  consumer.readings().shards.reduce((sum, { progress }) => sum + progress.records, 0)

/** As the shard's page says it. */
function hotKey(consumer: Consumer, shardId: string, now: number) {
  const { reading } = consumer.shard(shardId) ?? {}
  if (reading === undefined) throw new Error(`there is no ${shardId}`)
  const cell = shardCells([reading], { now }).cells[`shard.${shardId}`] as ShardCell
  const { topKeys } = shardDetail(reading, [], now)
  return { used: usedOf(cell), flagged: hotKeyOf(cell, topKeys), topKeys }
}

describe('19: hot keys', () => {
  test('one key at 95 % of the limit is flagged within 30 s, with its shard', async () => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const consumer = await world.start()
    let put = 0
    let hot = ''
    for (let second = 0; second < 20; second++) {
      for (let n = 0; n < 1_000; n++) {
        const key = n < 950 ? 'hot' : `key-${second}-${n}`
        const { shardId } = world.fake.put(key, '{"type":"view"}')
        if (key === 'hot') hot = shardId
        put++
      }
      now += SECOND_MS
    }
    await until(() => expect(records(consumer)).toBe(put))
    const { flagged, topKeys } = hotKey(consumer, hot, now)
    expect(flagged).toMatchObject({ key: 'hot' })
    expect(flagged?.used).toBeGreaterThan(0.95)
    // The others of this shard are about 25 of 975 a second.
    expect(flagged?.share).toBeGreaterThan(0.92)
    expect(topKeys[1]?.share ?? 0).toBeLessThan(LARGE_SHARE)
    const cold = hotKey(consumer, hot === SHARD_0 ? SHARD_1 : SHARD_0, now)
    expect(cold.flagged).toBeUndefined()
    for (const { share } of cold.topKeys) expect(share).toBeLessThan(LARGE_SHARE)
  })

  test('an even load near the limit of each shard flags none', async () => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const consumer = await world.start()
    let put = 0
    for (let second = 0; second < 20; second++) {
      for (let n = 0; n < 1_900; n++, put++) world.fake.put(`key-${put % 997}`, '{"type":"view"}')
      now += SECOND_MS
    }
    await until(() => expect(records(consumer)).toBe(put))
    for (const shardId of [SHARD_0, SHARD_1]) {
      const { used, flagged, topKeys } = hotKey(consumer, shardId, now)
      expect(used).toBeGreaterThan(0.85)
      expect(flagged).toBeUndefined()
      for (const { share } of topKeys) expect(share).toBeLessThan(LARGE_SHARE)
    }
  })
})

describe('20: what is told of each shard is what was done to it', () => {
  test('records, bytes, throughput and throttled reads, within 5 %', async () => {
    let now = 1_700_000_000_000
    const world = await open({ now: () => now })
    const consumer = await world.start()
    await until(() => expect(consumer.readings().shards).toHaveLength(2))
    const done = new Map([SHARD_0, SHARD_1].map((shardId) => [shardId, { records: 0, bytes: 0 }]))
    for (let second = 0; second < 10; second++) {
      for (let n = 0; n < 60; n++) {
        const data = JSON.stringify({ type: 'view', page: 'x'.repeat(n * 10) })
        const { shardId } = world.fake.put(`key-${n % 7}`, data)
        const sum = done.get(shardId) ?? { records: 0, bytes: 0 }
        done.set(shardId, { records: sum.records + 1, bytes: sum.bytes + data.length })
      }
      now += SECOND_MS
    }
    const fault = { kind: 'error', type: 'ProvisionedThroughputExceededException' } as const
    world.fake.faults.next({ call: 'GetRecords', shardId: SHARD_1, times: 3, fault })
    await until(() => {
      expect(records(consumer)).toBe(600)
      expect(consumer.shard(SHARD_1)?.reading.log.reads.throttled).toBe(3)
    })
    for (const [shardId, { records, bytes }] of done) {
      const { progress, throughput } = consumer.shard(shardId)?.reading ?? {}
      expect(progress).toMatchObject({ records, bytes })
      const told = throughput?.between(now - 10 * SECOND_MS, now)
      expect(Math.abs((told?.records ?? 0) / records - 1)).toBeLessThan(0.05)
      expect(Math.abs((told?.bytes ?? 0) / bytes - 1)).toBeLessThan(0.05)
    }
    expect(consumer.shard(SHARD_0)?.reading.log.reads.throttled).toBe(0)
  })

  test('the age of what is not read yet, within 5 %', async () => {
    let now = 1_700_000_000_000
    const world = await open({ shards: 1, now: () => now, recordsPage: 10 })
    // One record every 10 s: the 11th is 890 s older than the last.
    for (let n = 0; n < 100; n++) {
      world.fake.put('a', '{"type":"view"}')
      now += 10 * SECOND_MS
    }
    world.fake.faults.next({ call: 'GetRecords', fault: { kind: 'delay', ms: 0 } })
    const fault = { kind: 'error', type: 'InternalFailure' } as const
    world.fake.faults.next({ call: 'GetRecords', times: 100, fault })
    const consumer = await world.start()
    await until(() => expect(records(consumer)).toBe(10))
    // The service says how old the last record is that was read.
    const behindMs = 91 * 10 * SECOND_MS
    const { lagMs } = consumer.readings().shards[0] ?? {}
    expect(Math.abs((lagMs ?? 0) / behindMs - 1)).toBeLessThan(0.05)
    world.fake.faults.clear()
    await until(() => expect(consumer.readings().behindMs).toBe(0))
  })

  test('a shard without records is not behind; a reader without answers is, more and more', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const consumer = await world.start()
    await until(() => {
      for (const { lastProgressAt } of consumer.readings().shards)
        expect(lastProgressAt).not.toBe(null)
    })
    for (const { lagMs } of consumer.readings().shards) expect(lagMs).toBe(0)
    const hang = { kind: 'hang' } as const
    world.fake.faults.next({ call: 'GetRecords', shardId: SHARD_1, times: 100, fault: hang })
    await until(() => expect(world.fake.faults.pending()).toMatchObject([{ times: 99 }]))
    const lag = () => consumer.shard(SHARD_1)?.reading.lagMs ?? 0
    world.clock.passedMs = 5 * SECOND_MS
    expect(lag()).toBeGreaterThanOrEqual(5 * SECOND_MS)
    world.clock.passedMs = 20 * SECOND_MS
    expect(lag()).toBeGreaterThanOrEqual(20 * SECOND_MS)
    expect(consumer.readings().behindMs).toBeGreaterThanOrEqual(20 * SECOND_MS)
    await until(() => expect(consumer.shard(SHARD_0)?.reading.lagMs).toBe(0))
    put.put('a')
  })
})
