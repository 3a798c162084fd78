import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rateUnit } from './rate-unit.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts'

test('a rate is counted by the shortest time in which there is one, or a tenth of one a second', () => {
  expect(rateUnit(152.3 * 60, MINUTE_MS).text).toBe('/s')
  expect(rateUnit(30, 5 * MINUTE_MS).text).toBe('/s')
  expect(rateUnit(29, 5 * MINUTE_MS).text).toBe('/min')
  expect(rateUnit(1, HOUR_MS).text).toBe('/h')
  expect(rateUnit(2, 30 * DAY_MS).text).toBe('/d')
})

test('nothing, or no value, is counted per second', () => {
  expect(rateUnit(0, DAY_MS).text).toBe('/s')
  expect(rateUnit(null, DAY_MS).text).toBe('/s')
})

test('what is shown is never tiny, as far as a day reaches, nor large beside a shorter unit', () => {
  const spans = fc.constantFrom(MINUTE_MS, HOUR_MS, 7 * DAY_MS)
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), spans, (value, spanMs) => {
      const unit = rateUnit(value, spanMs)
      const shown = (value * unit.ms) / spanMs
      expect(shown >= 0.1 || unit.ms === DAY_MS).toBe(true)
      if (unit.text !== '/s') expect(shown).toBeLessThan(60.01)
    }),
  )
})
