import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareSequenceNumbers } from '../shards/sequence-number.ts'
import { numberStep } from './number-order.ts'

function step(before: string, number: string): number {
  const bytes = Buffer.from(`x${before}${number}`)
  return numberStep(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    { at: 1 + before.length, length: number.length },
    { at: 1, length: before.length },
  )
}

const digits = fc.stringMatching(/^\d{1,60}$/)
/** Two that begin with the same digits, as neighbours do. */
const neighbours = fc
  .tuple(digits, digits, digits)
  .map(([shared, a, b]): [string, string] => [shared + a, shared + b])

test('numbers follow one another where they lie as they do as texts', () => {
  fc.assert(
    fc.property(fc.oneof(neighbours, fc.tuple(digits, digits)), ([before, number]) => {
      expect(Math.sign(step(before, number))).toBe(
        Math.sign(compareSequenceNumbers(number, before)),
      )
    }),
  )
})

test('what is no number follows nothing, wherever it is not', () => {
  fc.assert(
    fc.property(neighbours, fc.nat(), fc.constantFrom('/', ':', 'a', ' '), ([before], at, odd) => {
      const place = at % before.length
      const number = before.slice(0, place) + odd + before.slice(place + 1)
      expect(step(before, number)).toBeNaN()
    }),
  )
  expect(step('1', '')).toBeNaN()
  expect(step('1', '1'.repeat(129))).toBeNaN()
})
