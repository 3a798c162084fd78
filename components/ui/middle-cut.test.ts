import { expect, test } from 'vitest'
import { splitForCut } from './middle-cut.tsx'

test('short text is not parted', () => {
  expect(splitForCut('/pricing', 14)).toEqual(['/pricing', ''])
})

test('the end of long text stays whole', () => {
  const text = '/docs/getting-started/install-the-consumer?lang=en'
  expect(splitForCut(text, 14)).toEqual([text.slice(0, -14), 'sumer?lang=en'.padStart(14, 'n')])
})

test('the parts put together are the text, also where a pair of surrogates lies on the seam', () => {
  const text = `${'a'.repeat(20)}😀${'b'.repeat(13)}`
  const [head, end] = splitForCut(text, 14)
  expect(head + end).toBe(text)
  expect(end.startsWith('😀')).toBe(true)
})
