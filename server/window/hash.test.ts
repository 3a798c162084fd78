import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashAscii, hashText } from './hash.ts'

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
