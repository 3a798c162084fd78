import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noiseSpread, residual, saysSomething } from './noise.ts'

const usual = (value: number, perEvent = 1) => ({ value, perEvent })

describe('counting noise', () => {
  it('of a count is its square root', () => {
    expect(noiseSpread({ kind: 'count', count: 90 }, usual(100))).toBe(10)
  })

  it('of money is that of the events it comes from', () => {
    const reading = { kind: 'money', sum: 90, events: 45 } as const
    expect(noiseSpread(reading, usual(200, 2))).toBe(20)
    expect(residual(reading, usual(200, 2))).toBeCloseTo(
      residual({ kind: 'count', count: 45 }, usual(100)),
      12,
    )
  })

  it('of a ratio is binomial in its denominator', () => {
    const reading = { kind: 'ratio', over: 10, under: 400 } as const
    expect(noiseSpread(reading, usual(0.1))).toBeCloseTo(Math.sqrt((0.1 * 0.9) / 400), 12)
  })

  it('of a quantile falls with the root of the number of values', () => {
    const spread = (of: number) =>
      noiseSpread({ kind: 'quantile', value: 100, of, q: 0.95 }, usual(100))
    expect(spread(400)).toBeCloseTo(spread(100) / 2, 12)
  })

  it('a ratio that is always 1 or always 0 stays finite', () => {
    expect(residual({ kind: 'ratio', over: 99, under: 100 }, usual(1))).toBeLessThan(0)
    expect(residual({ kind: 'ratio', over: 3, under: 100 }, usual(0))).toBeGreaterThan(2)
    expect(residual({ kind: 'ratio', over: 110, under: 100 }, usual(1))).toBeGreaterThanOrEqual(0)
  })

  it('what is always so is nothing strange', () => {
    expect(residual({ kind: 'ratio', over: 500, under: 500 }, usual(1))).toBe(0)
    expect(residual({ kind: 'ratio', over: 500, under: 500 }, usual(0.999_999))).toBe(0)
    expect(residual({ kind: 'ratio', over: 0, under: 500 }, usual(0))).toBe(0)
  })

  it('ten events are enough, whatever an average is rounded to', () => {
    const reading = { kind: 'count', count: 10 } as const
    expect(saysSomething(reading, usual(10 - 1e-12))).toBe(true)
    expect(saysSomething(reading, usual(9.99))).toBe(false)
  })

  it('a residual has the sign of the difference and grows with it', () => {
    const counts = fc.integer({ min: 0, max: 5_000 })
    fc.assert(
      fc.property(counts, counts, fc.integer({ min: 1, max: 3_000 }), (a, b, expected) => {
        const at = (count: number) => residual({ kind: 'count', count }, usual(expected))
        expect(Math.sign(at(a))).toBe(Math.sign(a - expected))
        if (a < b) expect(at(a)).toBeLessThan(at(b))
      }),
    )
  })

  it('the tail of a residual is near that of the Poisson distribution itself', () => {
    // P(X ≥ 12 | 4) and P(X ≥ 10 | 2.5), summed directly; the normal tail is halfway between that of x and x − 1.
    for (const [x, mean] of [
      [12, 4],
      [10, 2.5],
    ] as const) {
      const exact = poissonTail(x, mean)
      const [more, less] = [x, x - 1].map((count) =>
        normalTail(residual({ kind: 'count', count }, usual(mean))),
      )
      expect(exact).toBeGreaterThan(more as number)
      expect(exact).toBeLessThan(less as number)
    }
  })
})

describe('a step with too few events says nothing', () => {
  it.each([
    ['a count', { kind: 'count', count: 50 }, usual(9)],
    ['money of few events', { kind: 'money', sum: 390, events: 4 }, usual(390, 100)],
    ['a ratio of few', { kind: 'ratio', over: 20, under: 29 }, usual(0.1)],
    ['a p99 of 199 values', { kind: 'quantile', value: 5, of: 199, q: 0.99 }, usual(1)],
  ] as const)('%s', (_, reading, is) => {
    expect(saysSomething(reading, is)).toBe(false)
  })

  it('and one with enough does, even where nothing came', () => {
    expect(saysSomething({ kind: 'count', count: 0 }, usual(10))).toBe(true)
    expect(saysSomething({ kind: 'ratio', over: 0, under: 30 }, usual(0.1))).toBe(true)
    expect(saysSomething({ kind: 'quantile', value: 5, of: 201, q: 0.99 }, usual(1))).toBe(true)
  })
})

function poissonTail(x: number, mean: number): number {
  let below = 0
  for (let k = 0, p = Math.exp(-mean); k < x; k += 1, p *= mean / k) below += p
  return 1 - below
}

/** Abramowitz and Stegun 26.2.17, error under 7.5e-8. */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (poly * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}
