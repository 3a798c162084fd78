import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LATEST_MS, MINUTE_MS, parseQueryTime, parseTime, timeProblem } from './time.ts'

describe('an RFC 3339 time', () => {
  test('of any instant reads as that instant', () => {
    const instant = fc.date({ min: new Date(0), max: new Date(LATEST_MS), noInvalidDate: true })
    fc.assert(
      fc.property(instant, (date) => {
        expect(parseTime(date.toISOString())).toBe(date.getTime())
      }),
    )
  })

  test.each([
    ['2026-01-31T09:00:00+01:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 09:00:00.1239z', '2026-01-31T09:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2026-01-31T09:00:00+0000', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00.5-0330', '2026-01-31T12:30:00.500Z'],
    ['2026-01-31 09:00:00.123+00', '2026-01-31T09:00:00.123Z'],
    ['2026-01-31T09:00:00-09', '2026-01-31T18:00:00.000Z'],
    ['2026-01-31T09:00:00+05:45', '2026-01-31T03:15:00.000Z'],
    ['2026-01-31T09:00:00-00:00', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T19:00:00+18:00', '2026-01-31T01:00:00.000Z'],
    ['2026-01-01T00:00:00-1800', '2026-01-01T18:00:00.000Z'],
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
    '2026-01-31T09:00:00+99:99',
    '2026-01-31T09:00:00+24:00',
    '2026-01-31T09:00:00-18:01',
    '2026-01-31T09:00:00+1801',
    '2026-01-31T09:00:00+19',
    '2026-01-31T09:00:00+01:60',
    '2026-01-31T09:00:00+0160',
    '2026-01-31T09:00:00+1',
    '2026-01-31T09:00:00+100',
    '2026-01-31T09:00:00+01:0',
    '2026-01-31T09:00:00+01:',
    '2026-01-31T09:00:00+',
    'yesterday',
    '',
  ])('%j is none', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })

  test('is read as the grammar in RFC 3339 says, also when it is mangled', () => {
    const part = (max: number) => fc.nat({ max }).map((n) => String(n).padStart(2, '0'))
    const text = fc
      .tuple(
        fc.constantFrom(
          '0000',
          '0099',
          '1900',
          '1970',
          '2000',
          '2023',
          '2024',
          '2100',
          '2199',
          '2286',
          '2287',
        ),
        ...[part(13), part(32), part(25), part(61), part(61)],
        fc.constantFrom('T', 't', ' ', '_'),
        fc.oneof(fc.constantFrom('', '.'), fc.stringMatching(/^\.\d{1,20}$/)),
        fc.oneof(
          fc.constantFrom('Z', 'z', '', 'ZZ'),
          fc.stringMatching(/^[+-]([01]\d(:?[0-6]\d)?|\d\d:\d\d|\d{1,5})$/),
        ),
      )
      .map(([y, mo, d, h, mi, s, t, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`)
    const mangled = fc
      .tuple(text, fc.nat({ max: 30 }), fc.constantFrom('', '0', '-', ':', '.', 'x', '\n', '٣'))
      .map(([whole, at, odd]) => `${whole.slice(0, at)}${odd}${whole.slice(at + 1)}`)
    fc.assert(
      fc.property(fc.oneof(text, mangled), (value) => {
        expect(parseTime(value)).toBe(timeByGrammar(value))
      }),
      { numRuns: 5_000 },
    )
  })

  test('has every fraction of three digits to the millisecond', () => {
    for (let ms = 0; ms < 1_000; ms++) {
      const value = `2026-01-31T09:00:00.${String(ms).padStart(3, '0')}Z`
      expect(parseTime(value)).toBe(timeByGrammar(value))
      expect(parseTime(value)).toBe(Date.parse(value))
    }
  })
})

describe('an epoch time', () => {
  const instant = fc.integer({ min: 1_000_000_000_000, max: LATEST_MS })

  test('of any instant from September 2001 to November 2286 reads as that instant in every unit, as number and as text', () => {
    fc.assert(
      fc.property(instant, fc.nat(999_999), (ms, nanos) => {
        const seconds = Math.floor(ms / 1_000)
        const fraction = String(ms % 1_000).padStart(3, '0')
        const micros = `${ms}${String(nanos).slice(0, 3).padStart(3, '0')}`
        expect(parseTime(ms)).toBe(ms)
        expect(parseTime(seconds)).toBe(seconds * 1_000)
        for (const text of [`${ms}`, `${ms}.75`]) expect(parseTime(text)).toBe(ms)
        // From 2242 on a float is off by more than half a microsecond.
        if (seconds < 2 ** 33) {
          expect(parseTime(Number(`${seconds}.${fraction}`))).toBe(ms)
          expect(parseTime(`${seconds}.${fraction}`)).toBe(ms)
        }
        // A float holds no nanoseconds: the middle of a millisecond is far enough from either end.
        expect(parseTime(`${ms}500000`)).toBe(ms)
        expect(parseTime(Number(`${ms}500000`))).toBe(ms)
        if (Number(micros) <= Number.MAX_SAFE_INTEGER) {
          expect(parseTime(micros)).toBe(ms)
          expect(parseTime(Number(micros))).toBe(ms)
        }
      }),
    )
  })

  test.each([
    [1e9, '2001-09-09T01:46:40.000Z'],
    [9_999_999_999, '2286-11-20T17:46:39.000Z'],
    [1_796_000_000, '2026-11-30T00:53:20.000Z'],
    ['1796000000', '2026-11-30T00:53:20.000Z'],
    [1_796_000_000.123, '2026-11-30T00:53:20.123Z'],
    ['1796000000.1239', '2026-11-30T00:53:20.123Z'],
    [1e12, '2001-09-09T01:46:40.000Z'],
    [1_796_000_000_123.9, '2026-11-30T00:53:20.123Z'],
    [1e15, '2001-09-09T01:46:40.000Z'],
    [1_796_000_000_123_999, '2026-11-30T00:53:20.123Z'],
    [1e18, '2001-09-09T01:46:40.000Z'],
    ['1796000000123456789', '2026-11-30T00:53:20.123Z'],
    [9.999999e18, '2286-11-20T17:30:00.000Z'],
  ])('%s is %s', (value, utc) => {
    expect(parseTime(value)).toBe(Date.parse(utc))
  })

  test.each([
    ...[-1, 0, 1, 999_999_999, 1e10, 999_999_999_999, 1e13, 1e15 - 1, 1e16, 1e18 - 1e3, 1e19],
    ...[-1_796_000_000, Number.NaN, Number.POSITIVE_INFINITY],
    ...['0', '179600000', '17960000000', '0179600000', '+1796000000', '-1796000000', '1796000000.'],
    ...['1.796e9', ' 1796000000', '1796000000s', '17960000001234567890', '0x6b0c5d00'],
  ])('%s is none', (value) => {
    expect(parseTime(value)).toBeUndefined()
  })

  test.each([
    [123_456_789_012, /seconds \(10 digits\), .*; in milliseconds this is of 1973-11-29/],
    ['915148800', /in seconds this is of 1999-01-01, and times before.* written in RFC 3339$/],
    [17_960_000_000_123, /in microseconds this is of 1970-07-27/],
    [-5, /nanoseconds \(19\), or RFC 3339$/],
    [1e20, /nanoseconds \(19\), or RFC 3339$/],
    ['2026-01-31 09:00:00', /^must be RFC 3339 with an offset: add Z where it is UTC/],
    ['2026-01-31T09:00:00+24:00', /18 hours at most/],
    [true, /^must be RFC 3339 with an offset \(Z, .*or an epoch time/],
  ])('%s is refused with what it was taken for and what to write instead', (value, problem) => {
    expect(timeProblem(value)).toMatch(problem)
  })
})

test('a space in a query is the + of an offset', () => {
  const at = Date.parse('2026-01-31T08:00:00Z')
  for (const zone of ['+01:00', '+0100', '+01']) {
    expect(parseQueryTime(`2026-01-31T09:00:00${zone}`)).toBe(at)
    expect(parseQueryTime(`2026-01-31T09:00:00${zone.replace('+', ' ')}`)).toBe(at)
  }
  expect(parseQueryTime('2026-01-31 09:00:00')).toBeUndefined()
})

/** The oracle: by a regular expression, one part after the other. */
function timeByGrammar(text: string): number | undefined {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/.exec(
      text,
    )
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number)
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  if (month < 1 || month > 12 || day < 1 || day > lastDay) return undefined
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const [, , , , , , , fraction = '0', sign, hours = 0, minutes = 0] = match
  if (Number(minutes) > 59 || Number(hours) * 60 + Number(minutes) > 18 * 60) return undefined
  const ms = second === 60 ? 999 : Math.floor(Number(fraction) * 1_000)
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59)) + ms
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === '-' ? -1 : 1)
  const time = utcMs - offsetMs
  return time >= 0 && time < Date.UTC(2286, 10, 20, 17, 46, 40) ? time : undefined
}
