import { expect, test } from 'vitest'
import { dataAge } from './data-age.ts'

const NOW = 1_000_000
const status = (agoMs: number | null, behindMs = 0, eventsPerSecond = 0) => ({
  newestArrivalAt: agoMs === null ? null : NOW - agoMs,
  behindMs,
  eventsPerSecond,
})

test('fresh data is green, with its age', () => {
  expect(dataAge(status(400), NOW, false)).toEqual({ ms: 400, tone: 'green' })
})
test('where nothing arrives it turns grey, not red', () => {
  expect(dataAge(status(14_000), NOW, false)).toEqual({ ms: 14_000, tone: 'grey' })
})
test('before the first record there is no age', () => {
  expect(dataAge(status(null), NOW, false)).toEqual({ ms: null, tone: 'grey' })
  expect(dataAge(undefined, NOW, false)).toEqual({ ms: null, tone: 'grey' })
})
test('red is for a lost connection, and the age goes on', () => {
  expect(dataAge(status(14_000), NOW, true)).toEqual({ ms: 14_000, tone: 'red' })
})
test('a backlog that is being read flows, however old it is', () => {
  expect(dataAge(status(90_000, 90_000, 2_000), NOW, false).tone).toBe('green')
})
test('what arrives by a clock ahead of the server has age 0', () => {
  expect(dataAge(status(-300), NOW, false).ms).toBe(0)
})
