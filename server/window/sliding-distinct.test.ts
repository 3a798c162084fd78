import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coarser, type Distinct, dense, distinctEntry, mergeDistinct } from './distinct.ts'
import { createSlidingDistinct } from './sliding-distinct.ts'

const PRECISION = 4

const entry = fc
  .record({ hi: fc.nat(0xffff_ffff), lo: fc.nat(0xffff_ffff) })
  .map((hash) => distinctEntry(hash, PRECISION))
const sketch: fc.Arbitrary<Distinct> = fc.oneof(
  entry,
  fc.array(entry, { minLength: 1, maxLength: 20 }),
  fc.array(entry, { minLength: 1, maxLength: 40 }).map((list) => dense(list, PRECISION)),
)
const step = fc.oneof(
  fc.record({ add: sketch, second: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ dropBefore: fc.integer({ min: 1, max: 40 }) }),
)

describe('distinct counting over a sliding window', () => {
  it('says what a merge of the sketches inside says, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const sliding = createSlidingDistinct(PRECISION)
        let inside: { sketch: Distinct; second: number }[] = []
        for (const one of steps) {
          if ('add' in one) {
            sliding.add(one.add, one.second)
            inside.push({ sketch: one.add, second: one.second })
          } else {
            sliding.dropBefore(one.dropBefore)
            inside = inside.filter(({ second }) => second >= one.dropBefore)
          }
          const merged = inside.reduce<Distinct | null>(
            (sum, each) => mergeDistinct(sum, each.sketch, PRECISION),
            null,
          )
          const said = sliding.sketch()
          expect(said === null).toBe(merged === null)
          expect(dense(said, PRECISION)).toEqual(dense(merged, PRECISION))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('made coarser it goes on as if all had come at that precision', () => {
    const added = fc.array(fc.record({ add: sketch, second: fc.integer({ min: 1, max: 30 }) }), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(added, added, fc.nat(40), (before, after, dropBefore) => {
        const lower = PRECISION - 2
        const direct = createSlidingDistinct(lower)
        const finer = createSlidingDistinct(PRECISION)
        for (const { add, second } of before) finer.add(add, second)
        const made = finer.coarser(lower)
        for (const { add, second } of after) made.add(coarser(add, PRECISION, lower), second)
        for (const { add, second } of [...before, ...after]) {
          direct.add(coarser(add, PRECISION, lower), second)
        }
        for (const sliding of [made, direct]) sliding.dropBefore(dropBefore)
        expect(made.sketch()).toEqual(direct.sketch())
      }),
    )
  })

  it('falls back to the highest of what is left', () => {
    const sliding = createSlidingDistinct(PRECISION)
    const ranks = [5, 3, 4, 2]
    for (const [index, rank] of ranks.entries()) sliding.add((3 << 6) | rank, 100 + index)
    const left = ranks.map((_, index) => {
      sliding.dropBefore(100 + index)
      return sliding.sketch()?.[3]
    })
    expect(left).toEqual([5, 4, 4, 2])
    sliding.dropBefore(104)
    expect(sliding.sketch()).toBeNull()
  })
})
