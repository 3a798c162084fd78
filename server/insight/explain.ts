import { OTHER_KEY } from '../../lib/kpis.ts'

/** Which key of which dimension a change comes from. */

/**
 * What one key brought in a period. Sums: `over` alone, `under` 0. Ratios: numerator and denominator.
 * A quantile is explained as the ratio of values above its usual value; different things as a sum.
 */
export interface Part {
  over: number
  under: number
}

export interface KeyParts {
  key: string
  before: Part
  now: Part
}

export interface DimensionParts {
  dimension: string
  /** All keys, what was folded away among them, so that they add up to the whole. */
  keys: readonly KeyParts[]
}

export interface Explained {
  kind: 'sum' | 'ratio'
  /** Length of the period now over that of the period before: sums are compared over the same length. */
  lengths: number
  /** What there was of all keys; absent: what they add up to. Different things do not: one may be with several keys. */
  whole?: { before: Part; now: Part }
  /** The change that is to be explained; absent: whatever the keys show. `factor`: what it is now over what is usual. */
  told?: { direction: 'up' | 'down'; factor?: number }
  dimensions: readonly DimensionParts[]
}

export interface Explanation {
  dimension: string
  key: string
  /** Part of the change that comes from this key, 0..1. */
  share: number
}

/** A key that explains less is not named. */
export const LEAST_SHARE = 0.6
/** And less than this beyond what its size alone would explain: the largest country has most of every change. */
const LEAST_BEYOND_SIZE = 0.6
interface Candidate extends Explanation {
  surprise: number
}

/** undefined: no single key explains it. O(keys). */
export function explain(change: Explained): Explanation | undefined {
  let best: Candidate | undefined
  for (const dimension of change.dimensions) {
    for (const each of candidatesOf(change, dimension)) {
      if (best === undefined || each.surprise > best.surprise) best = each
    }
  }
  if (best === undefined) return undefined
  const { dimension, key, share } = best
  return { dimension, key, share: Math.min(1, share) }
}

function candidatesOf(change: Explained, { dimension, keys }: DimensionParts): Candidate[] {
  const contributions = change.kind === 'sum' ? ofSum(keys, change.lengths) : ofRatio(keys)
  const before = change.whole?.before ?? whole(keys.map((each) => each.before))
  const now = change.whole?.now ?? whole(keys.map((each) => each.now))
  const total = toExplain(change, { contributions, before, now })
  if (total === 0) return []
  return keys.flatMap((each, i) => {
    const share = (contributions[i] as number) / total
    const size = before.over > 0 ? each.before.over / before.over : 0
    // 0: it changed as everything did; 1: it alone changed. What is all there is cannot be told from the whole.
    const beyondSize = size < 1 ? (share - size) / (1 - size) : 0
    if (each.key === OTHER_KEY || share < LEAST_SHARE || beyondSize < LEAST_BEYOND_SIZE) return []
    const sizeNow = now.over > 0 ? each.now.over / now.over : 0
    // Beside credits one key may have more than all together.
    return [
      {
        dimension,
        key: each.key,
        share,
        surprise: divergence(Math.min(Math.max(sizeNow, 0), 1), size),
      },
    ]
  })
}

/**
 * What shares are of: the change between the two periods, or the one that is told where that is larger, which is against
 * what is usual and not against the period before. 0: the periods differ the other way, and so explain nothing of it.
 */
function toExplain(
  { kind, lengths, whole, told }: Explained,
  { contributions, before, now }: { contributions: readonly number[]; before: Part; now: Part },
): number {
  const total =
    whole === undefined
      ? contributions.reduce((sum, each) => sum + each, 0)
      : now.over - before.over * lengths
  if (told === undefined) return total
  const sign = told.direction === 'up' ? 1 : -1
  if (total * sign <= 0) return 0
  const usual = kind === 'sum' ? before.over * lengths : (ratioOf(before) ?? 0)
  const { factor = 1 } = told
  const toldChange = Number.isFinite(factor) ? (factor - 1) * usual : 0
  return sign * Math.max(total * sign, toldChange * sign)
}

/**
 * How surprising a key's part of the whole is after what it was (Kullback and Leibler 1951). Of a campaign and its account
 * that explain the same the smaller one surprises more: it is the more specific.
 */
function divergence(now: number, before: number): number {
  const usual = Math.min(Math.max(before, NEVER), 1 - NEVER)
  const term = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(p / q))
  return term(now, usual) + term(1 - now, 1 - usual)
}

/** A key that was not there before had this part of the whole, or less. */
const NEVER = 1e-4

const ofSum = (keys: readonly KeyParts[], lengths: number): number[] =>
  keys.map(({ before, now }) => now.over - before.over * lengths)

/**
 * A ratio changes because keys have another ratio, and because keys with high ratios have more of the whole.
 * Key k brings w̄ᵏΔrᵏ + (r̄ᵏ − R̄)Δwᵏ, bars being the means of before and now: they add up to the change exactly
 * (Kitagawa 1955).
 */
function ofRatio(keys: readonly KeyParts[]): number[] {
  const before = whole(keys.map((each) => each.before))
  const now = whole(keys.map((each) => each.now))
  if (before.under === 0 || now.under === 0) return keys.map(() => 0)
  const mean = (before.over / before.under + now.over / now.under) / 2
  return keys.map((each) => {
    const [weight, weightNow] = [each.before.under / before.under, each.now.under / now.under]
    const ratio = ratioOf(each.before) ?? ratioOf(each.now) ?? 0
    const ratioNow = ratioOf(each.now) ?? ratio
    const byRatio = ((weight + weightNow) / 2) * (ratioNow - ratio)
    const byWeight = ((ratio + ratioNow) / 2 - mean) * (weightNow - weight)
    return byRatio + byWeight
  })
}

const ratioOf = ({ over, under }: Part): number | undefined =>
  under > 0 ? over / under : undefined

const whole = (parts: readonly Part[]): Part => ({
  over: parts.reduce((sum, { over }) => sum + over, 0),
  under: parts.reduce((sum, { under }) => sum + under, 0),
})
