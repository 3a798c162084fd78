import { expect, test } from 'vitest'
import { until } from '../consumer.testing.ts'
import { ledgerOf, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARDS = 2_500
/** Reading all of them is not the point: a few dozen of the keys are. */
const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`)

test.each([100, 1_000])(
  '17: 2,500 shards, listed in pages of %i: each has a reader, and they cover every key',
  async (listPage) => {
    const world = await open({ shards: SHARDS, listPage })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key)
    world.fake.faults.next({ call: 'ListShards', fault: { kind: 'delay', ms: 0 } })
    world.fake.faults.next({
      call: 'ListShards',
      fault: { kind: 'error', type: 'ExpiredNextTokenException' },
    })
    const consumer = await world.start()
    await until(() => {
      const { shards } = consumer.readings()
      expect(shards).toHaveLength(SHARDS)
      expect(shards.filter(({ reader }) => reader.kind === 'waiting_for_parents')).toEqual([])
    }, 15_000)
    await put.settled(40_000)
    expect(consumer.readings().findings).toEqual([])
    expect(world.fake.faults.pending()).toEqual([])
    await world.stop(consumer)
    const known = await world.store.db.selectFrom('shard').select('shard_id').execute()
    expect(known).toHaveLength(SHARDS)
  },
  28_000,
)
