import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asSentence,
  byteRate,
  bytes,
  count,
  counted,
  decimal,
  exact,
  percent,
  points,
  rate,
} from './format.ts'

describe('count', () => {
  test.each([
    [0, '0'],
    [7, '7'],
    [1_204, '1,204'],
    [9_999, '9,999'],
    [9_999.6, '10.0k'],
    [10_000, '10.0k'],
    [12_345, '12.3k'],
    [99_949, '99.9k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_960, '1.00M'],
    [4_560_000, '4.56M'],
    [999_600_000, '1.00B'],
    [1_000_000_000, '1.00B'],
    [2.5e12, '2.50T'],
    [-1_204, '−1,204'],
    [-0.2, '0'],
  ])('%d reads %s', (value, text) => expect(count(value)).toBe(text))

  test.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])('%s is no value', (value) => {
    expect(count(value)).toBe('–')
  })

  test('the short form has at most five characters and is within half a percent', () => {
    const value = fc.double({ min: 10_000, max: 9e16, noNaN: true })
    const scale = { k: 1e3, M: 1e6, B: 1e9, T: 1e12, P: 1e15 } as const
    fc.assert(
      fc.property(value, (size) => {
        const text = count(size)
        const shown = Number(text.slice(0, -1)) * scale[text.slice(-1) as keyof typeof scale]
        expect(text.length).toBeLessThanOrEqual(5)
        expect(Math.abs(shown - size) / size).toBeLessThan(0.0051)
      }),
    )
  })
})

describe('decimal', () => {
  test.each([
    [0, '0'],
    [0.0001, '<0.001'],
    [0.0421, '0.042'],
    [0.0996, '0.10'],
    [1.524, '1.52'],
    [9.996, '10.0'],
    [152.34, '152.3'],
    [999.96, '1,000'],
    [1_204.4, '1,204'],
    [12_345, '12.3k'],
  ])('%d reads %s', (value, text) => expect(decimal(value)).toBe(text))
})

test('the exact figure keeps every digit that counts', () => {
  expect(exact(1_234_567.891)).toBe('1,234,567.891')
  expect(exact(null)).toBe('–')
})

describe('percent', () => {
  test.each([
    [0, '0 %'],
    [0.00002, '<0.01 %'],
    [0.0241, '2.41 %'],
    [0.0038, '0.38 %'],
    [0.0999, '9.99 %'],
    [0.912, '91.2 %'],
    [0.99999, '99.99 %'],
    [1, '100 %'],
    [1.25, '125.0 %'],
    [null, '– %'],
  ])('%d reads %s', (part, text) => expect(percent(part)).toBe(part === null ? '–' : text))
})

test('a difference of percentages is in points', () => {
  expect(points(0.2)).toBe('0.2 pt')
  expect(points(0.04)).toBe('0.04 pt')
})

describe('bytes', () => {
  test.each([
    [0, '0 B'],
    [512, '512 B'],
    [12_600, '12.3 kB'],
    [1_048_576, '1.00 MB'],
    [1_023 * 1_024, '1.00 MB'],
    [5 * 1024 ** 4, '5.00 TB'],
  ])('%d reads %s', (value, text) => expect(bytes(value)).toBe(text))
})

test('a rate has its unit, unless there is none', () => {
  expect(rate(152.34)).toBe('152.3/s')
  expect(byteRate(12_600)).toBe('12.3 kB/s')
  expect(rate(null)).toBe('–')
})

test('one is not many', () => {
  expect(counted(1, 'shard')).toBe('1 shard')
  expect(counted(4, 'shard')).toBe('4 shards')
  expect(counted(2, 'match', 'matches')).toBe('2 matches')
})

test('a problem that ends without a full stop has one where a sentence follows', () => {
  expect(asSentence('nothing listens at x')).toBe('nothing listens at x.')
  expect(asSentence('Access is denied.')).toBe('Access is denied.')
  expect(asSentence('and so on…')).toBe('and so on…')
})
