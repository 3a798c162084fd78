import { expect, test } from 'vitest'
import { dayName, dayTime, rangeDays, rangeWords, stepTimes } from './format-range.ts'

const BERLIN = { timeZone: 'Europe/Berlin' }
const NOW = Date.UTC(2026, 10, 29, 19)
const at = (text: string): number => Date.parse(`${text}+01:00`)

test.each([
  ['2026-11-12T09:00', '2026-11-14T18:00', '12 Nov 09:00 – 14 Nov 18:00'],
  ['2026-11-12T09:00', '2026-11-12T18:30', 'Thu 12 Nov 09:00 – 18:30'],
  ['2026-11-12T09:00', '2026-11-13T00:00', 'Thu 12 Nov 09:00 – 24:00'],
  ['2026-11-12T00:00', '2026-11-13T00:00', 'Thu 12 Nov'],
  ['2025-12-30T00:00', '2026-01-02T00:00', '30 Dec 2025 00:00 – 2 Jan 00:00'],
  ['2025-12-30T09:00', '2025-12-30T10:00', 'Tue 30 Dec 2025 09:00 – 10:00'],
])('from %s to %s is "%s"', (from, to, words) => {
  expect(rangeWords({ from: at(from), to: at(to) }, NOW, BERLIN)).toBe(words)
})

test.each([
  ['2026-11-12T09:00', '2026-11-14T18:00', '12 – 14 Nov'],
  ['2026-10-30T09:00', '2026-11-02T18:00', '30 Oct – 2 Nov'],
  ['2026-11-12T00:00', '2026-11-13T00:00', '12 Nov'],
])('the days from %s to %s are "%s"', (from, to, words) => {
  expect(rangeDays({ from: at(from), to: at(to) }, BERLIN)).toBe(words)
})

test('a step of a long chart has its day, and the day it ends on where that is another', () => {
  const t = at('2026-11-12T22:00')
  const dated = { ...BERLIN, dated: true }
  expect(stepTimes(t, 3_600_000, dated)).toBe('Thu 12 Nov, 22:00 – 23:00')
  expect(stepTimes(t, 6 * 3_600_000, dated)).toBe('Thu 12 Nov, 22:00 – Fri 13 Nov, 04:00')
  expect(stepTimes(t, 2_000, BERLIN)).toBe('22:00:00 – 22:00:02')
  expect(stepTimes(t + 5_000, 1_000, BERLIN)).toBe('22:00:05')
})

test('a moment of another year says so', () => {
  expect(dayTime(at('2026-11-12T09:00'), NOW, BERLIN)).toBe('12 Nov, 09:00')
  expect(dayTime(at('2025-11-12T09:00'), NOW, BERLIN)).toBe('12 Nov 2025, 09:00')
  expect(dayName(at('2026-11-12T23:30'), BERLIN)).toBe('Thu 12 Nov')
})
