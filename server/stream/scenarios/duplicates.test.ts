import { expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { until, view } from '../consumer.testing.ts'
import { worlds } from './scenario.testing.ts'

const open = worlds()

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
