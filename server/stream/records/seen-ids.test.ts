import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../lib/time.ts'
import { createSeenIds } from './seen-ids.ts'

const T = 1_700_000_040_000

describe('the de-duplication memory', () => {
  test('agrees with a set of ids, whatever the order, through restores', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            id: fc.string({ maxLength: 12 }),
            restart: fc.boolean(),
          }),
          { maxLength: 300 },
        ),
        (steps) => {
          let seen = createSeenIds()
          const stored: { minuteMs: number; hashes: Uint8Array }[] = []
          const model = new Set<string>()
          for (const { id, restart } of steps) {
            expect(seen.check(id, T)).toBe(model.has(id))
            model.add(id)
            if (!restart) continue
            stored.push(...seen.takeFresh())
            seen = createSeenIds()
            for (const ids of stored) seen.restore(ids)
          }
          expect(seen.size()).toBe(model.size)
        },
      ),
    )
  })

  test('keeps 100,000 ids apart while it grows', () => {
    const seen = createSeenIds()
    for (let n = 0; n < 100_000; n++) expect(seen.check(`id-${n}`, T)).toBe(false)
    for (let n = 0; n < 100_000; n++) expect(seen.check(`id-${n}`, T)).toBe(true)
  })

  test('an id is remembered for as long as the horizon has not passed it', () => {
    const seen = createSeenIds()
    seen.check('a', T)
    seen.forgetBefore(T)
    expect(seen.check('a', T + MINUTE_MS)).toBe(true)
    seen.forgetBefore(T + MINUTE_MS)
    expect(seen.check('a', T + MINUTE_MS)).toBe(false)
    expect(seen.check('a', T + MINUTE_MS)).toBe(true)
    expect(seen.size()).toBe(1)
  })

  test('an id that arrives from behind the horizon is remembered too', () => {
    const seen = createSeenIds()
    seen.forgetBefore(T)
    expect(seen.check('a', T - 60 * MINUTE_MS)).toBe(false)
    expect(seen.check('a', T - 60 * MINUTE_MS)).toBe(true)
    const [fresh] = seen.takeFresh()
    const restarted = createSeenIds()
    restarted.forgetBefore(seen.remembersFrom())
    if (fresh !== undefined) restarted.restore(fresh)
    expect(restarted.check('a', T)).toBe(true)
  })

  test('an id that the store kept twice is remembered from its later minute on', () => {
    const [seen, restarted] = [createSeenIds(), createSeenIds()]
    seen.check('a', T)
    const before = seen.takeFresh()
    seen.forgetBefore(T + 20 * MINUTE_MS)
    expect(seen.check('a', T + 20 * MINUTE_MS)).toBe(false)
    for (const ids of [...before, ...seen.takeFresh()]) restarted.restore(ids)
    restarted.forgetBefore(T + 10 * MINUTE_MS)
    expect(restarted.check('a', T + 20 * MINUTE_MS)).toBe(true)
  })

  test('forgets the oldest minutes first when it is full, and says from when on it remembers', () => {
    const seen = createSeenIds({ maxIds: 20_000 })
    for (let n = 0; n < 60_000; n++) seen.check(`id-${n}`, T + Math.floor(n / 5_000) * MINUTE_MS)
    expect(seen.size()).toBeLessThanOrEqual(40_000)
    expect(seen.remembersFrom()).toBeGreaterThan(T)
    expect(seen.check('id-59999', T)).toBe(true)
    expect(seen.check('id-0', T + 20 * MINUTE_MS)).toBe(false)
  })
})

test('an id that came just before is known, however many ids come', () => {
  const seen = createSeenIds({ maxIds: 20_000 })
  const perSecond = 8_000
  for (let n = 0; n < 400_000; n++) {
    seen.check(`id-${n}`, T + (n / perSecond) * 1_000)
    const before = n - perSecond
    if (n % 997 !== 0 || before < 0) continue
    expect(seen.check(`id-${before}`, T + (n / perSecond) * 1_000)).toBe(true)
    expect(seen.remembersFrom()).toBeLessThanOrEqual(T + (n / perSecond) * 1_000)
  }
  expect(seen.cutUpTo()).toBe(seen.remembersFrom())
})

test('what is not forgotten for want of room is not said to be', () => {
  const seen = createSeenIds({ maxIds: 20_000 })
  for (let n = 0; n < 15_000; n++) seen.check(`id-${n}`, T + n * 10)
  seen.forgetBefore(T + MINUTE_MS)
  expect(seen.cutUpTo()).toBe(undefined)
})
