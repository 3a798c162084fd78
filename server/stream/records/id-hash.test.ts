import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashId, hashIdBytes } from './id-hash.ts'

test('the hash tells ids apart that differ in one character, at any length', () => {
  const known = new Set<string>()
  let n = 0
  for (let length = 1; length <= 40; length++) {
    for (let at = 0; at < length; at++) {
      const id = `${'x'.repeat(at)}y${'x'.repeat(length - at - 1)}`
      known.add(Object.values(hashId(id)).join())
      n++
    }
  }
  expect(known.size).toBe(n)
})

test('the hash of an id is the same from its bytes, wherever they are and whatever is behind them', () => {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 140 })
  fc.assert(
    fc.property(ascii, ascii, fc.nat(9), (id, behind, from) => {
      const bytes = Buffer.from(`${' '.repeat(from)}${id}${behind}${' '.repeat(8)}`)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      expect(hashIdBytes(view, from, id.length)).toEqual(hashId(id))
    }),
  )
})

test('the hash is what it was for the ids that stores remember', () => {
  const digits = ({ a, b, c, d }: ReturnType<typeof hashId>) =>
    Buffer.from(Int32Array.of(a, b, c, d).buffer).toString('hex')
  expect(digits(hashId('a'))).toBe('3c9394a71bb056551bb056551bb05655')
  expect(digits(hashId('0b0f9c5e-8a4d-4c1e-9f5e-2d6a7c3b1e90'))).toBe(
    '557d7fa6cfd8560eb064fb863baa5b22',
  )
  expect(digits(hashId('é😀-12345678'))).toBe('3eb5079f0737911665612366d73d04d3')
})
