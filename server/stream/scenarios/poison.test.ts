import { describe, expect, test } from 'vitest'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { systemClock } from '../../platform/clock.ts'
import { appOf, until, type World } from '../consumer.testing.ts'
import { encodeAggregate } from '../records/encode-aggregate.ts'
import type { StreamApp } from '../stream-app.ts'
import { ledgerOf, worlds } from './scenario.testing.ts'

const open = worlds()
const keys = Array.from({ length: 10 }, (_, n) => `key-${n}`)

/** Cannot take some events; what it took in for good is told by `kept`. */
function pickyApp(
  name: string,
  cannot: (type: string) => boolean,
): StreamApp & { kept(): string[] } {
  let folded: string[] = []
  const kept: string[] = []
  return {
    name,
    fold(events) {
      for (const { event } of events) {
        folded.push(event.type)
        if (cannot(event.type)) throw new Error(`no ${event.type}`)
      }
    },
    discard() {
      folded = []
    },
    seal() {
      const sealed = folded
      folded = []
      return { write: async () => {}, committed: () => void kept.push(...sealed) }
    },
    kept: () => kept.toSorted(),
  }
}

const letters = async (world: World): Promise<string[]> =>
  (await world.store.db.selectFrom('dead_letter').select('detail').execute())
    .map(({ detail }) => detail)
    .toSorted()

/** What an app should have taken in, of all that was put. */
const without = async (world: World, ...types: string[]): Promise<string[]> =>
  Object.keys(await world.totals())
    .filter((type) => !types.includes(type))
    .toSorted()

describe('12: poison', () => {
  test('for two apps, on different events: each misses its own only', async () => {
    const world = await open()
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 30)
    const one = pickyApp('one', (type) => type === 'key-1.7')
    const two = pickyApp('two', (type) => type === 'key-2.9' || type === 'key-1.8')
    const consumer = await world.start({ apps: [one, createTotalsApp(), two] })
    await put.settled()
    await world.stop(consumer)
    expect(one.kept()).toEqual(await without(world, 'key-1.7'))
    expect(two.kept()).toEqual(await without(world, 'key-2.9', 'key-1.8'))
    expect(await letters(world)).toEqual(['one: no key-1.7', 'two: no key-1.8', 'two: no key-2.9'])
    expect(await world.fates()).toEqual({ applied: 300, duplicate: 0, rejected: 0 })
  })

  test.each([
    ['first', 'a.0'],
    ['last', 'a.199'],
    ['only', 'b.0'],
  ])('the %s event of a batch', async (_, type) => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    if (type === 'b.0') put.put('b')
    else put.put('a', 200)
    const picky = pickyApp('picky', (each) => each === type)
    const consumer = await world.start({ apps: [picky, createTotalsApp()] })
    await put.settled()
    await world.stop(consumer)
    expect(picky.kept()).toEqual(await without(world, type))
    expect(await letters(world)).toEqual([`picky: no ${type}`])
  })

  test('in an aggregate and in an array: the letter names its place', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    const data = Array.from({ length: 10 }, () => new TextEncoder().encode(put.event('a')))
    world.fake.put('a', encodeAggregate(data.map((each) => ({ partitionKey: 'a', data: each }))))
    world.fake.put('a', `[${Array.from({ length: 10 }, () => put.event('b')).join()}]`)
    const picky = pickyApp('picky', (type) => type === 'a.3' || type === 'b.6')
    const consumer = await world.start({ apps: [picky, createTotalsApp()] })
    await put.settled()
    await world.stop(consumer)
    expect(picky.kept()).toEqual(await without(world, 'a.3', 'b.6'))
    const places = await world.store.db
      .selectFrom('dead_letter')
      .select(['event_index', 'detail'])
      .orderBy('event_index')
      .execute()
    expect(places).toEqual([
      { event_index: 3, detail: 'picky: no a.3' },
      { event_index: 6, detail: 'picky: no b.6' },
    ])
  })

  test('an app that fails for everything keeps none of it, and stops nobody else', async () => {
    const world = await open()
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 20)
    const broken = pickyApp('broken', () => true)
    const well = pickyApp('well', () => false)
    const consumer = await world.start({ apps: [broken, createTotalsApp(), well] })
    await put.settled()
    await world.stop(consumer)
    expect(broken.kept()).toEqual([])
    expect(well.kept()).toEqual(await without(world))
    expect(consumer.readings().apps).toMatchObject([
      { name: 'broken', failed: 200, lastError: expect.stringContaining('no key-') },
      { name: 'totals', failed: 0, lastError: null },
      { name: 'well', failed: 0 },
    ])
    const count = await world.store.db.selectFrom('dead_letter_count').selectAll().execute()
    expect(count).toMatchObject([{ reason: 'app_failed', n: 200 }])
    expect(await world.fates()).toEqual({ applied: 200, duplicate: 0, rejected: 0 })
  })

  test('an app that throws once and then can misses nothing', async () => {
    const world = await open()
    const put = ledgerOf(world)
    for (const key of keys) put.put(key, 20)
    let throws = 1
    const moody = pickyApp('moody', (type) => type === 'key-3.5' && throws-- > 0)
    const consumer = await world.start({ apps: [moody, createTotalsApp()] })
    await put.settled()
    await world.stop(consumer)
    expect(moody.kept()).toEqual(await without(world))
    expect(await letters(world)).toEqual([])
    expect(consumer.readings().apps).toMatchObject([{ name: 'moody', failed: 0 }, {}])
  })

  test('poison is not given again by a restart', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    put.put('a', 20)
    const picky = pickyApp('picky', (type) => type === 'a.19')
    const first = await world.start({ apps: [picky, createTotalsApp()] })
    await put.settled()
    await world.stop(first)
    const second = await world.start({ apps: [picky, createTotalsApp()] })
    put.put('a')
    await put.settled()
    await world.stop(second)
    expect(await letters(world)).toEqual(['picky: no a.19'])
    expect(picky.kept()).toEqual(await without(world, 'a.19'))
  })
})

describe('18: two apps on one stream', () => {
  test('an app whose write fails holds the commit back, is named, and doubles nothing when it can again', async () => {
    const world = await open()
    const put = ledgerOf(world)
    let refuses = true
    const writing: StreamApp = {
      ...pickyApp('writing', () => false),
      seal: () => ({
        write: async () => {
          if (refuses) throw new Error('its table is locked')
        },
        committed() {},
      }),
    }
    const consumer = await world.start({ apps: [createTotalsApp(), writing] })
    for (const key of keys) put.put(key, 5)
    await until(() =>
      expect(consumer.readings().store).toMatchObject({
        kind: 'trouble',
        problem: expect.stringContaining('its table is locked'),
      }),
    )
    expect(await world.totals()).toEqual({})
    refuses = false
    await put.settled()
    await world.stop(consumer)
    expect(await world.fates()).toEqual({ applied: 50, duplicate: 0, rejected: 0 })
  })

  test('the one that is slow is named, and the other is not', async () => {
    const world = await open({ shards: 1 })
    const put = ledgerOf(world)
    const slow = appOf('slow', (events) => {
      const until = systemClock.monotonicMs() + events.length
      while (systemClock.monotonicMs() < until);
    })
    put.put('a', 2_500)
    const consumer = await world.start({ apps: [createTotalsApp(), slow] })
    await until(() =>
      expect(consumer.readings().apps).toMatchObject([
        { name: 'totals', slow: false },
        { name: 'slow', slow: true },
      ]),
    )
    await put.settled()
  })
})
