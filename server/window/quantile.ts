/**
 * Quantiles within 1 % of the value, by logarithmic buckets (DDSketch: Masson, Rim, Lee 2019).
 * A bucket i counts values in (γ^(i−1), γ^i] with γ = (1 + ε)/(1 − ε); merging adds the counts, so it is
 * exact and knows no order. Values up to 0.001 share one bucket that stands for 0, above 1e12 for 1e12.
 * A single value is a bare number.
 */
export type Buckets = number | number[] | Map<number, number>

/** So long is the list of a few values: each one's bucket, in any order. Then it is a map of counts. */
const MAX_LIST = 48

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

/** Adds in place where it can; the answer replaces `buckets`. */
export function addBucket(buckets: Buckets | null, bucket: number, count = 1): Buckets {
  if (buckets instanceof Map) {
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + count)
    return buckets
  }
  if (count !== 1) return addBucket(countsOf(buckets), bucket, count)
  if (buckets === null) return bucket
  if (typeof buckets === 'number') return [buckets, bucket]
  if (buckets.length >= MAX_LIST) return addBucket(countsOf(buckets), bucket)
  buckets.push(bucket)
  return buckets
}

/** What adding the first `count` of these one by one makes, one at least. */
export function bucketsOf(values: Int32Array, count: number): Buckets {
  if (count === 1) return values[0] as number
  if (count <= MAX_LIST) return firstOf(values, count)
  const counts = new Map<number, number>()
  for (let at = 0; at < count; at++) {
    const bucket = values[at] as number
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  }
  return counts
}

/** Not by a view: making one takes longer than all else. */
function firstOf(values: Int32Array, count: number): number[] {
  const list = new Array<number>(count)
  for (let at = 0; at < count; at++) list[at] = values[at] as number
  return list
}

/** Adds what is in `source`, which stays as it is; the answer replaces `target` and shares nothing with `source`. */
export function mergeBuckets(target: Buckets | null, source: Buckets | null): Buckets | null {
  if (source === null) return target
  if (typeof source === 'number') return addBucket(target, source)
  let merged = target
  if (source instanceof Map) {
    for (const [bucket, count] of source) merged = addBucket(merged, bucket, count)
  } else {
    for (const bucket of source) merged = addBucket(merged, bucket)
  }
  return merged
}

/** Takes `source` away from buckets that hold it; null: nothing is left. */
export function subtractBuckets(target: Buckets | null, source: Buckets | null): Buckets | null {
  if (source === null) return target
  const counts = countsOf(target)
  for (const [bucket, count] of sortedBuckets(source)) {
    const left = (counts.get(bucket) ?? 0) - count
    if (left === 0) counts.delete(bucket)
    else counts.set(bucket, left)
  }
  return counts.size === 0 ? null : counts
}

/** Buckets and their counts, ascending. */
export function sortedBuckets(buckets: Buckets): [bucket: number, count: number][] {
  if (typeof buckets === 'number') return [[buckets, 1]]
  return [...countsOf(buckets)].sort((a, b) => a[0] - b[0])
}

function countsOf(buckets: Buckets | null): Map<number, number> {
  if (buckets instanceof Map) return buckets
  const counts = new Map<number, number>()
  const list = buckets === null ? [] : typeof buckets === 'number' ? [buckets] : buckets
  for (const bucket of list) counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  return counts
}

/** The value at rank ⌊q × (n − 1)⌋, within `QUANTILE_ERROR`; null of nothing. `q` is in [0, 1]. */
export function quantileOf(buckets: Buckets | null, q: number): number | null {
  if (buckets === null) return null
  const sorted = sortedBuckets(buckets)
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
