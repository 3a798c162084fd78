import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFixed, type Period } from '../../lib/period.ts'
import { SECOND_MS } from '../../lib/time.ts'
import { WINDOW_IDS } from '../../lib/windows.ts'
import { readRange } from './custom-range.ts'
import { fromLocal, localMidnight, toLocal } from './local-time.ts'
import { periodAfter, periodBefore, today, yesterday } from './period-moves.ts'
import {
  comparePatch,
  incarnationPatch,
  periodPatch,
  periodQuery,
  readCompare,
  readIncarnation,
  readPeriod,
} from './period-state.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('the address', () => {
  const params = (patch: Readonly<Record<string, string | null>>) =>
    new URLSearchParams(
      Object.entries(patch).filter((entry): entry is [string, string] => entry[1] !== null),
    )

  test('gives back any period that was put into it', () => {
    const second = fc.nat(4_000_000_000).map((n) => n * SECOND_MS)
    const fixed = fc
      .tuple(second, fc.integer({ min: 1, max: 40_000_000 }))
      .map(([from, seconds]) => ({ from, to: from + seconds * SECOND_MS }))
    fc.assert(
      fc.property(fc.oneof(fixed, fc.constantFrom(...WINDOW_IDS)), (period: Period) => {
        expect(readPeriod(params(periodPatch(period)))).toEqual(period)
      }),
    )
  })

  test('may be typed with an offset, and what makes no sense is as if unsaid', () => {
    const read = (query: string) => readPeriod(new URLSearchParams(query))
    expect(read('from=2026-11-12T09:00:00+01:00&to=2026-11-14T18:00:00%2B01:00')).toEqual({
      from: Date.UTC(2026, 10, 12, 8),
      to: Date.UTC(2026, 10, 14, 17),
    })
    expect(read('from=2026-11-12T09:00:00Z&to=2026-11-11T09:00:00Z&window=7d')).toBe('7d')
    expect(read('from=yesterday&to=now')).toBe('5m')
    expect(read('window=8d')).toBe('5m')
  })

  test('names a former stream with a fixed range only, and live there is none', () => {
    const fixed = 'from=2026-11-12T09:00:00Z&to=2026-11-13T09:00:00Z'
    const read = (query: string) => readIncarnation(new URLSearchParams(query))
    expect(read(`${fixed}&incarnation=2`)).toBe(2)
    expect(periodQuery(new URLSearchParams(`${fixed}&incarnation=2`))).toContain('incarnation=2')
    const senseless = ['incarnation=0', 'incarnation=x', 'incarnation=1.5', 'incarnation=']
    expect(senseless.map((query) => read(`${fixed}&${query}`))).toEqual(
      senseless.map(() => undefined),
    )
    expect(read('window=7d&incarnation=2')).toBeUndefined()
    expect(periodPatch('7d')).toMatchObject({ incarnation: null })
    expect([incarnationPatch(2), incarnationPatch(undefined)]).toEqual([
      { incarnation: '2' },
      { incarnation: null },
    ])
  })

  test('keeps whether figures are compared, and all of it goes along to another page', () => {
    const query = new URLSearchParams('window=7d&compare=off&kpi=ctr')
    expect(readCompare(query)).toBe(false)
    expect(periodQuery(query)).toBe('?window=7d&compare=off')
    expect([comparePatch(true), comparePatch(false)]).toEqual([
      { compare: null },
      { compare: 'off' },
    ])
  })
})

describe('the viewer’s clock', () => {
  test('what a field holds is the moment it shows, on any day', () => {
    fc.assert(
      fc.property(fc.nat(40_000_000), (minutes) => {
        const t = Date.UTC(2000, 0, 1) + minutes * 60_000
        const read = fromLocal(toLocal(t))
        // An hour that comes twice is taken for its first.
        expect(read.kind).toBe('time')
        if (read.kind === 'time') expect([t, t - HOUR]).toContain(read.t)
      }),
    )
  })

  test('a time that the clocks jump over is none', () => {
    expect(fromLocal('2026-03-29T02:30')).toEqual({ kind: 'skipped' })
    expect(fromLocal('2026-03-29T03:30')).toEqual({ kind: 'time', t: Date.UTC(2026, 2, 29, 1, 30) })
    expect(fromLocal('2026-03-')).toEqual({ kind: 'none' })
  })
})

describe('days', () => {
  const now = Date.UTC(2026, 2, 30, 7, 41, 12)

  test('begin at the viewer’s midnight, and one may have 23 hours', () => {
    expect(today(now)).toEqual({
      from: Date.UTC(2026, 2, 29, 22),
      to: Date.UTC(2026, 2, 30, 7, 41),
    })
    const day = yesterday(now)
    expect(day.to - day.from).toBe(23 * HOUR)
    const before = periodBefore(day, now)
    expect(before).toEqual({ from: localMidnight(day.from, -1), to: day.from })
    expect(periodAfter(before, now)).toEqual(day)
  })

  test('after yesterday comes today as far as it has got, and after that nothing', () => {
    expect(periodAfter(yesterday(now), now)).toEqual(today(now))
    expect(periodAfter(today(now), now)).toBeUndefined()
  })
})

test('the period before ends where this one begins and is as long; after it comes this one again', () => {
  const now = 1_790_000_123_456
  const ranges = fc.record({
    ago: fc.integer({ min: 1, max: 9_999 }),
    long: fc.integer({ min: 1, max: 9_999 }),
  })
  fc.assert(
    fc.property(ranges, ({ ago, long }) => {
      const to = now - (now % 60_000) - ago * 60_000
      const range = { from: to - long * 60_000, to }
      const before = periodBefore(range, now)
      expect(before.to).toBe(range.from)
      expect(periodAfter(before, now)).toEqual(range)
    }),
  )
  for (const id of WINDOW_IDS) {
    const before = periodBefore(id, now)
    expect(isFixed(before)).toBe(true)
    expect(before.to).toBeLessThanOrEqual(now)
    expect(periodAfter(id, now)).toBeUndefined()
  }
})

describe('a range that is typed', () => {
  const now = Date.UTC(2026, 10, 29, 19, 3)
  const known = { since: null, keptFrom: now - 400 * DAY }
  const errors = (from: string, to: string) => {
    const read = readRange({ from, to }, now, known)
    return read.ok ? read.range : read.errors
  }

  test('is of the viewer’s clock', () => {
    expect(errors('2026-11-12T09:00', '2026-11-14T18:00')).toEqual({
      from: Date.UTC(2026, 10, 12, 8),
      to: Date.UTC(2026, 10, 14, 17),
    })
  })

  test('has each fault said at its field', () => {
    expect(errors('', '2026-11-14T18:00')).toEqual({ from: 'Give a date and a time' })
    expect(errors('2026-03-29T02:30', '2026-11-14T18:00')).toEqual({
      from: 'This time does not exist: the clocks were put forward over it',
    })
    expect(errors('2026-11-14T18:00', '2026-11-14T18:00')).toEqual({
      to: 'It has to end after its beginning',
    })
    expect(errors('2026-11-30T18:00', '2026-12-14T18:00')).toEqual({
      from: 'It has to begin in the past',
    })
    expect(errors('2026-11-12T18:00', '2026-12-14T18:00')).toEqual({
      to: 'It has to end by now, 29 Nov, 20:03',
    })
    expect(errors('2024-11-12T18:00', '2024-12-14T18:00')).toEqual({
      to: 'What is older than 25 Oct 2025, 21:03 is not kept any more',
    })
  })
})
