import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WINDOWS, type WindowId } from '../../lib/windows.ts'
import {
  axisTimes,
  isDayTick,
  needsSeconds,
  timeTicks,
  valueTicks,
  withoutNoughts,
} from './ticks.ts'

const utc = () => 0
const HOUR = 3_600_000

/** The clocks of a zone, as the platform knows them. */
function clocksOf(timeZone: string) {
  const format = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone, dateStyle: 'short', timeStyle: 'medium' },
  })
  const wall = (t: number) => format.format(t)
  return { wall, offsetAt: (t: number) => Date.parse(`${wall(t).replace(' ', 'T')}Z`) - t }
}

test.each([
  ['Europe/Berlin', Date.UTC(2026, 2, 25)],
  ['Europe/Berlin', Date.UTC(2026, 9, 21)],
  ['America/New_York', Date.UTC(2026, 2, 4)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 1)],
  ['Asia/Kolkata', Date.UTC(2026, 3, 1)],
])('days begin at local midnights in %s, also where the clocks jump', (zone, from) => {
  const { wall, offsetAt } = clocksOf(zone)
  for (const [days, most] of [
    [7, 8],
    [30, 10],
    [90, 12],
  ] as const) {
    const span = days * 24 * HOUR
    const ticks = timeTicks(from, from + span, most, offsetAt)
    expect(ticks.length).toBeGreaterThan(3)
    expect(ticks.length).toBeLessThanOrEqual(most + 1)
    for (const t of ticks) {
      expect(wall(t)).toMatch(/ 00:00:00$/)
      expect(isDayTick(t, span, offsetAt)).toBe(true)
    }
  }
})

test('where a day begins at one o’clock, its tick is there', () => {
  const { wall, offsetAt } = clocksOf('Africa/Cairo')
  const from = Date.UTC(2026, 3, 22)
  const ticks = timeTicks(from, from + 6 * 24 * HOUR, 8, offsetAt).map(wall)
  expect(ticks).toContain('2026-04-24 01:00:00')
  expect(ticks).toContain('2026-04-25 00:00:00')
})

test('hours stay round across a jump of the clocks, and none is there twice', () => {
  const { wall, offsetAt } = clocksOf('Europe/Berlin')
  for (const from of [Date.UTC(2026, 2, 28, 20), Date.UTC(2026, 9, 24, 20)]) {
    const ticks = timeTicks(from, from + 8 * HOUR, 10, offsetAt)
    expect(ticks.every((t) => wall(t).endsWith(':00:00'))).toBe(true)
    expect(new Set(ticks).size).toBe(ticks.length)
    expect([...ticks].sort((a, b) => a - b)).toEqual(ticks)
  }
})

test('values have three to five ticks from 0 to at least the largest value', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (max) => {
      const ticks = valueTicks(max)
      expect(ticks.length).toBeGreaterThanOrEqual(3)
      expect(ticks.length).toBeLessThanOrEqual(5)
      expect(ticks[0]).toBe(0)
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-8))
      expect(ticks.at(-2)).toBeLessThan(max)
    }),
  )
})

test('values on both sides of 0 have three to five ticks, 0 among them', () => {
  const below = fc.double({ min: -1e15, max: -1e-9, noNaN: true })
  const above = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e15, noNaN: true }))
  fc.assert(
    fc.property(above, below, (max, min) => {
      const ticks = valueTicks(max, min)
      const slack = (max - min) * 1e-8
      expect(ticks.length).toBeGreaterThanOrEqual(3)
      expect(ticks.length).toBeLessThanOrEqual(5)
      expect(ticks).toContain(0)
      expect(ticks[0]).toBeLessThanOrEqual(min + slack)
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max - slack)
    }),
  )
})

test('ticks are round', () => {
  expect(valueTicks(152, -20)).toEqual([-100, 0, 100, 200])
  expect(valueTicks(0, -3)).toEqual([-3, -2, -1, 0])
  expect(valueTicks(152)).toEqual([0, 50, 100, 150, 200])
  expect(valueTicks(0.0241)).toEqual([0, 0.01, 0.02, 0.03])
  expect(valueTicks(100)).toEqual([0, 25, 50, 75, 100])
})

