import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  answered,
  began,
  dueAt,
  freshPace,
  idleRestMs,
  type Pace,
  throttled,
  untilNextRead,
} from './pace.ts'

/** Reads as soon as the pace allows, `reads` times; the moments at which they began. */
function readAtOnce(reads: number, pace: Pace = freshPace(), from = 0): number[] {
  const moments: number[] = []
  let now = from
  let current = pace
  for (let n = 0; n < reads; n++) {
    now += untilNextRead(current, now)
    moments.push(now)
    current = began(current, now)
  }
  return moments
}

describe('the pace of a shard', () => {
  test('a reader that is behind reads five times at once and then five times a second', () => {
    expect(readAtOnce(7)).toEqual([0, 0, 0, 0, 0, 1_050, 1_050])
  })

  test('I14: no second sees more than five reads, whatever the waits between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ idleMs: fc.nat(700), what: fc.constantFrom('ok', 'throttled') }), {
          maxLength: 60,
        }),
        (turns) => {
          let pace = freshPace()
          let now = 0
          const moments: number[] = []
          for (const { idleMs, what } of turns) {
            now += idleMs
            now += untilNextRead(pace, now)
            moments.push(now)
            pace = began(pace, now)
            pace = what === 'ok' ? answered(pace) : throttled(pace)
          }
          for (const from of moments) {
            const within = moments.filter((at) => at >= from && at < from + 999.999)
            expect(within.length).toBeLessThanOrEqual(5)
          }
        },
      ),
    )
  })

  test('two applications that are throttled when they ask too often end with equal shares', () => {
    let [a, b] = [freshPace(), { ...freshPace(), rate: 1 }]
    for (let n = 0; n < 400; n++) {
      const over = a.rate + b.rate > 5
      a = over ? throttled(a) : answered(a)
      b = over ? throttled(b) : answered(b)
    }
    expect(Math.abs(a.rate - b.rate)).toBeLessThan(0.2)
  })

  test('throttling never stops a reader for good, and its rate comes back', () => {
    let pace = freshPace()
    for (let n = 0; n < 50; n++) pace = throttled(pace)
    expect(untilNextRead(began(pace, 0), 0)).toBeLessThanOrEqual(2_000)
    for (let n = 0; n < 100; n++) pace = answered(pace)
    expect(pace.rate).toBe(5)
  })

  test('a few idle shards are asked four times a second, very many share 320 reads a second', () => {
    expect(idleRestMs(1)).toBe(250)
    expect(idleRestMs(80)).toBe(250)
    expect(idleRestMs(1_000)).toBe(3_125)
  })

  test('very many are asked in groups, a tenth of a second late at most, and few each at its time', () => {
    expect(dueAt(1_234.5, 250)).toBe(1_484.5)
    const due = Array.from({ length: 1_000 }, (_, n) => dueAt(3.125 * n, 3_125))
    expect(new Set(due).size).toBe(32)
    for (const [n, at] of due.entries()) {
      expect(at).toBeGreaterThanOrEqual(3.125 * n + 3_125)
      expect(at).toBeLessThan(3.125 * n + 3_125 + 100)
    }
  })
})
