import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchStandStill } from './stood-still.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a thread that gets no time for 40 s knows it at once, and for as long as calls of before may fail', () => {
  let now = 0
  const still = watchStandStill({ monotonicMs: () => now })
  for (now = 1_000; now <= 5_000; now += 1_000) vi.advanceTimersByTime(1_000)
  now = 5_000
  expect(still.latelyMs()).toBe(0)
  now += 41_000
  // Nobody has looked yet.
  expect(still.latelyMs()).toBe(40_000)
  vi.advanceTimersByTime(1_000)
  now += 19_000
  expect(still.latelyMs()).toBeGreaterThan(0)
  now += 2_000
  still.close()
})

test('looks that are a little late are none', () => {
  let now = 0
  const still = watchStandStill({ monotonicMs: () => now })
  for (let n = 0; n < 100; n++) {
    now += 1_900
    vi.advanceTimersByTime(1_000)
  }
  expect(still.latelyMs()).toBe(0)
  still.close()
})
