import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTime } from './time.ts'

describe('an RFC 3339 time', () => {
  test('of any instant reads as that instant', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(instant, (date) => {
        expect(parseTime(date.toISOString())).toBe(date.getTime())
        expect(parseTime(date.getTime())).toBe(date.getTime())
      }),
    )
  })

  test.each([
    ['2026-01-31T09:00:00+01:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 09:00:00.1239z', '2026-01-31T09:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2026-01-01T00:00:00-23:59', '2026-01-01T23:59:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(parseTime(text)).toBe(Date.parse(utc))
  })

  test.each([
    '2026-01-31T09:00:00',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '1969-12-31T23:59:59Z',
    'yesterday',
    '',
  ])('%j is none', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })

  test.each([-1, Number.NaN, 1e18, Number.POSITIVE_INFINITY])('%d ms is none', (ms) => {
    expect(parseTime(ms)).toBeUndefined()
  })
})
