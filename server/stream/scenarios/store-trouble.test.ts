import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { SECOND_MS } from '../../../lib/time.ts'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { until } from '../consumer.testing.ts'
import { faultyStore } from './faulty-store.testing.ts'
import { ledgerOf, NONE_AMISS, witness, worlds } from './scenario.testing.ts'

const open = worlds()
const keys = Array.from({ length: 10 }, (_, n) => `key-${n}`)

describe('15: the store', () => {
  test('cannot be reached for 30 s: it says so, reads on, and commits when it can again', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const order = witness()
    const store = faultyStore(world.store.db)
    const apps = [createTotalsApp(), order.app()]
    const timesAsFast = 10
    const consumer = await world.start({ apps, db: store.db, timesAsFast })
    for (const key of keys) put.put(key, 5)
    await put.settled()
    store.meet({ kind: 'refuses' })
    const down = { from: world.clock.monotonicMs(), ms: (30 * SECOND_MS) / timesAsFast }
    for (const key of keys) put.put(key, 5)
    await until(() => {
      expect(consumer.readings().store).toMatchObject({
        kind: 'trouble',
        problem: 'the store cannot be reached',
        remedy: expect.stringContaining('nothing is lost'),
      })
      expect(store.failed()).toBeGreaterThan(3)
      expect(world.clock.monotonicMs() - down.from).toBeGreaterThan(down.ms)
    })
    world.fake.split('shardId-000000000000')
    for (const key of keys) put.put(key, 5)
    store.meet({ kind: 'none' })
    await put.settled()
    await until(() => expect(consumer.readings().store).toEqual({ kind: 'ok' }))
    expect(order.outOfOrder()).toEqual([])
    expect(order.count()).toBe(150)
    expect(await world.fates()).toEqual({ applied: 150, duplicate: 0, rejected: 0 })
  })

  test('I3: refuses one table in the middle of a transaction: nothing of it stays', async () => {
    const world = await open()
    const put = ledgerOf(world)
    await world.start()
    for (const key of keys) put.put(key, 2)
    await put.settled()
    await sql`create trigger broken before update on shard begin select raise(fail, 'read-only'); end`.execute(
      world.store.db,
    )
    const consumer = await world.start()
    for (const key of keys) put.put(key, 2)
    await until(() => expect(consumer.readings().store.kind).toBe('trouble'))
    // Totals are written before the shards: they must not be there alone.
    expect(Object.keys(await world.totals())).toHaveLength(20)
    await sql`drop trigger broken`.execute(world.store.db)
    await put.settled()
    expect(await world.fates()).toEqual({ applied: 40, duplicate: 0, rejected: 0 })
  })

  test.each([1, 3])(
    'I4: commits, and the reply is lost %i times: nothing is counted twice',
    async (times) => {
      const world = await open({ recordsPage: 5 })
      const put = ledgerOf(world)
      const order = witness()
      const store = faultyStore(world.store.db)
      const apps = [createTotalsApp(), order.app()]
      const consumer = await world.start({ apps, db: store.db })
      for (let round = 0; round < 4; round++) {
        store.meet({ kind: 'reply_lost', times })
        for (const key of keys) put.put(key, 3)
        await put.settled()
        await until(() => expect(store.failed()).toBe(times * (round + 1)))
      }
      await world.stop(consumer)
      expect(await put.difference()).toEqual(NONE_AMISS)
      expect(order.outOfOrder()).toEqual([])
      expect(order.count()).toBe(120)
      expect(await world.fates()).toEqual({ applied: 120, duplicate: 0, rejected: 0 })
    },
  )

  test('I4, I5: the reply is lost and another took the lease meanwhile: the first ends, nothing is counted twice', async () => {
    const world = await open()
    const put = ledgerOf(world)
    const store = faultyStore(world.store.db)
    const first = await world.start({ db: store.db })
    await until(() => expect(first.readings().source).toEqual({ kind: 'ok' }))
    store.meet({ kind: 'reply_lost', times: 1_000 })
    for (const key of keys) put.put(key, 3)
    await until(() => expect(store.failed()).toBeGreaterThan(0))
    const second = await world.start()
    await expect(first.failed).rejects.toThrow(/another Kinesight writes/)
    for (const key of keys) put.put(key, 3)
    await put.settled()
    await world.stop(second)
    expect(await put.difference()).toEqual(NONE_AMISS)
    expect(await world.fates()).toEqual({ applied: 60, duplicate: 0, rejected: 0 })
  })

  test('I5: three consumers one after another on the same store: the last one writes, alone', async () => {
    const world = await open({ recordsPage: 10 })
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 20)
    const first = await world.start()
    const second = await world.start()
    const third = await world.start()
    for (const key of keys) put.put(key, 5)
    await expect(first.failed).rejects.toThrow(/another Kinesight writes/)
    await expect(second.failed).rejects.toThrow(/another Kinesight writes/)
    await put.settled()
    expect(third.readings().store).toEqual({ kind: 'ok' })
    expect(await world.fates()).toEqual({ applied: 250, duplicate: 0, rejected: 0 })
  })
})
