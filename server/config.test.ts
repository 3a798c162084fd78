import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../lib/time.ts'
import { readConfig } from './config.ts'
import { DEFAULT_KEEP } from './window/retention.ts'

describe('how long figures are kept', () => {
  test('is an hour, a week and 400 days, or what the environment says', () => {
    expect(readConfig({}).keep).toEqual(DEFAULT_KEEP)
    expect(
      readConfig({ KEEP_SECONDS: '6h', KEEP_MINUTES: '30d', KEEP_HOURS: '800d' }).keep,
    ).toEqual({
      seconds: 6 * HOUR_MS,
      minutes: 30 * DAY_MS,
      hours: 800 * DAY_MS,
    })
  })

  test.each([
    [
      { KEEP_SECONDS: '1 hour' },
      /^KEEP_SECONDS must be a whole number and s, m, h or d, such as 7d$/,
    ],
    [{ KEEP_SECONDS: '30m' }, /^KEEP_SECONDS must be at least 1h$/],
    [{ KEEP_MINUTES: '1d' }, /^KEEP_MINUTES must be at least 2d, four times KEEP_SECONDS$/],
    [{ KEEP_SECONDS: '2d' }, /^KEEP_MINUTES must be at least 8d, four times KEEP_SECONDS$/],
    [{ KEEP_HOURS: '7d' }, /^KEEP_HOURS must be at least 169h, longer than KEEP_MINUTES$/],
    [{ KEEP_HOURS: '9999d' }, /^KEEP_HOURS must be at most 3650d$/],
  ])('%j is refused, and what would do is named', (env, message) => {
    expect(() => readConfig(env)).toThrow(message)
  })
})

test('the main currency is named in any case, or left to the events', () => {
  expect(readConfig({}).mainCurrency).toBeUndefined()
  expect(readConfig({ MAIN_CURRENCY: '' }).mainCurrency).toBeUndefined()
  expect(readConfig({ MAIN_CURRENCY: ' eur ' }).mainCurrency).toBe('EUR')
})

test.each(['€', 'EURO', 'E1R', 'dollar'])('%s is no main currency', (MAIN_CURRENCY) => {
  expect(() => readConfig({ MAIN_CURRENCY })).toThrow(
    /^MAIN_CURRENCY must be a currency of three letters \(ISO 4217\), such as USD$/,
  )
})

test('a file of KPIs that was named must be there', () => {
  expect(() => readConfig({ KPI_FILE: 'no-such-file.json' })).toThrow(
    /no-such-file\.json cannot be read \(ENOENT\): put it there, or unset KPI_FILE/,
  )
})
