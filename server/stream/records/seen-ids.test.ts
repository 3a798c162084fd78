import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEDUPLICATION_SPAN_MS } from '../../../lib/deduplication.ts'
import { MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { SLICE_MS } from './arrival-slices.ts'
import { createMemoryStore } from './memory-store.testing.ts'
import { createSeenIds } from './seen-ids.ts'

const T = 1_700_000_040_000
const SPAN = DEDUPLICATION_SPAN_MS

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
          const store = createMemoryStore()
          const model = new Set<string>()
          for (const { id, restart } of steps) {
            expect(seen.check(id, T)).toBe(model.has(id))
            model.add(id)
            if (!restart) continue
            store.write(seen.takeNews())
            seen = store.restore(createSeenIds())
          }
          expect(seen.size()).toBe(model.size)
        },
      ),
    )
  })

  test('keeps 100,000 ids apart while it grows', () => {
    const seen = createSeenIds()
    const known = () => {
      let duplicates = 0
      for (let n = 0; n < 100_000; n++) if (seen.check(`id-${n}`, T)) duplicates++
      return duplicates
    }
    expect([known(), known()]).toEqual([0, 100_000])
  })

  test.each([
    ['to the ms', SPAN, true],
    ['and not a ms more', SPAN + 1, false],
  ])('an id is known for ten minutes after it and before it, %s', (_, apartMs, isKnown) => {
    for (const at of [T, T + 1, T + 999, T + SLICE_MS - 1]) {
      const [forth, back] = [createSeenIds(), createSeenIds()]
      forth.check('a', at)
      back.check('a', at)
      expect(forth.check('a', at + apartMs)).toBe(isKnown)
      expect(back.check('a', at - apartMs)).toBe(isKnown)
    }
  })

  test('a duplicate does not prolong it: what comes ten minutes after the one that counted, counts', () => {
    const seen = createSeenIds()
    const minutes = [0, 9, 10, 11, 12, 20, 21, 22]
    expect(minutes.filter((minute) => !seen.check('a', T + minute * MINUTE_MS))).toEqual([
      0, 11, 22,
    ])
  })

  test('what was forgotten does not make anything count as new that comes within its time', () => {
    const seen = createSeenIds()
    seen.check('a', T)
    seen.forgetBefore(T)
    expect(seen.check('a', T + SPAN)).toBe(true)
    seen.forgetBefore(T + MINUTE_MS)
    for (let n = 0; n < 10_000; n++) seen.check(`id-${n}`, T + 2 * SPAN)
    expect(seen.size()).toBe(10_000)
  })

  test('an id that arrives from behind the horizon is remembered too, where that goes back with it', () => {
    const [seen, store] = [createSeenIds(), createMemoryStore()]
    seen.forgetBefore(T)
    const before = T - 60 * MINUTE_MS
    expect(seen.check('a', before)).toBe(false)
    seen.forgetBefore(before - SPAN)
    store.write(seen.takeNews())
    expect(store.restore(createSeenIds()).check('a', before + MINUTE_MS)).toBe(true)
  })

  test('what is not forgotten for want of room is not said to be', () => {
    const seen = createSeenIds({ maxIds: 20_000 })
    for (let n = 0; n < 15_000; n++) seen.check(`id-${n}`, T + n * 10)
    seen.forgetBefore(T + MINUTE_MS)
    expect(seen.wholeAround(T + 2 * MINUTE_MS)).toBe(SPAN)
  })
})

describe('where more ids come than may be remembered', () => {
  test('an id that came just before is known, however many ids come', () => {
    const seen = createSeenIds({ maxIds: 20_000 })
    const perSecond = 8_000
    for (let n = 0; n < 400_000; n++) {
      const now = T + (n / perSecond) * SECOND_MS
      seen.check(`id-${n}`, Math.floor(now))
      const before = n - perSecond
      if (n % 997 !== 0 || before < 0) continue
      expect(seen.check(`id-${before}`, Math.floor(now))).toBe(true)
      expect(seen.wholeAround(now)).toBeGreaterThanOrEqual(Math.min(10 * SECOND_MS, now - T))
    }
    expect(seen.wholeAround(T + 50 * SECOND_MS)).toBeLessThan(SPAN)
  })

  test('those that came longest ago are forgotten first, and it is said how far the others reach, also after a restart', () => {
    const [seen, store] = [createSeenIds({ maxIds: 20_000 }), createMemoryStore()]
    for (let n = 0; n < 60_000; n++) {
      seen.check(`id-${n}`, T + Math.floor(n / 5_000) * MINUTE_MS)
      if (n % 1_000 === 0) store.write(seen.takeNews())
    }
    store.write(seen.takeNews())
    const newest = T + 11 * MINUTE_MS
    const whole = seen.wholeAround(newest)
    expect(whole).toBeGreaterThan(MINUTE_MS)
    expect(whole).toBeLessThan(SPAN)
    expect(seen.size()).toBeLessThanOrEqual(20_000)
    const again = store.restore(createSeenIds({ maxIds: 20_000 }))
    expect(again.wholeAround(newest)).toBe(whole)
    expect(again.size()).toBe(seen.size())
    for (const memory of [seen, again]) {
      expect(memory.check('id-59999', newest)).toBe(true)
      expect(memory.check('id-0', newest)).toBe(false)
    }
  })

  test('a reader that is far behind the others is known by its own ids, and is told that theirs are gone', () => {
    const seen = createSeenIds({ maxIds: 20_000 })
    for (let n = 0; n < 60_000; n++) seen.check(`ahead-${n}`, T + n * 50)
    const behind = T + 5 * MINUTE_MS
    expect(seen.wholeAround(behind)).toBe(0)
    for (let n = 0; n < 5_000; n++) {
      expect(seen.check(`behind-${n}`, behind + n)).toBe(false)
      if (n >= 2_000) expect(seen.check(`behind-${n - 2_000}`, behind + n)).toBe(true)
    }
  })

  test('when all that was cut is over, nothing is said any more, and the store holds nothing of it', () => {
    const [seen, store] = [createSeenIds({ maxIds: 20_000 }), createMemoryStore()]
    for (let n = 0; n < 60_000; n++) seen.check(`id-${n}`, T + n * 10)
    store.write(seen.takeNews())
    const end = T + 600 * SECOND_MS
    expect(seen.wholeAround(end)).toBeLessThan(SPAN)
    seen.forgetBefore(end + SPAN)
    store.write(seen.takeNews())
    expect(seen.wholeAround(end)).toBe(SPAN)
    expect(store.slices()).toBe(0)
    expect(seen.size()).toBe(0)
  })
})
