import { describe, expect, test } from 'vitest'
import { age, clock, clockShort, date, duration, exactTime, millis, moment } from './format-time.ts'

const UTC = { timeZone: 'UTC' }
const T = Date.UTC(2026, 1, 3, 10, 42, 5, 123)

describe('age', () => {
  test.each([
    [-50, '0.0 s'],
    [420, '0.4 s'],
    [9_949, '9.9 s'],
    [9_951, '10 s'],
    [14_200, '14 s'],
    [59_499, '59 s'],
    [59_600, '1 min'],
    [200_000, '3 min'],
    [2 * 3_600_000 + 5, '2 h'],
    [5 * 86_400_000, '5 d'],
    [null, '–'],
  ])('%d ms are %s', (ms, text) => expect(age(ms)).toBe(text))
})

describe('duration', () => {
  test.each([
    [900, '0 s'],
    [14_900, '14 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [2 * 3_600_000 + 300_000, '2 h 5 min'],
    [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
  ])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text))
})

describe('millis', () => {
  test.each([
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [9.96, '10 ms'],
    [241.4, '241 ms'],
    [999.6, '1.00 s'],
    [12_440, '12.4 s'],
    [59_960, '59 s'],
    [200_000, '3 min 20 s'],
    [null, '–'],
  ])('%d reads %s', (ms, text) => expect(millis(ms)).toBe(text))
})

test('the clock has 24 hours', () => {
  expect(clock(T, UTC)).toBe('10:42:05')
  expect(clockShort(Date.UTC(2026, 1, 3, 0, 5), UTC)).toBe('00:05')
})

test('a moment of another day carries its day', () => {
  expect(moment(T, T + 1_000, UTC)).toBe('10:42:05')
  expect(moment(T, T + 86_400_000, UTC)).toBe('3 Feb, 10:42:05')
  expect(moment(T, T + 400 * 86_400_000, UTC)).toBe('3 Feb 2026, 10:42:05')
  expect(moment(0, T, UTC)).toBe('1 Jan 1970, 00:00:00')
})

test('a date carries its year', () => expect(date(T, UTC)).toBe('3 Feb 2026'))

test('the exact time is RFC 3339', () => expect(exactTime(T)).toBe('2026-02-03T10:42:05.123Z'))
