import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareSequenceNumbers } from './sequence-number.ts'

test('sequence numbers are in the order of the numbers they are', () => {
  const number = fc.bigInt({ min: 0n, max: 1n << 190n })
  const pair = fc.oneof(
    fc.tuple(number, number),
    fc.tuple(number, fc.constantFrom(0n, 1n, 9n)).map(([a, step]) => [a, a + step] as const),
  )
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const expected = a < b ? -1 : a > b ? 1 : 0
      expect(Math.sign(compareSequenceNumbers(a.toString(), b.toString()))).toBe(expected)
    }),
  )
})
