import { absent } from './format.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts'

/** What a rate is counted by. */
export interface RateUnit {
  ms: number
  text: '/s' | '/min' | '/h' | '/d'
}

export const PER_SECOND: RateUnit = { ms: SECOND_MS, text: '/s' }

const PER_DAY: RateUnit = { ms: DAY_MS, text: '/d' }

/** The shortest first, with what a rate is at the least to be counted by it. */
const RATE_UNITS: readonly { unit: RateUnit; least: number }[] = [
  { unit: PER_SECOND, least: 0.1 },
  { unit: { ms: MINUTE_MS, text: '/min' }, least: 1 },
  { unit: { ms: HOUR_MS, text: '/h' }, least: 1 },
]

/**
 * The time by which so many in `coveredMs` are counted: "32.4 /h" says more than "0.009 /s". Nothing is counted per second.
 */
export function rateUnit(value: number | null | undefined, coveredMs: number): RateUnit {
  if (absent(value) || value <= 0) return PER_SECOND
  const found = RATE_UNITS.find(({ unit, least }) => (value * unit.ms) / coveredMs >= least)
  return found?.unit ?? PER_DAY
}
