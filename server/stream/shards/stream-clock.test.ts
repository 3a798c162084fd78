import { expect, test } from 'vitest'
import { DAY_MS, epochMs, HOUR_MS, SECOND_MS } from '../../../lib/time.ts'
import { createStreamClock } from './stream-clock.ts'

const T = 1_700_000_000_000

function clocked() {
  let monotonicMs = 0
  const clock = createStreamClock({ now: () => epochMs(0), monotonicMs: () => monotonicMs })
  const hear = (at: number | undefined) => {
    monotonicMs += SECOND_MS
    clock.heard(at)
    return clock.now()
  }
  return { clock, hear }
}

test('the clock of the stream goes on from the last date that was heard', () => {
  const { clock, hear } = clocked()
  expect(clock.now()).toBeUndefined()
  expect(hear(undefined)).toBeUndefined()
  expect(hear(T)).toBe(T)
  expect(hear(undefined)).toBe(T + SECOND_MS)
  expect(hear(T + 3 * SECOND_MS)).toBe(T + 3 * SECOND_MS)
})

test('it shows whole milliseconds, as the store keeps them', () => {
  let monotonicMs = 0
  const clock = createStreamClock({ now: () => epochMs(0), monotonicMs: () => monotonicMs })
  clock.heard(T)
  monotonicMs = 12.6
  expect(clock.now()).toBe(T + 13)
})

test.each([
  ['years ahead', 400 * DAY_MS],
  ['hours behind', -5 * HOUR_MS],
])('one date that is %s is not believed', (_name, offMs) => {
  const { hear } = clocked()
  hear(T)
  expect(hear(T + offMs)).toBe(T + SECOND_MS)
  expect(hear(T + 2 * SECOND_MS)).toBe(T + 2 * SECOND_MS)
  // Nor is another one, later: between them the old time was told again.
  expect(hear(T + offMs)).toBe(T + 3 * SECOND_MS)
})

test('a leap that a second date confirms is one: this machine had slept, or the clock was set', () => {
  const { hear } = clocked()
  hear(T)
  hear(T + 8 * HOUR_MS)
  expect(hear(T + 8 * HOUR_MS + SECOND_MS)).toBe(T + 8 * HOUR_MS + SECOND_MS)
})
