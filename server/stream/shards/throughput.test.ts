import { expect, test } from 'vitest'
import { HOUR_MS, SECOND_MS } from '../../../lib/time.ts'
import { createThroughput } from './throughput.ts'

const T = 1_700_000_000_000

test('records are counted in the second in which they arrived', () => {
  const throughput = createThroughput(T)
  throughput.add(T, 10)
  throughput.add(T + 999, 20)
  throughput.add(T + SECOND_MS, 40)
  expect(throughput.between(T, T + SECOND_MS)).toEqual({ records: 2, bytes: 30 })
  expect(throughput.between(T, T + 2 * SECOND_MS)).toEqual({ records: 3, bytes: 70 })
})

test('after the clock of the arrivals was set back, they are counted all the same', () => {
  const throughput = createThroughput(T)
  for (let second = 0; second < 900; second++) throughput.add(T + second * SECOND_MS, 1)
  const back = T - 3 * HOUR_MS
  throughput.add(back, 5)
  expect(throughput.between(back, back + SECOND_MS)).toEqual({ records: 1, bytes: 5 })
})

test('a rate is over the time since the first record, or since counting began, and is none of less than a second', () => {
  const throughput = createThroughput(T + 3 * SECOND_MS)
  expect(throughput.rate(T, T + 3 * SECOND_MS)).toBeNull()
  for (let n = 0; n < 40; n++) throughput.add(T + 6 * SECOND_MS + n * 100, 10)
  // Counted from 3 s on: 4 s of 10 records a second, after 3 s of none.
  expect(throughput.rate(T, T + 10 * SECOND_MS)?.records).toBeCloseTo(40 / 7)
  throughput.add(T + 2 * SECOND_MS, 10)
  expect(throughput.rate(T, T + 10 * SECOND_MS)).toEqual({ records: 41 / 8, bytes: 410 / 8 })
  expect(throughput.rate(T + 6 * SECOND_MS, T + 10 * SECOND_MS)?.records).toBe(10)
})
