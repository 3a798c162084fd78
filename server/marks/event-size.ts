/**
 * What one event brings to a sum of money, by how uneven the sums are: panes do not count the events that money comes from,
 * and a few large ones among many small ones are a few.
 */
export interface EventSize {
  /** Takes in a step's sum. How many events of one size it is; 1 while too few steps are known. O(1). */
  eventsIn(sum: number): number
}

const STEPS_NEEDED = 12
/** An hour of steps. */
const STEPS = 360
/** A difference counts as at most so many times the mean of its square: what is strange must not become usual. */
const MOST = 9

/**
 * In a compound Poisson process the variance of a sum over its mean is E[x²]/E[x]: the size of an event, large ones weighing more.
 * The variance is half the mean square of successive differences, which a slow trend does not change (von Neumann 1941).
 */
export function createEventSize(): EventSize {
  let steps = 0
  let mean = 0
  let variance = 0
  let last: number | undefined

  function learn(sum: number): void {
    if (last !== undefined) {
      const square = (sum - last) ** 2 / 2
      const limit = steps < STEPS_NEEDED ? Number.POSITIVE_INFINITY : MOST * variance
      const weight = 1 / Math.min(steps, STEPS)
      variance += (Math.min(square, limit) - variance) * weight
    }
    steps += 1
    last = sum
    mean += (sum - mean) / Math.min(steps, STEPS)
  }

  return {
    eventsIn(sum) {
      learn(sum)
      if (steps < STEPS_NEEDED || mean <= 0 || variance === 0) return 1
      return Math.max(0, (sum * mean) / variance)
    },
  }
}
