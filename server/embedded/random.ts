/** Uniform in [0, 1). */
export type Random = () => number

/** Mulberry32 (Ettinger 2017): 32 bits of state, the same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A number that depends on its arguments alone, uniform in [0, 1). */
export const hashed = (seed: number, n: number): number =>
  seededRandom(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(n + 1, 0xc2b2ae35))()

export const chance = (random: Random, probability: number): boolean => random() < probability

export const between = (random: Random, from: number, to: number): number =>
  from + random() * (to - from)

/** Box and Muller 1958. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}

/** Log-normal with this median; `sigma` is the deviation of its logarithm. */
export const logNormal = (random: Random, median: number, sigma: number): number =>
  median * Math.exp(sigma * normal(random))

/** How many of a Poisson process happen when `mean` are expected. For means below a few hundred. */
export function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count += 1
  return count
}

/** One of `choices`, in proportion to its weight. */
export function weighted<T>(
  random: Random,
  choices: readonly T[],
  weightOf: (choice: T) => number,
): T {
  let rest = random() * choices.reduce((sum, choice) => sum + weightOf(choice), 0)
  for (const choice of choices) {
    rest -= weightOf(choice)
    if (rest < 0) return choice
  }
  return choices.at(-1) as T
}
