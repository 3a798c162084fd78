import type { Random } from '../embedded/random.ts'

/** Draws that traffic is made of. */

/** Box and Muller 1958. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}

/** Mean `shape`, variance `shape`; `shape` from 1 up (Marsaglia and Tsang 2000). */
export function gamma(random: Random, shape: number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    const u = 1 - random()
    // The cheap test takes nearly all.
    if (u < 1 - 0.0331 * x ** 4) return d * v
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Mean 1, with this relative standard deviation: a Poisson draw around it is negative binomial. */
export const unevenness = (random: Random, deviation: number): number =>
  gamma(random, 1 / deviation ** 2) * deviation ** 2

const LARGE = 40

/** Poisson; rounded normal with the cube-root correction of Wilson and Hilferty where the mean is large. */
export function countOf(random: Random, mean: number): number {
  if (mean <= 0) return 0
  if (mean > LARGE) {
    const cube = 1 - 1 / (9 * mean) + normal(random) / (3 * Math.sqrt(mean))
    return Math.max(0, Math.round(mean * cube ** 3))
  }
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count += 1
  return count
}

/** The sample quantile `q` of `n` standard normal values: its rank is Beta distributed. */
export function sampleQuantile(random: Random, q: number, n: number): number {
  const below = gamma(random, Math.max(1, q * (n + 1)))
  const above = gamma(random, Math.max(1, (1 - q) * (n + 1)))
  return normalAt(below / (below + above))
}

/** Where the standard normal distribution reaches `p`; error under 4.5e-4 (Abramowitz and Stegun 26.2.23). */
function normalAt(p: number): number {
  const tail = Math.min(p, 1 - p)
  const t = Math.sqrt(-2 * Math.log(tail))
  const over = 2.515517 + t * (0.802853 + t * 0.010328)
  const under = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return Math.sign(p - 0.5) * (t - over / under)
}
