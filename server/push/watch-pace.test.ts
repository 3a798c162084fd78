import { expect, it } from 'vitest'
import { fullPace, type Pace, takeToken } from './watch-pace.ts'

function takeAll(pace: Pace, nowMs: number): { pace: Pace; taken: number } {
  let taken = 0
  let left = pace
  for (let next = takeToken(left, nowMs); next !== undefined; next = takeToken(left, nowMs)) {
    left = next
    taken++
  }
  return { pace: left, taken }
}

it('a burst is served at once, then four a second', () => {
  const burst = takeAll(fullPace(0), 0)
  expect(burst.taken).toBe(10)
  const second = takeAll(burst.pace, 1_000)
  expect(second.taken).toBe(4)
  expect(takeAll(second.pace, 1_100).taken).toBe(0)
})

it('waiting long does not save up more than a burst', () => {
  expect(takeAll(takeAll(fullPace(0), 0).pace, 3_600_000).taken).toBe(10)
})
