import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { micros, moneyText, parseMoney } from './money.ts'

const read = (value: string | number) => {
  const parsed = parseMoney(value)
  return parsed.ok ? parsed.micros : parsed.problem
}

describe('money', () => {
  test('written out and read again is the same amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (amount) => {
        expect(read(moneyText(micros(amount)))).toBe(amount)
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

  test.each(['1000000001', 1e10, Number.POSITIVE_INFINITY, Number.NaN])(
    '%j is too large for one event',
    (value) => {
      expect(read(value)).toMatch(/at most 1000000000 units/)
    },
  )
})
