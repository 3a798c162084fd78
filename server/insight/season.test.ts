import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../lib/time.ts'
import { STEP_MS } from './reading.ts'
import { createSeason, type Season } from './season.ts'

const counted = (count: number) => ({ amount: count, exposure: 1, events: count })

function learnDays(season: Season, days: number, countAt: (atMs: number) => number): void {
  for (let at = 0; at < days * DAY_MS; at += STEP_MS) season.learn(counted(countAt(at)), at)
}

const jumpsAtNine = (at: number) => (at % DAY_MS < 9 * HOUR_MS ? 100 : 300)

describe('the season', () => {
  it('is unknown until the third day has passed that time', () => {
    const season = createSeason()
    learnDays(season, 2.5, () => 100)
    expect(season.usual(3 * DAY_MS + HOUR_MS)).toBe(100)
    expect(season.usual(3 * DAY_MS + 13 * HOUR_MS)).toBeUndefined()
  })

  it('has the median of the days: one bad day does not show', () => {
    const season = createSeason()
    learnDays(season, 5, (at) => (Math.floor(at / DAY_MS) === 3 ? 5 : 100))
    expect(season.usual(5 * DAY_MS)).toBe(100)
  })

  it('keeps a daily jump as sharp as it is', () => {
    const season = createSeason()
    learnDays(season, 3, jumpsAtNine)
    const nine = 3 * DAY_MS + 9 * HOUR_MS
    expect(season.usual(nine - STEP_MS)).toBe(100)
    expect(season.usual(nine)).toBe(300)
  })

  it('does not trust a level made of few events', () => {
    const season = createSeason()
    learnDays(season, 4, () => 2)
    expect(season.usual(4 * DAY_MS)).toBeUndefined()
  })

  it('forgets what is older than a week', () => {
    const season = createSeason()
    learnDays(season, 15, (at) => (at < 7 * DAY_MS ? 1_000 : 100))
    expect(season.usual(15 * DAY_MS + HOUR_MS)).toBe(100)
  })
})
