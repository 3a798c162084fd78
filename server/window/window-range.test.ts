import { expect, test } from 'vitest'
import { rangeBefore, windowRange } from './window-range.ts'

const fiveMinutes = { spanMs: 300_000, slideMs: 1_000 }

test('a window ends with the slide step that is still open', () => {
  expect(windowRange(fiveMinutes, 1_000_999)).toEqual({ from: 701_000, to: 1_001_000 })
  expect(windowRange(fiveMinutes, 1_001_000)).toEqual({ from: 702_000, to: 1_002_000 })
  expect(rangeBefore({ from: 701_000, to: 1_001_000 })).toEqual({ from: 401_000, to: 701_000 })
})
