import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../lib/time.ts'
import { hashKeyOf } from '../../../testing/fake-kinesis/shards.ts'
import { until, type World } from '../consumer.testing.ts'
import { encodeAggregate, type UserRecord } from '../records/encode-aggregate.ts'
import { faultyStore } from './faulty-store.testing.ts'
import { ledgerOf, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD_0 = 'shardId-000000000000'
const keys = Array.from({ length: 12 }, (_, n) => `key-${n}`)
const bytes = (text: string) => new TextEncoder().encode(text)

/**
 * Puts as the Kinesis Producer Library does: records that it believes to belong to one shard in one aggregate; and what
 * went to another shard than it believed once more, alone while it asks for the shards, in an aggregate afterwards.
 */
function libraryOf(world: World, again: 'alone' | 'aggregated') {
  const put = ledgerOf(world)

  function aggregate(records: readonly UserRecord[]): void {
    const [first] = records
    if (first === undefined) return
    const hash = hashKeyOf(first.partitionKey, first.explicitHashKey)
    world.fake.put('a', encodeAggregate(records), { explicitHashKey: String(hash) })
  }

  return {
    put,
    make: (): UserRecord[] =>
      keys.map((partitionKey) => ({ partitionKey, data: bytes(put.event(partitionKey)) })),
    aggregate,
    putAgain(records: readonly UserRecord[]): void {
      if (again === 'alone') {
        for (const { partitionKey, data } of records) world.fake.put(partitionKey, data)
        return
      }
      for (const shardId of world.fake.openShardIds()) {
        aggregate(records.filter((record) => isIn(world, shardId, record)))
      }
    },
  }
}

function isIn(world: World, shardId: string, { partitionKey }: UserRecord): boolean {
  const shard = world.fake.shards().find((each) => each.shardId === shardId)
  const hash = hashKeyOf(partitionKey, undefined)
  return shard !== undefined && shard.hashFrom <= hash && hash <= shard.hashTo
}

const counts = async (world: World) => {
  const rows = await world.store.db.selectFrom('shard').selectAll().execute()
  return {
    outOfRange: rows.reduce((sum, row) => sum + row.out_of_range, 0),
    putAgain: rows.reduce((sum, row) => sum + row.put_again, 0),
  }
}

const settled = (world: World, fates: { applied: number; duplicate: number }) =>
  until(async () => expect(await world.fates()).toEqual({ rejected: 0, ...fates }))

const notYet = (world: World, shardId: string) =>
  world.fake.faults.next({
    call: 'GetRecords',
    shardId,
    times: 1_000_000,
    fault: { kind: 'empty', millisBehindLatest: 10_000 },
  })

describe.each(['alone', 'aggregated'] as const)(
  'I22: a producer that does not know yet that a shard was split puts all of an aggregate again, %s:',
  (how) => {
    test('each of its records counts once', async () => {
      const world = await open({ shards: 1 })
      const library = libraryOf(world, how)
      const consumer = await world.start()
      library.aggregate(library.make())
      await settled(world, { applied: keys.length, duplicate: 0 })
      const [low, high] = world.fake.split(SHARD_0)
      const late = library.make()
      library.aggregate(late)
      await settled(world, { applied: 2 * keys.length, duplicate: 0 })
      library.putAgain(late)
      await settled(world, { applied: 2 * keys.length, duplicate: keys.length })
      await library.put.settled()
      const { outOfRange, putAgain } = await counts(world)
      expect(outOfRange).toBeGreaterThan(0)
      expect(outOfRange).toBeLessThan(keys.length)
      expect(putAgain).toBe(keys.length)
      const readings = [low, high].map((shardId) => consumer.shard(shardId)?.reading.progress)
      expect(readings.map((progress) => progress?.putAgain)).toEqual(
        readings.map((progress) => progress?.fates.duplicate),
      )
      // Another event of the very same bytes is another event.
      library.putAgain(late)
      await settled(world, { applied: 3 * keys.length, duplicate: keys.length })
    })

    test('also with a restart between, nine minutes later', async () => {
      let now = 1_700_000_000_000
      const world = await open({ shards: 1, now: () => now })
      const library = libraryOf(world, how)
      world.fake.split(SHARD_0)
      const late = library.make()
      library.aggregate(late)
      const first = await world.start()
      await settled(world, { applied: keys.length, duplicate: 0 })
      await world.stop(first)
      now += 9 * MINUTE_MS
      library.putAgain(late)
      const second = await world.start()
      await settled(world, { applied: keys.length, duplicate: keys.length })
      expect(second.readings().reading).toMatchObject({ putAgainSpanMs: 10 * MINUTE_MS })
      await library.put.settled()
    })

    test('also where what was put again is read first, and the process dies between', async () => {
      const world = await open({ shards: 1 })
      const library = libraryOf(world, how)
      // The stream is known to carry aggregates.
      library.aggregate(library.make())
      const before = await world.start()
      await settled(world, { applied: keys.length, duplicate: 0 })
      await world.stop(before)
      const [low, high] = world.fake.split(SHARD_0)
      const late = library
        .make()
        .toSorted((a, b) => Number(isIn(world, high, a)) - Number(isIn(world, high, b)))
      const inHigh = late.filter((record) => isIn(world, high, record)).length
      library.aggregate(late)
      library.putAgain(late)
      notYet(world, low)
      const store = faultyStore(world.store.db)
      const first = await world.start({ db: store.db })
      await settled(world, { applied: keys.length + inHigh, duplicate: 0 })
      store.meet({ kind: 'refuses' })
      world.fake.faults.clear()
      // It takes the rest in, and can commit none of it.
      await until(() => expect(store.failed()).toBeGreaterThan(0))
      await world.stop(first).catch(() => {})
      expect(await world.fates()).toMatchObject({ applied: keys.length + inHigh })
      await world.start()
      await settled(world, { applied: 2 * keys.length, duplicate: keys.length })
      await library.put.settled()
    })
  },
)

test('I22: an aggregator that puts nothing again: all counts that falls outside, as often as it was put', async () => {
  const world = await open({ shards: 4 })
  await world.start()
  const record = { partitionKey: 'any', data: bytes('{"type":"same"}') }
  for (const { hashFrom } of world.fake.shards()) {
    const aggregate = encodeAggregate([record, record, record])
    if (
      isIn(
        world,
        world.fake.shards().find((shard) => shard.hashFrom === hashFrom)?.shardId ?? '',
        record,
      )
    )
      continue
    world.fake.put('a', aggregate, { explicitHashKey: String(hashFrom) })
  }
  await settled(world, { applied: 9, duplicate: 0 })
  expect(await counts(world)).toEqual({ outOfRange: 9, putAgain: 0 })
})

test('I22: events of the same bytes without an id, in range, count each, aggregated or alone', async () => {
  const world = await open()
  await world.start()
  const same = { partitionKey: 'any', data: bytes('{"type":"same"}') }
  const shard = world.fake.shards().find(({ shardId }) => isIn(world, shardId, same))
  for (let n = 0; n < 5; n++) {
    world.fake.put('a', encodeAggregate([same, same]), { explicitHashKey: String(shard?.hashFrom) })
    world.fake.put(same.partitionKey, same.data)
  }
  await settled(world, { applied: 15, duplicate: 0 })
})
