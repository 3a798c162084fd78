import { expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { until, view, type World } from '../consumer.testing.ts'
import { fanOut, fanOutWorlds } from './fan-out.testing.ts'

const open = fanOutWorlds()

/** What is put when, in minutes, and into which of three shards. */
const PUTS: readonly { id: string; shard: number; minute: number }[] = [
  { id: 'twice in time', shard: 0, minute: 0 },
  { id: 'too late', shard: 0, minute: 0 },
  { id: 'to the ms', shard: 2, minute: 1 },
  { id: 'twice in time', shard: 1, minute: 9 },
  { id: 'to the ms', shard: 0, minute: 11 },
  { id: 'too late', shard: 1, minute: 10 + 1 / 60_000 },
  { id: 'again and again', shard: 2, minute: 12 },
  { id: 'again and again', shard: 2, minute: 20 },
  { id: 'again and again', shard: 2, minute: 28 },
  { id: 'again and again', shard: 2, minute: 36 },
  { id: 'hours later', shard: 1, minute: 40 },
  { id: 'hours later', shard: 0, minute: 240 },
].toSorted((a, b) => a.minute - b.minute)
const COUNTED = {
  'twice in time': 1,
  'too late': 2,
  'to the ms': 1,
  'again and again': 2,
  'hours later': 2,
}
const BEGIN = 1_700_000_000_000
const ALL_COUNTED = { applied: 8, duplicate: 4, rejected: 0 }

interface Reading {
  world: World
  put(one: (typeof PUTS)[number]): void
  putAll(): void
}

const LATE_SHARD = 'shardId-000000000000'
const lag = ({ fake }: World) =>
  fake.faults.next({
    call: 'GetRecords',
    shardId: LATE_SHARD,
    times: 1_000_000,
    fault: { kind: 'empty', millisBehindLatest: 10_000 },
  })

/** Ways to read the same records. */
const READINGS: Record<string, (reading: Reading) => Promise<void>> = {
  async 'as they come'({ world, put }) {
    await world.start()
    for (const [n, one] of PUTS.entries()) {
      put(one)
      await read(world, n + 1)
    }
  },
  async 'with a restart before each of them'({ world, put }) {
    for (const [n, one] of PUTS.entries()) {
      put(one)
      const consumer = await world.start()
      await read(world, n + 1)
      await world.stop(consumer)
    }
  },
  async 'all at once, afterwards'({ world, putAll }) {
    putAll()
    await world.start()
  },
  async 'all at once, by enhanced fan-out'({ world, putAll }) {
    putAll()
    await world.start({ read: fanOut })
  },
  async 'one shard long after the others'({ world, putAll }) {
    lag(world)
    putAll()
    await world.start()
    await read(world, PUTS.filter(({ shard }) => shard !== 0).length)
    world.fake.faults.clear()
  },
  async 'one shard long after the others, and after a restart'({ world, putAll }) {
    lag(world)
    putAll()
    const consumer = await world.start()
    await read(world, PUTS.filter(({ shard }) => shard !== 0).length)
    await world.stop(consumer)
    world.fake.faults.clear()
    await world.start()
  },
}

const read = (world: World, events: number) =>
  until(async () => {
    const { applied, duplicate } = await world.fates()
    expect(applied + duplicate).toBe(events)
  })

test.each(Object.keys(READINGS))(
  'I18: which events are duplicates follows from when they arrived; read %s',
  async (how) => {
    let now = BEGIN
    const world = await open({ shards: 3, now: () => now })
    const shards = world.fake.shards()
    const put = ({ id, shard, minute }: (typeof PUTS)[number]) => {
      now = BEGIN + Math.round(minute * MINUTE_MS)
      const explicitHashKey = String(shards[shard]?.hashFrom)
      world.fake.put(id, JSON.stringify({ id, type: id }), { explicitHashKey })
    }
    await READINGS[how]?.({
      world,
      put,
      putAll: () => PUTS.forEach(put),
    })
    await read(world, PUTS.length)
    expect(await world.fates()).toEqual(ALL_COUNTED)
    expect(await world.totals()).toEqual(COUNTED)
  },
)

test('I18: an id that comes again 9 minutes later, in another shard and after a restart, is a duplicate', async () => {
  let now = 1_700_000_000_000
  const world = await open({ now: () => now })
  const [first, second] = world.fake.shards()
  const to = (shard: typeof first) => ({ explicitHashKey: String(shard?.hashFrom) })
  const consumer = await world.start()
  world.fake.put('a', view('one'), to(first))
  await until(async () => expect(await world.fates()).toMatchObject({ applied: 1 }))
  await world.stop(consumer)
  now += 9 * MINUTE_MS
  world.fake.put('a', view('one'), to(second))
  world.fake.put('a', view('two'), to(second))
  const again = await world.start()
  await until(async () =>
    expect(await world.fates()).toEqual({ applied: 2, duplicate: 1, rejected: 0 }),
  )
  expect(again.readings().reading).toMatchObject({
    rememberedIds: 2,
    duplicateSpanMs: 10 * MINUTE_MS,
  })
})

test('I18: where more ids come than may be remembered, it is said for how long they are, and that holds', async () => {
  let now = 1_700_000_000_000
  const world = await open({ shards: 1, now: () => now })
  const perSecond = 500
  const seconds = 100
  for (let n = 0; n < perSecond * seconds; n++) {
    world.fake.put('key', view(`id-${n}`))
    if (n % perSecond === perSecond - 1) now += SECOND_MS
  }
  const consumer = await world.start({ read: { rememberedIds: 20_000 } })
  await until(async () =>
    expect(await world.fates()).toMatchObject({ applied: perSecond * seconds }),
  )
  const { duplicateSpanMs, rememberedIds } = consumer.readings().reading
  expect(duplicateSpanMs).toBeGreaterThanOrEqual(10 * SECOND_MS)
  expect(duplicateSpanMs).toBeLessThan(100 * SECOND_MS)
  expect(rememberedIds).toBeLessThan(perSecond * seconds)
  const newest = perSecond * seconds - 1
  const known = newest - perSecond * Math.floor((duplicateSpanMs - SECOND_MS) / SECOND_MS)
  world.fake.put('key', view(`id-${known}`))
  world.fake.put('key', view(`id-${newest}`))
  await until(async () => expect(await world.fates()).toMatchObject({ duplicate: 2 }))
  // What is forgotten counts as new, and nothing else.
  world.fake.put('key', view('id-0'))
  await until(async () =>
    expect(await world.fates()).toEqual({ applied: newest + 2, duplicate: 2, rejected: 0 }),
  )
})
