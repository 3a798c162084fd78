import { expect, test } from 'vitest'
import { addSample, type ClockSamples, clockOffsetMs } from './server-clock.ts'

const after = (...pairs: [serverNow: number, receivedAt: number][]): ClockSamples =>
  pairs.reduce<ClockSamples>((samples, pair) => addSample(samples, ...pair), [])

test('without a frame the clocks are taken as equal', () => expect(clockOffsetMs([])).toBe(0))

test('the frame that was fastest on its way tells the offset', () => {
  expect(clockOffsetMs(after([1_000, 1_040], [2_000, 2_005], [3_000, 3_900]))).toBe(-5)
})

test('frames sent again after an absence do not disturb it', () => {
  expect(clockOffsetMs(after([50_000, 50_010], [20_000, 51_000], [21_000, 51_000]))).toBe(-10)
})

test('a clock that was set back is believed after thirty frames', () => {
  let samples = after([100_000, 0])
  for (let n = 0; n < 30; n += 1) samples = addSample(samples, n * 1_000, n * 1_000 + 7)
  expect(clockOffsetMs(samples)).toBe(-7)
})
