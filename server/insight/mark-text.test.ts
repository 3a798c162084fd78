import { expect, it } from 'vitest'
import { markText } from './mark-text.ts'

it.each([
  [4.02, 'Error rate 4× usual'],
  [2.54, 'Error rate 2.5× usual'],
  [36.6, 'Error rate 37× usual'],
  [1.351, 'Error rate 35 % above usual'],
  [0.5, 'Error rate 50 % below usual'],
  [0, 'Error rate stopped'],
  [Number.POSITIVE_INFINITY, 'Error rate where there is none usually'],
])('a factor of %s reads "%s"', (factor, text) => {
  expect(markText('Error rate', { factor })).toBe(text)
})

it('names what explains it', () => {
  const explanation = { dimension: 'placement', key: 'top-300x250', share: 0.918 }
  expect(markText('Error rate', { factor: 4 }, explanation)).toBe(
    'Error rate 4× usual: 92 % from placement top-300x250',
  )
})
