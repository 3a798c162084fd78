import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitMix32 } from '../../testing/chaos/random.ts'
import { normal } from '../insight/random-draws.testing.ts'
import {
  addBucket,
  type Buckets,
  bucketOf,
  mergeBuckets,
  QUANTILE_ERROR,
  quantileOf,
} from './quantile.ts'

function bucketsOf(values: readonly number[]): Buckets | null {
  let buckets: Buckets | null = null
  for (const value of values) buckets = addBucket(buckets, bucketOf(value))
  return buckets
}

const latency = fc.oneof(
  fc.double({ min: 0.0011, max: 1e12, noNaN: true }),
  fc.integer({ min: 1, max: 5_000 }),
  fc.constantFrom(0.5, 1, 10, 99.99, 1e6),
)

describe('quantiles', () => {
  it('are within one percent of the exact ones', () => {
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const sorted = values.toSorted((a, b) => a - b)
          const exact = sorted[Math.floor(q * (sorted.length - 1))] as number
          const estimate = quantileOf(bucketsOf(values), q) as number
          expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(
            exact * QUANTILE_ERROR * (1 + 1e-9),
          )
        },
      ),
    )
  })

  it('of merged parts are those of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.array(latency, { maxLength: 50 }), { maxLength: 5 }), (parts) => {
        let merged: Buckets | null = null
        for (const part of parts) merged = mergeBuckets(merged, bucketsOf(part))
        for (const q of [0, 0.5, 0.95, 0.99, 1]) {
          expect(quantileOf(merged, q)).toBe(quantileOf(bucketsOf(parts.flat()), q))
        }
      }),
    )
  })

  it('of log-normal, exponential, bimodal and constant values, merged from many panes, are within one percent', () => {
    const next = splitMix32(7)
    const draws: Record<string, () => number> = {
      'log-normal': () => Math.exp(4 + 1.2 * normal(next)),
      exponential: () => -120 * Math.log(1 - next()),
      bimodal: () => (next() < 0.8 ? 20 + 2 * normal(next) : 2_000 + 100 * normal(next)),
      constant: () => 42.5,
    }
    for (const [name, draw] of Object.entries(draws)) {
      const panes = Array.from({ length: 60 }, () => Array.from({ length: 500 }, draw))
      let merged: Buckets | null = null
      for (const values of panes) merged = mergeBuckets(merged, bucketsOf(values))
      const sorted = panes.flat().sort((a, b) => a - b)
      for (const q of [0.5, 0.95, 0.99]) {
        const exact = sorted[Math.floor(q * (sorted.length - 1))] as number
        const error = Math.abs((quantileOf(merged, q) as number) / exact - 1)
        expect({ name, q, off: error > QUANTILE_ERROR * (1 + 1e-9) }).toEqual({
          name,
          q,
          off: false,
        })
      }
    }
  })

  it('of nothing there is none, of nothing but zeros it is 0', () => {
    expect(quantileOf(null, 0.5)).toBeNull()
    expect(quantileOf(bucketsOf([0, 0]), 0.99)).toBe(0)
  })
})
