import { describe, expect, test } from 'vitest'
import { until } from '../consumer.testing.ts'
import { fanOut, fanOutWorlds, keys } from './fan-out.testing.ts'
import { ledgerOf, worlds } from './scenario.testing.ts'

const open = worlds()
const openFanOut = fanOutWorlds()
const BROKEN = ['truncated', 'garbled'] as const

describe('12: an answer that is broken, but as long as it says', () => {
  test.each([
    [1, 'truncated'],
    [1, 'garbled'],
    [3, 'truncated'],
    [3, 'garbled'],
  ] as const)(
    'on %i shards, once and again (%s): the stream goes on by CBOR, and nothing is lost or repeated',
    async (shards, kind) => {
      const world = await open({ shards, recordsPage: 20 })
      const put = ledgerOf(world)
      const consumer = await world.start()
      for (let round = 0; round < 3; round++) {
        const call = round < 2 ? { call: 'GetRecords' } : {}
        world.fake.faults.next({ ...call, times: 2 + round, fault: { kind } })
        for (const key of keys) put.put(key, 3)
        await put.settled()
      }
      await until(() => expect(world.fake.faults.pending()).toEqual([]))
      await put.settled()
      expect(consumer.readings().reading).toMatchObject({ wire: 'cbor', wireNotice: null })
      expect(await world.fates()).toEqual({ applied: 180, duplicate: 0, rejected: 0 })
    },
  )

  test('shows the shard as retrying, with what came', async () => {
    const world = await open({ shards: 1 })
    world.fake.faults.next({ call: 'GetRecords', times: 200, fault: { kind: 'truncated' } })
    const consumer = await world.start()
    await until(() =>
      expect(consumer.readings().shards[0]?.reader).toMatchObject({
        kind: 'retrying',
        problem: expect.stringContaining('sent an answer that cannot be read: malformed CBOR'),
        remedy: 'It is asked for again by itself.',
      }),
    )
    world.fake.faults.clear()
    await until(() => expect(consumer.readings().shards[0]?.reader).toEqual({ kind: 'reading' }))
  })

  test('as events of subscriptions: they go on behind what came, by CBOR', async () => {
    const world = await openFanOut()
    const put = ledgerOf(world)
    const consumer = await world.start({ read: fanOut })
    for (let round = 0; round < 4; round++) {
      await until(() =>
        expect(world.fake.faults.subscriptions({ kind: 'truncated' })).toBeGreaterThan(0),
      )
      for (const key of keys) put.put(key, 3)
      await put.settled()
    }
    expect(consumer.readings().reading).toMatchObject({
      mode: 'fanout',
      wire: 'cbor',
      wireNotice: null,
    })
    expect(await world.fates()).toEqual({ applied: 240, duplicate: 0, rejected: 0 })
  })

  test('where JSON is read: likewise', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    const consumer = await world.start({ wire: 'json' })
    for (const kind of BROKEN) {
      world.fake.faults.next({ call: 'GetRecords', times: 2, fault: { kind } })
      for (const key of keys) put.put(key, 3)
      await put.settled()
    }
    expect(consumer.readings().reading).toMatchObject({ wire: 'json', wireNotice: null })
    expect(await world.fates()).toEqual({ applied: 120, duplicate: 0, rejected: 0 })
  })
})
