import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  amountIn,
  besideText,
  exactMoney,
  exactMoneyOf,
  money,
  otherMoney,
} from './format-money.ts'
import { micros, moneyText } from './money.ts'

describe('money', () => {
  test.each([
    [61.2, 'USD', '$61.20'],
    [0, 'USD', '$0.00'],
    [9_999, 'USD', '$9,999.00'],
    [9_999.7, 'USD', '$10.0k'],
    [12_345.6, 'USD', '$12.3k'],
    [4_560_000, 'EUR', '€4.56M'],
    [12_345, 'CHF', 'CHF\u00a012.3k'],
    [-12_345, 'USD', '-$12.3k'],
    [-61.2, 'USD', '-$61.20'],
    [-0.0042, 'USD', '-$0.0042'],
    [-0, 'USD', '$0.00'],
    [-12_345, 'CHF', '-CHF\u00a012.3k'],
    [7e9, 'IDR', 'IDR\u00a07.00B'],
    [0.0042, 'USD', '$0.0042'],
    [1_200, 'JPY', '¥1,200'],
  ])('%d %s reads %s', (amount, currency, text) => expect(money(amount, currency)).toBe(text))

  test('nothing is no amount', () => expect(money(null)).toBe('–'))
})

test('the exact amount is the decimal string, digit by digit', () => {
  const amount = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n })
  fc.assert(
    fc.property(amount, (value) => {
      const text = moneyText(micros(value))
      const [whole, fraction = ''] = text.split('.')
      const shown = exactMoney(text, 'USD').replaceAll(/[$,]/g, '')
      const [shownWhole, shownFraction = ''] = shown.split('.')
      expect(shownWhole).toBe(whole)
      expect(shownFraction).toBe(fraction.padEnd(2, '0'))
    }),
  )
})

test('the main currency comes first, and the others are named', () => {
  const value = { value: 12.34, currency: 'USD', money: { EUR: '3', USD: '12.340001' } }
  expect(exactMoneyOf(value)).toBe('$12.340001, €3.00')
  expect(otherMoney(value)).toEqual(['€3.00'])
  expect(exactMoneyOf({ value: null })).toBe('–')
})

test('other currencies are named by name, without those of which nothing is left', () => {
  const money = { JPY: '1999', USD: '169.99', EUR: '100', CHF: '0' }
  const value = { value: 169.99, currency: 'USD', money }
  expect(otherMoney(value)).toEqual(['€100.00', '¥1,999'])
  expect(otherMoney(value, 12)).toEqual(['€1,200.00', '¥24.0k'])
  expect(besideText(otherMoney(value))).toBe('and €100.00, ¥1,999')
  expect(besideText(otherMoney(value), 1)).toBe('and €100.00 and 1 more')
  expect(besideText([])).toBeUndefined()
})

test('a hover is bounded, however many currencies there are', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const money = Object.fromEntries(letters.map((letter) => [`XX${letter}`, '1']))
  const text = exactMoneyOf({ value: 1, currency: 'USD', money: { ...money, USD: '1' } })
  expect(text).toMatch(/^\$1\.00, XXA.1\.00, .* 14 more$/)
})

test('an amount is taken in the currency asked for', () => {
  const value = { value: 12.34, currency: 'USD', money: { EUR: '3', USD: '12.34' } }
  expect(amountIn(value, 'EUR')).toBe(3)
  expect(amountIn(value, 'JPY')).toBe(0)
  expect(amountIn({ value: null }, 'USD')).toBeNull()
})
