import { expect, test } from 'vitest'
import { HOUR_MS, SECOND_MS } from '../../../lib/time.ts'
import { createThroughput } from './throughput.ts'

const T = 1_700_000_000_000

test('records are counted in the second in which they arrived', () => {
  const throughput = createThroughput()
  throughput.add(T, 10)
  throughput.add(T + 999, 20)
  throughput.add(T + SECOND_MS, 40)
  expect(throughput.between(T, T + SECOND_MS)).toEqual({ records: 2, bytes: 30 })
  expect(throughput.between(T, T + 2 * SECOND_MS)).toEqual({ records: 3, bytes: 70 })
})

test('after the clock of the arrivals was set back, they are counted all the same', () => {
  const throughput = createThroughput()
  for (let second = 0; second < 900; second++) throughput.add(T + second * SECOND_MS, 1)
  const back = T - 3 * HOUR_MS
  throughput.add(back, 5)
  expect(throughput.between(back, back + SECOND_MS)).toEqual({ records: 1, bytes: 5 })
})
