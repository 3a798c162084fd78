import { expect, test } from 'vitest'
import { oneLine } from './preview.ts'

test('line ends and control characters are visible', () => {
  expect(oneLine('{"a":1}\r\n\u0000x\u007f')).toBe('{"a":1}\\r\\n\\x00x\\x7f')
})

test('a long record is shown by its beginning', () => {
  expect(oneLine('x'.repeat(5_000))).toHaveLength(160)
})
