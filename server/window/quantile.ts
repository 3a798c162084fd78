/**
 * Quantiles within 1 % of the value, by logarithmic buckets (DDSketch: Masson, Rim, Lee 2019).
 * A bucket i counts values in (γ^(i−1), γ^i] with γ = (1 + ε)/(1 − ε); merging adds the counts, so it is
 * exact and knows no order. Values up to 0.001 share one bucket that stands for 0, above 1e12 for 1e12.
 */
export type Buckets = Map<number, number>

/** Relative error of a quantile. */
export const QUANTILE_ERROR = 0.01

const GAMMA = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
const SMALLEST = 0.001
const LARGEST = 1e12
const ZERO_OFFSET = Math.ceil(Math.log(SMALLEST) / LOG_GAMMA)

/** A whole number from 0 on; 0 is the bucket of (nearly) nothing. */
export function bucketOf(value: number): number {
  if (value <= SMALLEST) return 0
  return Math.ceil(Math.log(Math.min(value, LARGEST)) / LOG_GAMMA) - ZERO_OFFSET
}

export function mergeBuckets(target: Buckets | null, source: Buckets | null): Buckets | null {
  if (source === null) return target
  const merged = target ?? new Map<number, number>()
  for (const [bucket, count] of source) merged.set(bucket, (merged.get(bucket) ?? 0) + count)
  return merged
}

/** The value at rank ⌊q × (n − 1)⌋, within `QUANTILE_ERROR`; null of nothing. `q` is in [0, 1]. */
export function quantileOf(buckets: Buckets | null, q: number): number | null {
  if (buckets === null || buckets.size === 0) return null
  const sorted = [...buckets].sort((a, b) => a[0] - b[0])
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  const rank = Math.floor(q * (total - 1))
  let seen = 0
  for (const [bucket, count] of sorted) {
    seen += count
    if (seen > rank) return middleOf(bucket)
  }
  return null
}

const middleOf = (bucket: number): number =>
  bucket === 0 ? 0 : (2 * GAMMA ** (bucket + ZERO_OFFSET)) / (GAMMA + 1)
