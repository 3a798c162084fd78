/** Uniform in [0, 1). */
export type Random = () => number

const GOLDEN = 0x9e3779b9

/** SplitMix with 32 bits of state (Steele, Lea, Flood 2014): the same seed gives the same numbers. */
export function splitMix32(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + GOLDEN) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** A stream of its own for each actor: what one draws changes nothing for the others. */
export function derivedRandom(seed: number, actor: string): Random {
  let hash = seed >>> 0
  for (const letter of actor) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0
  return splitMix32(hash)
}

export const chance = (random: Random, probability: number): boolean => random() < probability

export const between = (random: Random, from: number, to: number): number =>
  from + random() * (to - from)

/** A whole number, both ends inside. */
export const whole = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1))

export const pick = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)] as T

/** One of the names, in proportion to its weight. */
export function weighted<K extends string>(random: Random, weights: Record<K, number>): K {
  const names = Object.keys(weights) as K[]
  let rest = random() * names.reduce((sum, name) => sum + weights[name], 0)
  for (const name of names) {
    rest -= weights[name]
    if (rest < 0) return name
  }
  return names.at(-1) as K
}
