import { expect, test } from 'vitest'
import { feedTime } from './feed-time.ts'

const NOW = Date.UTC(2026, 10, 30, 12)

test.each([
  [Date.UTC(2026, 10, 30, 0, 0, 7), '00:00:07'],
  [Date.UTC(2026, 10, 29, 23, 59, 59), '29 Nov, 23:59'],
  [Date.UTC(2026, 10, 30, 24), '1 Dec, 00:00'],
  [Date.UTC(2026, 1, 27, 10), '27 Feb, 10:00'],
  [Date.UTC(2021, 0, 12, 10), '12 Jan 2021'],
  [0, '1 Jan 1970'],
])('%d in the feed is %s: an event that is not of today has its day', (t, text) => {
  expect(feedTime(t, NOW, { timeZone: 'UTC' })).toBe(text)
})