test('an axis without values still has two ends', () => {
  expect(valueTicks(0)).toEqual([0, 1])
  expect(valueTicks(Number.NaN)).toEqual([0, 1])
})

test('times lie on round local minutes', () => {
  const from = Date.UTC(2026, 0, 1, 10, 2, 17)
  const to = from + 300_000
  const ticks = timeTicks(from, to, 8, utc)
  expect(ticks.map((t) => new Date(t).toISOString().slice(11, 19))).toEqual([
    '10:03:00',
    '10:04:00',
    '10:05:00',
    '10:06:00',
    '10:07:00',
  ])
})

test('hours are round in a zone that is half an hour off', () => {
  const offset = 5.5 * 3_600_000
  const from = Date.UTC(2026, 0, 1)
  for (const t of timeTicks(from, from + 86_400_000, 8, () => offset)) {
    expect((t + offset) % (3 * 3_600_000)).toBe(0)
  }
})

test('a tick keeps its place while the axis moves on', () => {
  const from = Date.UTC(2026, 0, 1)
  const before = timeTicks(from, from + 300_000, 6, utc)
  const after = timeTicks(from + 2_000, from + 302_000, 6, utc)
  for (const t of after.slice(0, -1)) expect(before).toContain(t)
})

test.each<[WindowId, number]>([
  ['1h', HOUR / 4],
  ['24h', 6 * HOUR],
  ['7d', 48 * HOUR],
])('a phone has room for three times or four of %s at any moment', (id, apart) => {
  const { spanMs } = WINDOWS[id].chart
  const start = Date.UTC(2026, 0, 1)
  for (let from = start; from < start + apart; from += apart / 60) {
    const times = axisTimes({ from, to: from + spanMs, width: 270 }, utc)
    expect(times.length).toBeGreaterThanOrEqual(3)
    expect(times.length).toBeLessThanOrEqual(4)
    for (const [at, t] of times.entries()) if (at > 0) expect(t - (times[at - 1] ?? 0)).toBe(apart)
  }
})

test('however wide an axis is, its times do not come nearer than they may', () => {
  fc.assert(
    fc.property(fc.integer({ min: 120, max: 2_000 }), fc.nat(90 * 24 * 60), (width, minutes) => {
      const from = Date.UTC(2026, 0, 1, 10, 2, 17)
      const spanMs = (minutes + 1) * 60_000
      const times = axisTimes({ from, to: from + spanMs, width }, utc)
      const px = (t: number) => ((t - from) / spanMs) * width
      for (const [at, t] of times.entries()) {
        if (at > 0) expect(px(t) - px(times[at - 1] ?? 0)).toBeGreaterThan(51.9)
        expect(px(t)).toBeGreaterThan(0)
        expect(px(t)).toBeLessThan(width)
      }
    }),
  )
})

test('only short axes need seconds', () => {
  expect(needsSeconds(60_000, 6)).toBe(true)
  expect(needsSeconds(3_600_000, 6)).toBe(false)
})

test('decimals that are all nought are left out, others stay', () => {
  expect(withoutNoughts(['0/s', '50.0/s', '1,000/s'])).toEqual(['0/s', '50/s', '1,000/s'])
  expect(withoutNoughts(['$0.00/h', '$25.00/h'])).toEqual(['$0/h', '$25/h'])
  expect(withoutNoughts(['-$5.00', '$0.00', '$5.00'])).toEqual(['-$5', '$0', '$5'])
  expect(withoutNoughts(['0 %', '2.50 %', '10.0 %'])).toEqual(['0 %', '2.5 %', '10 %'])
  expect(withoutNoughts(['$0.00', '$0.50', '$1.00'])).toEqual(['$0.00', '$0.50', '$1.00'])
})
