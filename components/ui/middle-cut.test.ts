import { expect, test } from 'vitest'
import { splitForCut } from './middle-cut.tsx'

test('short text is not parted', () => {
  expect(splitForCut('/pricing', 14)).toEqual(['/pricing', ''])
})

test('the end of long text stays whole', () => {
  const text = '/docs/getting-started/install-the-consumer?lang=en'
  expect(splitForCut(text, 14)).toEqual([text.slice(0, -14), 'sumer?lang=en'.padStart(14, 'n')])
})

test('what is read from right to left is not parted', () => {
  const text = 'spring ישראל קניות 12'
  expect(splitForCut(text, 8)).toEqual([text, ''])
})

test('the seam is not between a character and its marks', () => {
  const text = `${'a'.repeat(20)}e\u0301${'b'.repeat(9)}`
  expect(splitForCut(text, 10)).toEqual(['a'.repeat(20), `e\u0301${'b'.repeat(9)}`])
})

test('the parts put together are the text, also where a pair of surrogates lies on the seam', () => {
  const text = `${'a'.repeat(20)}😀${'b'.repeat(13)}`
  const [head, end] = splitForCut(text, 14)
  expect(head + end).toBe(text)
  expect(end.startsWith('😀')).toBe(true)
})
