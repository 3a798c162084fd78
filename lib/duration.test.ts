import fc from 'fast-check'
import { expect, it } from 'vitest'
import { durationText, parseDuration } from './duration.ts'

it.each([
  ['90s', 90_000],
  ['45m', 2_700_000],
  ['6h', 21_600_000],
  ['30d', 2_592_000_000],
  ['007s', 7_000],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

it.each(['', '5', 'm', '1.5m', '-1m', '1w', '1M', ' 1m', '1 m', '1m30s', '1e3s', '9999999999s'])(
  '"%s" is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

it('any whole seconds are read back from their text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * 86_400 }), (seconds) => {
      expect(parseDuration(durationText(seconds * 1_000))).toBe(seconds * 1_000)
    }),
  )
})

it.each([
  [5_400_000, '90m'],
  [86_400_000, '1d'],
  [44_000, '44s'],
])('%i ms is said in the largest unit: %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
