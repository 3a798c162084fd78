import { describe, expect, test } from 'vitest'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { systemClock } from '../../platform/clock.ts'
import { appOf, until } from '../consumer.testing.ts'
import { encodeAggregate, sealAggregate, type UserRecord } from '../records/encode-aggregate.ts'
import { faultyStore } from './faulty-store.testing.ts'
import { type Ledger, ledgerOf, witness, worlds } from './scenario.testing.ts'

const open = worlds()
const bytes = (text: string) => new TextEncoder().encode(text)

const subRecords = (put: Ledger, keys: readonly string[], each: number): UserRecord[] =>
  Array.from({ length: each }, () =>
    keys.map((key) => ({ partitionKey: key, data: bytes(put.event(key)) })),
  ).flat()

describe('11: KPL aggregates', () => {
  test('a stop in the middle of an aggregate: the next start goes on with the next sub-record', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    const order = witness()
    let taken = 0
    const app = appOf('slow', (events) => {
      taken += events.length
      const until = systemClock.monotonicMs() + events.length * 0.5
      while (systemClock.monotonicMs() < until);
    })
    put.put('a', 50)
    const first = await world.start({ apps: [createTotalsApp(), order.app(), app] })
    await put.settled()
    world.fake.put('a', encodeAggregate(subRecords(put, ['a', 'b', 'c'], 500)))
    await until(() => expect(taken).toBeGreaterThan(300))
    await world.stop(first)
    const [stopped] = first.readings().shards
    expect(stopped?.committed.subSequence).toBe(taken - 50)
    expect(taken).toBeLessThan(1_500)
    const second = await world.start({ apps: [createTotalsApp(), order.app()] })
    await put.settled()
    await world.stop(second)
    expect(order.outOfOrder()).toEqual([])
    expect(await world.fates()).toEqual({ applied: 1_550, duplicate: 0, rejected: 0 })
    expect(second.readings().shards[0]?.progress).toMatchObject({ records: 51, aggregated: 1_500 })
  })

  test('taken in by halves over many starts, also by a process that dies: each sub-record once', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    for (let n = 0; n < 4; n++) {
      world.fake.put('a', encodeAggregate(subRecords(put, ['a', 'b'], 400)))
    }
    for (let round = 0; round < 6; round++) {
      const store = faultyStore(world.store.db)
      const slow = appOf('slow', (events) => {
        const until = systemClock.monotonicMs() + events.length * 0.5
        while (systemClock.monotonicMs() < until);
      })
      const { applied } = await world.fates()
      const consumer = await world.start({ apps: [createTotalsApp(), slow], db: store.db })
      await until(async () => {
        const now = (await world.fates()).applied
        expect(now > applied || now === 3_200).toBe(true)
      })
      if (round % 2 === 0) store.meet({ kind: 'refuses' })
      await world.stop(consumer)
    }
    const last = await world.start()
    await put.settled()
    await world.stop(last)
    expect(await world.fates()).toEqual({ applied: 3_200, duplicate: 0, rejected: 0 })
  })

  test('a bad checksum is plain data: one rejected record, kept as it was put; the rest is applied', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    const torn = encodeAggregate([{ partitionKey: 'x', data: bytes('{"type":"torn"}') }])
    torn[torn.length - 1]! ^= 0xff
    put.put('a', 2)
    world.fake.put('a', torn)
    world.fake.put('a', Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2))
    world.fake.put('a', sealAggregate(Uint8Array.of(0x0a, 0xff)))
    put.put('a', 2)
    await world.start()
    await put.settled()
    await until(async () =>
      expect(await world.fates()).toEqual({ applied: 4, duplicate: 0, rejected: 3 }),
    )
    const letters = await world.store.db
      .selectFrom('dead_letter')
      .select(['reason', 'data', 'bytes'])
      .orderBy('id')
      .execute()
    expect(letters.map(({ reason }) => reason)).toEqual(['not_utf8', 'not_utf8', 'kpl_aggregate'])
    expect(new Uint8Array(letters[0]?.data ?? [])).toEqual(torn)
  })

  test('sub-records whose keys belong to another shard are applied, and counted', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const [first, second] = world.fake.shards()
    const sub = (explicitHashKey: bigint | undefined): UserRecord => ({
      partitionKey: 'any',
      data: bytes(put.event('any')),
      ...(explicitHashKey !== undefined && { explicitHashKey: explicitHashKey.toString() }),
    })
    const aggregate = encodeAggregate([
      sub(first?.hashFrom),
      sub(second?.hashFrom),
      sub(first?.hashTo),
      sub(second?.hashTo),
      sub(first?.hashTo),
    ])
    world.fake.put('any', aggregate, { explicitHashKey: '0' })
    const consumer = await world.start()
    await put.settled()
    expect(consumer.shard(first?.shardId ?? '')?.reading.progress).toMatchObject({
      records: 1,
      aggregated: 5,
      outOfRange: 2,
    })
  })
})
