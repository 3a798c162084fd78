import { describe, expect, test } from 'vitest'
import type { StreamEvent } from './event.ts'
import { type Condition, filterName, matchesFilter, meets } from './event-filter.ts'
import { epochMs } from './time.ts'

const event: StreamEvent = {
  id: '1',
  type: 'request',
  time: epochMs(0),
  currency: 'EUR',
  device: 'mobile',
  status: 404,
  props: { plan: 'pro', seats: 3, trial: false, nested: {} },
}

describe('a condition', () => {
  test.each<[Condition, boolean]>([
    [{ field: 'device', is: ['tablet', 'mobile'] }, true],
    [{ field: 'device', is: ['tablet'] }, false],
    [{ field: 'device', not: ['tablet'] }, true],
    [{ field: 'device', not: ['mobile'] }, false],
    [{ field: 'country', is: ['DE'] }, false],
    [{ field: 'country', not: ['DE'] }, true],
    [{ field: 'currency', is: ['EUR'] }, true],
    [{ field: 'status', atLeast: 404 }, true],
    [{ field: 'status', atLeast: 405 }, false],
    [{ field: 'status', below: 404 }, false],
    [{ field: 'duration_ms', below: 10 }, false],
    [{ field: 'duration_ms', atLeast: 0 }, false],
    [{ field: 'props.plan', is: ['pro'] }, true],
    [{ field: 'props.seats', is: ['3'] }, true],
    [{ field: 'props.trial', is: ['false'] }, true],
    [{ field: 'props.nested', is: ['[object Object]'] }, false],
    [{ field: 'props.none', is: ['x'] }, false],
  ])('%j: %s', (condition, is) => {
    expect(meets(event, condition)).toBe(is)
  })
})

test('a filter is met by events of its type that meet all of its conditions', () => {
  expect(matchesFilter(event, {})).toBe(true)
  expect(matchesFilter(event, { type: 'request' })).toBe(true)
  expect(matchesFilter(event, { type: 'page_view' })).toBe(false)
  const where: Condition[] = [
    { field: 'status', atLeast: 400 },
    { field: 'status', below: 500 },
  ]
  expect(matchesFilter(event, { type: 'request', where })).toBe(true)
  expect(matchesFilter(event, { where: [...where, { field: 'device', is: ['tv'] }] })).toBe(false)
})

test('equal filters have equal names, others have others', () => {
  const [a, b]: Condition[] = [
    { field: 'status', atLeast: 500 },
    { field: 'device', is: ['b', 'a'] },
  ]
  expect(filterName({ type: 'request', where: [a!, b!] })).toBe('request device=a|b status>=500')
  expect(filterName({ type: 'request', where: [b!, a!] })).toBe('request device=a|b status>=500')
  expect(filterName({})).toBe('events')
  const one = filterName({ where: [{ field: 'page', is: ['a|b'] }] })
  expect(one).not.toBe(filterName({ where: [{ field: 'page', is: ['a', 'b'] }] }))
})
