import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../../lib/time.ts'
import { SLICE_MS } from './arrival-slices.ts'
import { createPutAgain, type PutAgain, type Standing } from './put-again.ts'
import {
  type Arrival,
  type ReadingStep,
  readAll,
  readingSteps,
  restartingSteps,
} from './reading-orders.testing.ts'

const T = 1_700_000_000_000
const SHARDS = 3
/** In slices: what is at most ten minutes apart is. */
const SPAN_SLICES = 59

interface Put extends Arrival {
  is: Standing
  key: string
  hashKey: string | undefined
  text: string
}

function create(): PutAgain {
  const memory = createPutAgain({ maxUnits: 10_000 })
  memory.aggregatesCome()
  return memory
}

const take = (memory: PutAgain, { is, key, hashKey, text, arrivedAt }: Put): boolean => {
  const data = new TextEncoder().encode(text)
  return memory.isAgain({ partitionKey: key, explicitHashKey: hashKey, data }, is, arrivedAt)
}

const read = (puts: readonly Put[], steps: readonly ReadingStep[]) =>
  readAll(puts, { shards: SHARDS, steps }, { create, take })

const shard = fc.nat(SHARDS - 1)
const standing = fc.constantFrom<Standing>('outside', 'beside', 'inside', 'plain')
const anyPuts = fc.array(
  fc
    .record({
      is: standing,
      key: fc.constantFrom('a', 'b'),
      hashKey: fc.constantFrom(undefined, undefined, '1', '2'),
      text: fc.constantFrom('x', 'y', 'z'),
      shard,
      arrivedAt: fc.integer({ min: T, max: T + 40 * MINUTE_MS }),
    })
    // Which of two hash keys a plain one stands for is anybody's guess.
    .map((put) => (put.is === 'plain' || put.key === 'b' ? { ...put, hashKey: undefined } : put))
    .map((put) => (put.is === 'plain' ? { ...put, key: 'b' } : put)),
  { minLength: 1, maxLength: 150 },
)

/** Which others one of each standing is the other one of, those first that are likeliest. */
const FINDS: Record<Standing, Standing[]> = {
  outside: ['inside', 'plain', 'beside'],
  beside: ['outside', 'inside', 'plain'],
  inside: ['outside', 'beside'],
  plain: ['outside', 'beside'],
}
const sliceOf = (ms: number) => Math.floor(ms / SLICE_MS)

test('I22: each finds one identical one of another standing within the span, in every order of reading and through restarts', () => {
  fc.assert(
    fc.property(anyPuts, readingSteps(SHARDS), (puts, steps) => {
      let open: Put[] = []
      for (const { item, fate } of read(puts, steps)) {
        const found = FINDS[item.is]
          .map((is) =>
            open
              .filter((other) => other.is === is && isSame(other, item))
              .toSorted((a, b) => sliceOf(a.arrivedAt) - sliceOf(b.arrivedAt))
              .at(0),
          )
          .find((other) => other !== undefined)
        expect(fate).toBe(found !== undefined)
        open = found === undefined ? [...open, item] : open.filter((other) => other !== found)
      }
    }),
    { numRuns: 200 },
  )
})

const isSame = (one: Put, other: Put): boolean =>
  one.key === other.key &&
  one.hashKey === other.hashKey &&
  one.text === other.text &&
  Math.abs(sliceOf(one.arrivedAt) - sliceOf(other.arrivedAt)) <= SPAN_SLICES

const pairs = fc.array(
  fc.record({
    at: fc.nat(60 * MINUTE_MS),
    apartMs: fc.integer({ min: 0, max: 10 * MINUTE_MS }),
    shards: fc.tuple(shard, shard),
    first: fc.constantFrom<Standing>('outside', 'beside'),
    second: fc.constantFrom<Standing | 'none'>('inside', 'plain', 'none'),
    hashKey: fc.constantFrom(undefined, '5'),
  }),
  { minLength: 1, maxLength: 60 },
)

test('I22: what was put twice counts once, in every order of reading and through restarts; what was put once, once', () => {
  fc.assert(
    fc.property(pairs, readingSteps(SHARDS), (made, steps) => {
      const puts = made.flatMap(({ at, apartMs, shards, first, second, hashKey }, n): Put[] => {
        const same = { key: `key-${n % 7}`, text: `text ${n}` }
        const one: Put = { ...same, hashKey, is: first, shard: shards[0], arrivedAt: T + at }
        if (second === 'none') return [one]
        const other = { ...same, is: second, shard: shards[1], arrivedAt: T + at + apartMs }
        return [one, { ...other, hashKey: second === 'plain' ? undefined : hashKey }]
      })
      const counted = new Map<string, number>()
      for (const { item, fate } of read(puts, steps)) {
        if (!fate) counted.set(item.text, (counted.get(item.text) ?? 0) + 1)
      }
      expect([...counted.values()].filter((n) => n !== 1)).toEqual([])
      expect(counted.size).toBe(made.length)
    }),
    { numRuns: 200 },
  )
})

test('I22: what is forgotten on the way is what nothing can be found by any more', () => {
  const puts = Array.from({ length: 150 }, (_, n): Put[] => {
    const one = { key: 'key', hashKey: undefined, text: `text ${n}`, shard: n % 2 }
    const arrivedAt = T + n * 7_001
    const [first, second] =
      n % 3 === 0 ? (['plain', 'outside'] as const) : (['beside', 'inside'] as const)
    return [
      { ...one, is: first, arrivedAt },
      { ...one, is: second, shard: (n + 1) % 2, arrivedAt: arrivedAt + 10 * MINUTE_MS },
    ]
  }).flat()
  const fates = read(puts, restartingSteps(2, 500))
  expect(fates.filter(({ fate }) => fate)).toHaveLength(150)
})
