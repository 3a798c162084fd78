import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SECOND_MS } from '../../../lib/time.ts'
import { createTopKeys, GENERATION_MS, KEY_COUNTERS, SAMPLED_FROM } from './top-keys.ts'

/** The beginning of a generation. */
const T = Math.ceil(1_700_000_000_000 / GENERATION_MS) * GENERATION_MS

/** Keys of which the k-th comes 1/k^skew as often as the first, in an order drawn from `seed`. */
function zipf(options: { keys: number; skew: number; records: number; seed: number }): string[] {
  const ends: number[] = []
  let sum = 0
  for (let rank = 1; rank <= options.keys; rank++) {
    sum += 1 / rank ** options.skew
    ends.push(sum)
  }
  let state = options.seed
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Array.from({ length: options.records }, () => {
    const drawn = random() * sum
    return `user-${ends.findIndex((end) => drawn < end)}`
  })
}

const exactCounts = (stream: readonly string[]): Map<string, number> => {
  const exact = new Map<string, number>()
  for (const key of stream) exact.set(key, (exact.get(key) ?? 0) + 1)
  return exact
}

const of = (partitionKey: string) => ({ partitionKey })

describe('the heaviest keys of a shard', () => {
  test('are found, each within the bound of its exact count', () => {
    const streams = fc.record({
      keys: fc.integer({ min: 1, max: 2_000 }),
      skew: fc.double({ min: 0, max: 2, noNaN: true }),
      records: fc.integer({ min: 1, max: SAMPLED_FROM }),
      seed: fc.nat(),
    })
    fc.assert(
      fc.property(streams, (options) => {
        const stream = zipf(options)
        const top = createTopKeys()
        for (const key of stream) top.add(of(key), T)
        const exact = exactCounts(stream)
        const found = top.top(T + SECOND_MS, KEY_COUNTERS)
        const bound = stream.length / KEY_COUNTERS
        for (const { key, records } of found) {
          const count = exact.get(key) ?? 0
          expect(records).toBeLessThanOrEqual(count)
          expect(records).toBeGreaterThanOrEqual(count - bound)
        }
        const heavy = [...exact].filter(([, count]) => count > bound).map(([key]) => key)
        expect(found.map(({ key }) => key)).toEqual(expect.arrayContaining(heavy))
      }),
    )
  })

  test('are found by a sample where there are very many records, without going wrong either way', () => {
    const options = fc.record({
      keys: fc.integer({ min: 2, max: 1_000 }),
      skew: fc.double({ min: 0.5, max: 2, noNaN: true }),
      records: fc.integer({ min: 10_000, max: 40_000 }),
      seed: fc.nat(),
    })
    fc.assert(
      fc.property(options, (options) => {
        const stream = zipf(options)
        const top = createTopKeys()
        for (const key of stream) top.add(of(key), T)
        const exact = exactCounts(stream)
        const [heaviest] = [...exact].sort(([, a], [, b]) => b - a)
        if (heaviest === undefined) return
        const share = heaviest[1] / stream.length
        const error = Math.sqrt((share * (1 - share)) / (2 * SAMPLED_FROM))
        const found = top.top(T, KEY_COUNTERS).find(({ key }) => key === heaviest[0])?.share ?? 0
        expect(found).toBeLessThan(share + 5 * error)
        expect(found).toBeGreaterThan(share - 5 * error - 1 / KEY_COUNTERS)
      }),
      { numRuns: 50 },
    )
  })

  test('are not mistaken where the keys take turns', () => {
    const top = createTopKeys()
    for (let n = 0; n < 40_000; n++) top.add(of(`user-${n % 4}`), T)
    const shares = top.top(T, 4).map(({ share }) => share)
    for (const share of shares) expect(Math.abs(share - 0.25)).toBeLessThan(0.05)
  })

  test('come in order, with records per second and their share of all', () => {
    const top = createTopKeys()
    for (let second = 0; second < 10; second++) {
      top.add(of('a'), T + second * SECOND_MS, 60)
      top.add(of('b'), T + second * SECOND_MS, 30)
      top.add(of('c'), T + second * SECOND_MS, 10)
    }
    expect(top.top(T + 10 * SECOND_MS, 2)).toEqual([
      { key: 'a', records: 60, share: 0.6 },
      { key: 'b', records: 30, share: 0.3 },
    ])
  })

  test('of even traffic over very many keys, none looks heavy', () => {
    const top = createTopKeys()
    for (let n = 0; n < 10_000; n++) top.add(of(`user-${n}`), T)
    for (const { share } of top.top(T, KEY_COUNTERS)) expect(share).toBeLessThan(0.01)
  })

  test('are those of the last minute: older ones are forgotten', () => {
    const top = createTopKeys()
    top.add(of('old'), T, 1_000)
    top.add(of('new'), T + GENERATION_MS, 10)
    const keys = (now: number) => top.top(now, 10).map(({ key }) => key)
    expect(keys(T + GENERATION_MS)).toEqual(['old', 'new'])
    expect(keys(T + 2 * GENERATION_MS)).toEqual(['new'])
    expect(keys(T + 3 * GENERATION_MS)).toEqual([])
  })

  test('keep the rate through a change of generation', () => {
    const top = createTopKeys()
    for (let second = 0; second < 100; second++) top.add(of('a'), T + second * SECOND_MS, 50)
    expect(top.top(T + 100 * SECOND_MS, 1)).toEqual([{ key: 'a', records: 50, share: 1 }])
  })

  test('count a record that arrived out of turn where it belongs, or not at all', () => {
    const top = createTopKeys()
    top.add(of('a'), T + GENERATION_MS)
    top.add(of('late'), T + GENERATION_MS - 1)
    top.add(of('too late'), T - 1)
    const keys = top.top(T + GENERATION_MS, 10).map(({ key }) => key)
    expect(keys.sort()).toEqual(['a', 'late'])
  })

  test('none without records', () => {
    expect(createTopKeys().top(T, 5)).toEqual([])
  })
})
