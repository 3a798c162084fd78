import zlib from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32, slowCrc32 } from './crc32.ts'

test('the checksum for an older Node is the same, in one piece or in two', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      const whole = zlib.crc32(Buffer.concat([first, second]))
      expect(slowCrc32(second, slowCrc32(first))).toBe(whole)
      expect(crc32(second, crc32(first))).toBe(whole)
    }),
  )
})

test('a text has the checksum of its UTF-8', () => {
  for (const checksum of [crc32, slowCrc32]) expect(checksum('123456789')).toBe(0xcbf43926)
  expect(slowCrc32('naïve')).toBe(crc32('naïve'))
})
