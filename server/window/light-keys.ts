/** The keys that have to go into "other". */
export interface LightKeys {
  /** Which of the weights are theirs, ascending. */
  places: number[]
  /** The greatest of their weights, at least 0: what those that outlive them lose of their counters. */
  heaviest: number
}

/**
 * Which keys have to go so that `cap` are left, by the weights of all that may go, in the order in which they came: the
 * lightest, and of equals those that came last. O(keys × log keys). `cap`: fewer than there are weights.
 */
export function lightKeys(weights: Float64Array, cap: number): LightKeys {
  const first = weights.length - cap
  const sorted = weights.slice().sort()
  const limit = cap === 0 ? Number.POSITIVE_INFINITY : (sorted[first] as number)
  /** How many of those that are just heavy enough may stay. */
  let room = 0
  for (let at = first; at < sorted.length && sorted[at] === limit; at++) room++
  const places: number[] = []
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at] as number
    if (weight > limit || (weight === limit && room-- > 0)) continue
    places.push(at)
  }
  return { places, heaviest: Math.max(0, sorted[first - 1] as number) }
}
