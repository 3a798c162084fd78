import { expect, test } from 'vitest'
import { coveredMs, rangeBefore, windowRange } from './window-range.ts'

const fiveMinutes = { spanMs: 300_000, slideMs: 1_000 }

test('a window ends with the slide step that is still open', () => {
  expect(windowRange(fiveMinutes, 1_000_999)).toEqual({ from: 701_000, to: 1_001_000 })
  expect(windowRange(fiveMinutes, 1_001_000)).toEqual({ from: 702_000, to: 1_002_000 })
  expect(rangeBefore({ from: 701_000, to: 1_001_000 })).toEqual({ from: 401_000, to: 701_000 })
})

test('of a young stream only the time since its first event is covered', () => {
  const range = { from: 700_000, to: 1_000_000 }
  expect(coveredMs(range, 0)).toBe(300_000)
  expect(coveredMs(range, 980_000)).toBe(20_000)
  expect(coveredMs(range, 999_900)).toBe(1_000)
  expect(coveredMs(range, Number.POSITIVE_INFINITY)).toBe(300_000)
})
