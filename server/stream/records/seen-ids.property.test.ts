import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEDUPLICATION_SPAN_MS } from '../../../lib/deduplication.ts'
import { HOUR_MS } from '../../../lib/time.ts'
import {
  type Arrival,
  type ReadingStep,
  readAll,
  readingSteps,
  restartingSteps,
} from './reading-orders.testing.ts'
import { createSeenIds } from './seen-ids.ts'

const T = 1_700_000_000_000
const SPAN = DEDUPLICATION_SPAN_MS
const SHARDS = 4

interface Put extends Arrival {
  id: string
}

const read = (puts: readonly Put[], steps: readonly ReadingStep[]) =>
  readAll(
    puts,
    { shards: SHARDS, steps },
    { create: createSeenIds, take: (seen, { id, arrivedAt }) => seen.check(id, arrivedAt) },
  )

/** How many of each id were applied. */
function appliedOf(fates: ReturnType<typeof read>): Record<string, number> {
  const applied: Record<string, number> = {}
  for (const { item, fate } of fates) {
    applied[item.id] = (applied[item.id] ?? 0) + (fate ? 0 : 1)
  }
  return applied
}

const inShard = fc.nat(SHARDS - 1)
const offset = fc.oneof(fc.integer({ min: 0, max: SPAN }), fc.constantFrom(0, 1, SPAN - 1, SPAN))

/** Puts of an id that are all within the span of one another; the next such group is more than it later. */
const group = fc.array(fc.record({ shard: inShard, offset }), { minLength: 1, maxLength: 4 })
const groupsOfId = fc.array(
  fc.record({ puts: group, pause: fc.oneof(fc.nat(3 * SPAN), fc.constantFrom(0, 1)) }),
  { minLength: 1, maxLength: 4 },
)
const grouped = fc
  .array(fc.tuple(fc.nat(4 * HOUR_MS), groupsOfId), { minLength: 1, maxLength: 25 })
  .map((ids) => {
    const counted: Record<string, number> = {}
    const puts: Put[] = []
    for (const [n, [begin, groups]] of ids.entries()) {
      const id = `id-${n}`
      counted[id] = groups.length
      let from = T + begin
      for (const { puts: those, pause } of groups) {
        const first = Math.min(...those.map((put) => put.offset))
        const arrivals = those.map((put) => from + put.offset - first)
        for (const [at, { shard }] of those.entries()) {
          puts.push({ id, shard, arrivedAt: arrivals[at] as number })
        }
        from = Math.max(...arrivals) + SPAN + 1 + pause
      }
    }
    return { puts, counted }
  })

test('I18: which ids count how often follows from when they arrived, in every order of reading and through restarts', () => {
  fc.assert(
    fc.property(
      grouped,
      fc.array(readingSteps(SHARDS), { minLength: 2, maxLength: 3 }),
      (made, orders) => {
        for (const steps of orders) expect(appliedOf(read(made.puts, steps))).toEqual(made.counted)
      },
    ),
    { numRuns: 150 },
  )
})

const anyPuts = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    shard: inShard,
    arrivedAt: fc.integer({ min: T, max: T + 2 * HOUR_MS }),
  }),
  { minLength: 1, maxLength: 150 },
)

test('I18: an event is a duplicate exactly when one with its id was applied that arrived at most ten minutes from it', () => {
  fc.assert(
    fc.property(anyPuts, readingSteps(SHARDS), (puts, steps) => {
      const applied: Put[] = []
      for (const { item, fate } of read(puts, steps)) {
        const near = applied.some(
          ({ id, arrivedAt }) => id === item.id && Math.abs(arrivedAt - item.arrivedAt) <= SPAN,
        )
        expect(fate).toBe(near)
        if (!near) applied.push(item)
      }
      expect(read(puts, steps)).toHaveLength(puts.length)
    }),
    { numRuns: 150 },
  )
})

test('I18: of an id that is put into one shard only the first counts, then the first that is more than ten minutes later', () => {
  fc.assert(
    fc.property(anyPuts, readingSteps(SHARDS), (puts, steps) => {
      const own = puts.map((put) => ({ ...put, id: `${put.id} of ${put.shard}` }))
      const expected: Record<string, number> = {}
      const last = new Map<string, number>()
      for (const { id, arrivedAt } of own.toSorted((a, b) => a.arrivedAt - b.arrivedAt)) {
        expected[id] ??= 0
        if (arrivedAt - (last.get(id) ?? 0) <= SPAN) continue
        last.set(id, arrivedAt)
        expected[id]++
      }
      expect(appliedOf(read(own, steps))).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

test('I18: what is forgotten on the way is what nothing can be held against any more, to the ms', () => {
  const puts = Array.from({ length: 200 }, (_, n): Put[] => {
    const arrivedAt = T + n * 7_001
    return [
      { id: `twice-${n}`, shard: n % 2, arrivedAt },
      { id: `twice-${n}`, shard: (n + 1) % 2, arrivedAt: arrivedAt + SPAN },
      { id: `too-late-${n}`, shard: n % 2, arrivedAt },
      { id: `too-late-${n}`, shard: n % 2, arrivedAt: arrivedAt + SPAN + 1 },
    ]
  }).flat()
  const counted = appliedOf(read(puts, restartingSteps(2, 500)))
  const wrong = Object.entries(counted).filter(
    ([id, times]) => times !== (id.startsWith('twice') ? 1 : 2),
  )
  expect(wrong).toEqual([])
})
