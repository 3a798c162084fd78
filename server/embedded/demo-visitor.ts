import { COUNTRIES, DEVICES, REFERRERS } from './demo-catalog.ts'
import { hashed, type Random, weighted } from './random.ts'

export interface Visitor {
  id: string
  country: string
  device: string
}

/** People who know the shop. A few of them come back again and again. */
const POPULATION = 60_000
const FAITHFULNESS = 1.6

/** Somebody of the population: the same number is always the same person. */
export function someVisitor(seed: number, random: Random): Visitor {
  const number = Math.floor(POPULATION * random() ** FAITHFULNESS)
  return {
    id: `v${number.toString(36).padStart(4, '0')}`,
    country: weighted(
      () => hashed(seed, number * 2),
      COUNTRIES,
      ([, weight]) => weight,
    )[0],
    device: weighted(
      () => hashed(seed, number * 2 + 1),
      DEVICES,
      ([, weight]) => weight,
    )[0],
  }
}

export const someReferrer = (random: Random): string | null =>
  weighted(random, REFERRERS, ([, weight]) => weight)[0]
