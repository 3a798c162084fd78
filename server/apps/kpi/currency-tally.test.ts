import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCurrencyTally } from './currency-tally.ts'

const noted = (currencies: readonly string[], tally = createCurrencyTally()) => {
  for (const currency of currencies) tally.note(currency)
  tally.seal()
  return tally
}
const times = (n: number, currency: string): string[] => Array.from({ length: n }, () => currency)

test('the currency of most events is the main one, whatever came first', () => {
  expect(noted([]).main()).toBeUndefined()
  expect(noted(['JPY', 'USD', 'EUR', 'USD']).main()).toBe('USD')
})

test('two that are level do not take turns: another takes over with a tenth more', () => {
  const tally = noted(times(100, 'USD'))
  noted(times(110, 'EUR'), tally)
  expect(tally.main()).toBe('USD')
  noted(['EUR'], tally)
  expect(tally.main()).toBe('EUR')
  noted(times(20, 'USD'), tally)
  expect(tally.main()).toBe('EUR')
})

test('what is discarded is not counted', () => {
  const tally = createCurrencyTally()
  tally.note('EUR')
  tally.discard()
  expect(tally.seal()).toBe(false)
  expect(noted(['USD'], tally).memory()).toEqual({ main: 'USD', events: { USD: 1 } })
})

test('what is restored goes on as if it had never ended', () => {
  const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'CHF')
  fc.assert(
    fc.property(fc.array(fc.array(currency), { maxLength: 20 }), (commits) => {
      const whole = createCurrencyTally()
      let restarted = createCurrencyTally()
      for (const commit of commits) {
        noted(commit, whole)
        noted(commit, restarted)
        const { memory } = restarted
        restarted = createCurrencyTally()
        restarted.restore(memory())
        expect(restarted.memory()).toEqual(whole.memory())
        expect(restarted.sorted()).toEqual(whole.sorted())
      }
    }),
  )
})

test('currencies that a producer makes up fill no memory, and do not hide the one of most events', () => {
  const letters = Array.from({ length: 26 }, (_, n) => String.fromCharCode(65 + n))
  const madeUp = letters.flatMap((a) => letters.map((b) => `X${a}${b}`))
  const tally = createCurrencyTally()
  for (const currency of madeUp) noted([currency, 'USD', 'USD'], tally)
  expect(tally.main()).toBe('USD')
  expect(Object.keys(tally.memory().events)).toHaveLength(64)
})
