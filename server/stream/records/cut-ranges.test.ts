import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCutRanges } from './cut-ranges.ts'

test('ranges hold the slices that were cut and are not taken out, in order, and none touches another', () => {
  const step = fc.record({ slice: fc.nat(60), take: fc.nat(9).map((n) => n === 0) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cuts = createCutRanges()
      let model = new Set<number>()
      for (const { slice, take } of steps) {
        if (take) {
          const over = [...model].filter((each) => each < slice)
          expect(slicesIn(cuts.takeBefore(slice))).toEqual(over.sort((a, b) => a - b))
          model = new Set([...model].filter((each) => each >= slice))
        } else {
          cuts.add(slice)
          model.add(slice)
        }
        const ranges = cuts.all()
        expect(slicesIn(ranges)).toEqual([...model].sort((a, b) => a - b))
        for (const [n, { from }] of ranges.slice(1).entries()) {
          expect(from).toBeGreaterThan(ranges[n]?.to ?? Number.POSITIVE_INFINITY)
        }
      }
    }),
  )
})

const slicesIn = (ranges: readonly { from: number; to: number }[]): number[] =>
  ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, n) => from + n))
