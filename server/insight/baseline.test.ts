import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { seededRandom } from '../embedded/random.ts'
import { type Baseline, createBaseline } from './baseline.ts'
import { noiseSpread } from './noise.ts'
import { countOf, unevenness } from './random-draws.testing.ts'
import { type Reading, STEP_MS } from './reading.ts'

const count = (n: number): Reading => ({ kind: 'count', count: n })

/** Learns from `fromMs` to `untilMs` what `readingAt` gives. */
function learn(
  baseline: Baseline,
  [fromMs, untilMs]: readonly [number, number],
  readingAt: (atMs: number) => Reading,
): void {
  for (let at = fromMs; at < untilMs; at += STEP_MS) baseline.learn(readingAt(at), at)
}

describe('the baseline', () => {
  it('judges nothing in its first five minutes', () => {
    const baseline = createBaseline()
    learn(baseline, [0, 5 * MINUTE_MS - STEP_MS], () => count(100))
    expect(baseline.judge(count(100), 5 * MINUTE_MS - STEP_MS)).toBeUndefined()
    baseline.learn(count(100), 5 * MINUTE_MS - STEP_MS)
    expect(baseline.judge(count(100), 5 * MINUTE_MS)).toMatchObject({
      expected: expect.closeTo(100, 6),
      score: expect.closeTo(0, 6),
    })
  })

  it('never has a smaller spread than counting gives, however even the past', () => {
    const readings: fc.Arbitrary<Reading> = fc.oneof(
      fc.record({
        kind: fc.constant('count' as const),
        count: fc.integer({ min: 10, max: 9_999 }),
      }),
      fc.record({
        kind: fc.constant('ratio' as const),
        over: fc.integer({ min: 1, max: 500 }),
        under: fc.integer({ min: 500, max: 9_999 }),
      }),
      fc.record({
        kind: fc.constant('money' as const),
        sum: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        events: fc.integer({ min: 20, max: 9_999 }),
      }),
      fc.record({
        kind: fc.constant('quantile' as const),
        value: fc.double({ min: 0.1, max: 1e5, noNaN: true }),
        of: fc.integer({ min: 300, max: 9_999 }),
        q: fc.constantFrom(0.5, 0.95, 0.99),
      }),
    )
    fc.assert(
      fc.property(readings, (reading) => {
        const baseline = createBaseline()
        learn(baseline, [0, HOUR_MS], () => reading)
        const judged = baseline.judge(reading, HOUR_MS)
        const perEvent = reading.kind === 'money' ? reading.sum / reading.events : 1
        const least = noiseSpread(reading, { value: judged?.value ?? Number.NaN, perEvent })
        expect(judged?.spread).toBeGreaterThanOrEqual(least * (1 - 1e-9))
        expect(judged?.score).toBeCloseTo(0, 4)
      }),
      { examples: [[{ kind: 'count', count: 10 }], [{ kind: 'ratio', over: 500, under: 500 }]] },
    )
  })

  it('takes a step of more credits than payments for one without payments, and goes on judging', () => {
    const baseline = createBaseline()
    const payments = (sum: number): Reading => ({ kind: 'money', sum, events: 200 })
    learn(baseline, [0, HOUR_MS], () => payments(1_000))
    learn(baseline, [HOUR_MS, HOUR_MS + 6 * STEP_MS], () => payments(-50_000))
    expect(baseline.judge(payments(-50_000), HOUR_MS + 6 * STEP_MS)).toMatchObject({ value: 0 })
    const later = 2 * HOUR_MS
    learn(baseline, [HOUR_MS + 6 * STEP_MS, later], () => payments(1_000))
    expect(baseline.judge(payments(1_000), later)).toMatchObject({
      expected: expect.closeTo(1_000, 0),
      score: expect.closeTo(0, 1),
    })
  })

  it('of credits alone stays a number', () => {
    const baseline = createBaseline()
    const payments = (sum: number): Reading => ({ kind: 'money', sum, events: 200 })
    learn(baseline, [0, HOUR_MS], (at) => payments(at % 60_000 === 0 ? 5 : -20))
    learn(baseline, [HOUR_MS, 2 * HOUR_MS], () => payments(1_000))
    expect(baseline.judge(payments(1_000), 2 * HOUR_MS)).toMatchObject({
      expected: expect.closeTo(1_000, -2),
    })
  })

  it('learns how uneven the traffic is: scores of over-dispersed counts have a deviation near 1', () => {
    const random = seededRandom(1)
    const baseline = createBaseline()
    const scores: number[] = []
    for (let at = 0; at < 12 * HOUR_MS; at += STEP_MS) {
      const reading = count(countOf(random, 500 * unevenness(random, 0.2)))
      const judged = baseline.judge(reading, at)
      if (judged !== undefined && at > HOUR_MS) scores.push(judged.score)
      baseline.learn(reading, at)
    }
    const deviation = Math.sqrt(scores.reduce((sum, each) => sum + each ** 2, 0) / scores.length)
    expect(deviation).toBeGreaterThan(0.9)
    expect(deviation).toBeLessThan(1.1)
  })

  it('a burst hardly moves it', () => {
    const baseline = createBaseline()
    learn(baseline, [0, HOUR_MS], () => count(100))
    baseline.learn(count(10_000), HOUR_MS)
    expect(baseline.judge(count(100), HOUR_MS + STEP_MS)?.expected).toBeLessThan(101)
  })

  it('follows a new level within half an hour', () => {
    const baseline = createBaseline()
    learn(baseline, [0, HOUR_MS], () => count(100))
    learn(baseline, [HOUR_MS, 1.5 * HOUR_MS], () => count(115))
    const expected = baseline.judge(count(115), 1.5 * HOUR_MS)?.expected
    expect(expected).toBeGreaterThan(100 + 15 * 0.95)
  })

  it('expects the jump that comes every day once it has seen it three times', () => {
    const jumpsAtNine = (at: number) => count(at % DAY_MS < 9 * HOUR_MS ? 100 : 300)
    const nine = 3 * DAY_MS + 9 * HOUR_MS
    const young = createBaseline()
    learn(young, [nine - 3 * HOUR_MS, nine], jumpsAtNine)
    const seasoned = createBaseline()
    learn(seasoned, [0, nine], jumpsAtNine)
    expect(young.judge(count(300), nine)?.score).toBeGreaterThan(5)
    expect(seasoned.judge(count(300), nine)?.score).toBeCloseTo(0, 6)
  })

  it('takes the level of now and the shape of the days before', () => {
    const baseline = createBaseline()
    const nine = 3 * DAY_MS + 9 * HOUR_MS
    learn(baseline, [0, nine], (at) => {
      const usual = at % DAY_MS < 9 * HOUR_MS ? 100 : 300
      return count(at < 3 * DAY_MS ? usual : usual * 2)
    })
    expect(baseline.judge(count(600), nine)?.expected).toBeCloseTo(600, 0)
  })

  it('starts again after a gap of half an hour', () => {
    const baseline = createBaseline()
    learn(baseline, [0, HOUR_MS], () => count(100))
    expect(baseline.judge(count(100), HOUR_MS + 20 * MINUTE_MS)).toBeDefined()
    expect(baseline.judge(count(100), HOUR_MS + 60 * MINUTE_MS)).toBeUndefined()
  })
})

describe('a KPI that was nothing', () => {
  it('is learned anew when it begins, as at a first start', () => {
    const baseline = createBaseline()
    learn(baseline, [0, HOUR_MS], () => count(0))
    learn(baseline, [HOUR_MS, HOUR_MS + MINUTE_MS], () => count(120))
    expect(baseline.judge(count(120), HOUR_MS + MINUTE_MS)).toBeUndefined()
    learn(baseline, [HOUR_MS + MINUTE_MS, HOUR_MS + 6 * MINUTE_MS], () => count(120))
    expect(baseline.judge(count(120), HOUR_MS + 6 * MINUTE_MS)).toMatchObject({
      expected: expect.closeTo(120, 6),
    })
  })

  it('stays judged where a burst comes to a level that says something', () => {
    const baseline = createBaseline()
    learn(baseline, [0, HOUR_MS], () => count(20))
    baseline.learn(count(200), HOUR_MS)
    expect(baseline.judge(count(20), HOUR_MS + STEP_MS)).toBeDefined()
  })
})
