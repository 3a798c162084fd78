import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { micros, moneyText, parseDecimal, parseMoney } from './money.ts'

const read = (value: string | number) => {
  const parsed = parseMoney(value)
  return parsed.ok ? parsed.micros : parsed.problem
}

const WHOLE_UNITS = fc
  .bigInt({ min: -500_000_000_000n, max: 500_000_000_000n })
  .map((units) => units * 1_000_000n)
const EXACT_MICROS = fc.bigInt({
  min: -BigInt(Number.MAX_SAFE_INTEGER),
  max: BigInt(Number.MAX_SAFE_INTEGER),
})

describe('money', () => {
  test('written out and read again is the same amount, and one that a number holds', () => {
    fc.assert(
      fc.property(fc.oneof(EXACT_MICROS, WHOLE_UNITS), (amount) => {
        expect(read(moneyText(micros(amount)))).toBe(amount)
        expect(BigInt(Number(amount))).toBe(amount)
      }),
    )
  })

  test.each([
    ['12.345678', 12_345_678n],
    ['-0.000001', -1n],
    [' 7 ', 7_000_000n],
    ['1.50000000', 1_500_000n],
    ['5.', 5_000_000n],
    [0.1, 100_000n],
    [0.1 + 0.2, 300_000n],
    [1e9, 10n ** 15n],
    [5e9, 5n * 10n ** 15n],
    ['-5000000000', -5n * 10n ** 15n],
    ['9007199254.740991', 9_007_199_254_740_991n],
    ['9007199255', 9_007_199_255_000_000n],
    [5e11, 5n * 10n ** 17n],
    [-0, 0n],
  ])('%j is %s micro-units', (value, amount) => {
    expect(read(value)).toBe(amount)
  })

  test.each(['', '.5', '1,5', '1e3', '0x10', '1.0000001', 'NaN', '--1', '1 2'])(
    '%j is not an amount',
    (value) => {
      expect(read(value)).toMatch(/decimal with at most 6/)
    },
  )

  test.each([
    '500000000001',
    '-500000000001',
    5e11 + 1,
    1e21,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ])('%j is too large for one event', (value) => {
    expect(read(value)).toMatch(/at most 500000000000 units/)
  })

  test.each(['9007199254.740992', '-9007199255.5', 9007199255.5])(
    '%j has decimals that a number does not hold',
    (value) => {
      expect(read(value)).toMatch(/in whole units above 9007199254/)
    },
  )

  test('of a sum is read however large it is', () => {
    expect(parseDecimal('-123456789012345678.000001')).toBe(-123_456_789_012_345_678_000_001n)
    expect(parseDecimal('1e3')).toBeUndefined()
  })
})
