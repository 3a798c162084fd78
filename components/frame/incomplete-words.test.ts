import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { incompleteWords } from './incomplete-words.ts'

const NOON = Date.UTC(2026, 9, 5, 12)
const words = (window: number[][], steps: number[][] = [], now = NOON) => {
  const ranges = (list: number[][]) => list.map(([from = 0, to = 0]) => ({ from, to }))
  return incompleteWords({ window: ranges(window), steps: ranges(steps) }, now, { timeZone: 'UTC' })
}
const minute = [NOON - 2 * MINUTE_MS, NOON - MINUTE_MS]

test('says of when something is missing, and in what', () => {
  expect(words([minute], [minute])).toBe(
    'Some of what was stored of 11:58 – 11:59 is damaged: the figures and the chart lack it for good.',
  )
  expect(words([minute])).toContain(': the figures lack it for good.')
  expect(words([], [minute])).toContain(': the chart lacks it for good.')
})

test('counts further stretches, and names the day where it is another one', () => {
  expect(words([minute, [NOON, NOON + 1_000]])).toContain('11:58 – 11:59 and of 1 more is damaged')
  expect(words([[NOON - 3 * DAY_MS, NOON - 3 * DAY_MS + HOUR_MS]])).toContain(
    'of Fri 2 Oct, 12:00 – 13:00 is damaged',
  )
})
