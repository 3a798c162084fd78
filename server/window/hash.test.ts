import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashAscii, hashDigits, hashText } from './hash.ts'

test('a text has the same hash by its bytes, wherever they are, as by its characters', () => {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 })
  fc.assert(
    fc.property(ascii, ascii, ascii, (before, text, behind) => {
      const [byText, byBytes] = [
        { hi: 0, lo: 0 },
        { hi: 0, lo: 0 },
      ]
      hashText(text, byText)
      const bytes = new TextEncoder().encode(before + text + behind)
      hashAscii(bytes, before.length, text.length, byBytes)
      expect(byBytes).toEqual(byText)
    }),
  )
})

test('a text that is longer than any field may be has one, too, of all its characters', () => {
  const [one, other] = [
    { hi: 0, lo: 0 },
    { hi: 0, lo: 0 },
  ]
  hashText(`${'x'.repeat(100_000)}a`, one)
  hashText(`${'x'.repeat(100_000)}b`, other)
  expect(one).not.toEqual(other)
})

test.each([
  ['', 'bde7c28660b0615e'],
  ['a', 'a5a5fcdb11626ab0'],
  ['ab', '4037b6a6be87ce5d'],
  ['visitor-12345', '5028d77c96402460'],
  ['größe', 'a59e5d26930f3f5e'],
])('what stores hold is made of this hash, which stays as it is: of %j %s', (text, digits) => {
  expect(hashDigits(text)).toBe(digits)
})
