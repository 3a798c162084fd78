import { expect, test } from 'vitest'
import { coveredMs, coveredOf, rangeOf, ratePer } from './covered.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from './time.ts'
import { WINDOW_IDS } from './windows.ts'

const range = { from: 700_000, to: 1_000_000 }

test('no time that is yet to come is covered', () => {
  expect(coveredOf(range, { since: 0, now: 999_400 })).toEqual({ from: 700_000, to: 999_400 })
  expect(coveredOf(range, { since: 0, now: 5_000_000 })).toEqual(range)
})

test('of a young stream only the time since its first event is covered', () => {
  expect(coveredMs(range, { since: 980_000, now: 999_400 })).toBe(19_400)
  expect(coveredMs(range, { since: 999_900, now: 1_000_000 })).toBe(100)
})

test('nothing is covered before the first event, of a stream without any and of the future', () => {
  expect(coveredMs(range, { since: 1_000_001, now: 2_000_000 })).toBe(0)
  expect(coveredMs(range, { since: null, now: 2_000_000 })).toBe(0)
  expect(coveredMs(range, { since: Number.POSITIVE_INFINITY, now: 2_000_000 })).toBe(0)
  expect(coveredMs(range, { since: 0, now: 600_000 })).toBe(0)
})

test('a stream of 40 s has one rate in all windows that reach further back', () => {
  // 40 minutes before the windows of days move on.
  const now = 20 * DAY_MS + 20 * HOUR_MS + 20 * 60 * SECOND_MS + 317
  const since = now - 40 * SECOND_MS
  const rates = WINDOW_IDS.filter((id) => id !== '10s').map((id) =>
    ratePer(4_000, coveredMs(rangeOf(id, now), { since, now }), SECOND_MS),
  )
  expect(new Set(rates)).toEqual(new Set([100]))
})

test('of less than a second no rate is said', () => {
  expect(ratePer(5, 999, SECOND_MS)).toBeNull()
  expect(ratePer(5, 1_000, SECOND_MS)).toBe(5)
  expect(ratePer(0, 0, SECOND_MS)).toBeNull()
  expect(ratePer(null, 60_000, SECOND_MS)).toBeNull()
})
