import { expect, test } from 'vitest'
import { correctionRuns, runWords } from './correction-runs.ts'

const NOW = 1_000_000

test('steps near to one another have one mark, others one each', () => {
  const steps = [
    { t: 0, late: 1, at: 70_000 },
    { t: 5_000, late: 2, at: 90_000 },
    { t: 10_000, late: 3, at: 80_000 },
    { t: 60_000, late: 4, at: 200_000 },
  ]
  expect(correctionRuns(steps, 5_000)).toEqual([
    { first: 0, last: 10_000, steps: 3, late: 6, at: 90_000 },
    { first: 60_000, last: 60_000, steps: 1, late: 4, at: 200_000 },
  ])
  expect(correctionRuns(steps, 4_999)).toHaveLength(4)
  expect(correctionRuns([], 5_000)).toEqual([])
})

test('a mark says how much came, and when the last of it', () => {
  const run = { first: 0, last: 0, steps: 1, late: 1, at: NOW - 180_000 }
  expect(runWords(run, NOW)).toBe('Corrected after it was over: 1 late event, 3 min ago')
  expect(runWords({ ...run, steps: 5, late: 1_234 }, NOW)).toBe(
    '5 steps corrected after they were over: 1,234 late events, the last 3 min ago',
  )
})
