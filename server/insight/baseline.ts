import { MINUTE_MS } from '../../lib/time.ts'
import { noiseSpread, residual, saysSomething, type Usual, withValue } from './noise.ts'
import { type Amounts, amountsOf, hasValue, type Reading, STEP_MS } from './reading.ts'
import { createSeason } from './season.ts'

/** A step against what is usual. Values are in the KPI's unit over one step. */
export interface Judged {
  value: number
  expected: number
  /** One standard deviation; never less than counting noise. */
  spread: number
  /** How far away, in standard deviations; below is negative. */
  score: number
}

export interface Baseline {
  /** undefined: too few events in the step, or too little past. O(1); a new slot of the day costs a sort of 21. */
  judge(reading: Reading, atMs: number): Judged | undefined
  /**
   * Takes the step in as usual. `atMs` (epoch) goes up by a step each time; a gap is allowed. A ratio may be over several
   * `steps`. O(1).
   */
  learn(reading: Reading, atMs: number, steps?: number): void
  /**
   * Takes in for the days to come alone a step that is not usual now: what happens every day is no fault, and what happens
   * once is not in the median of the days. O(1).
   */
  learnSeason(reading: Reading, atMs: number): void
  /** Forgets the level and keeps the day's shape: what is now is the new normal. */
  forgetLevel(): void
  /** How many more steps have to be learned before one is judged. */
  stepsToGo(): number
}

/** Weights fall by 1/e in this time: 95 % of the level comes from the last 30 minutes. */
const LEVEL_STEPS = (10 * MINUTE_MS) / STEP_MS
/** The spread changes slowly, and from a few hundred steps it is known within 5 %. */
const SPREAD_STEPS = (60 * MINUTE_MS) / STEP_MS
/** Before so many steps nothing is judged. */
export const WARM_UP_STEPS = (5 * MINUTE_MS) / STEP_MS
/** So many steps give a first level, after which a wild one is brought back. */
const FIRST_STEPS = 6
/** After a gap as long as this the level is a new one. */
const GAP_MS = 30 * MINUTE_MS
const FORGET = Math.exp(-1 / LEVEL_STEPS)

/** Huber's ψ: a step further away than this counts as this far (Huber 1964). */
const CLIP = 2.5
/** A step with so many events, where too few are expected to judge by, is the beginning of something new. */
const WAKING_EVENTS = 30
/** And so many times as much money. */
const WAKING_TIMES = 10

/** 1 / E min(Z², CLIP²) for a standard normal Z: makes the clipped variance right (Huber's proposal 2). */
const CLIPPED_VARIANCE = 1.0229
/** Before it is known: traffic is seldom as even as counting alone would make it. */
const FIRST_VARIANCE = 2

/** Holds ten numbers and the season of one KPI: about 8 KB. */
export function createBaseline(): Baseline {
  const season = createSeason()
  const level: Amounts = { amount: 0, exposure: 0, events: 0 }
  let levelSteps = 0
  let seasonal: number | undefined
  let variance = FIRST_VARIANCE
  let varianceSteps = SPREAD_STEPS / 10
  let lastAtMs: number | undefined

  const forgetLevel = () => {
    level.amount = 0
    level.exposure = 0
    level.events = 0
    levelSteps = 0
  }

  /** The level moves with the day: by the ratio of what this time and the last one usually have. */
  function moveTo(atMs: number): void {
    if (lastAtMs !== undefined && atMs - lastAtMs > GAP_MS) forgetLevel()
    lastAtMs = atMs
    const now = season.usual(atMs)
    if (now === undefined || now === seasonal) return
    if (seasonal !== undefined) {
      level.amount *= now / seasonal
      // What one event brings does not change with the time of day.
      level.events *= now / seasonal
    }
    seasonal = now
  }

  const usual = (): Usual => ({
    value: level.amount / level.exposure,
    perEvent: level.events > 0 && level.amount > 0 ? level.amount / level.events : 1,
  })

  const deviations = () => Math.sqrt(Math.max(1, variance))

  /** Without what is wild: the value is brought back to where the clip is. */
  function tamed(reading: Reading, amounts: Amounts, distance: number): Amounts {
    const limit = CLIP * deviations()
    if (Math.abs(distance) <= limit) return amounts
    const is = usual()
    const reach = limit * noiseSpread(reading, is)
    return withValue(amounts, Math.max(0, is.value + Math.sign(distance) * reach))
  }

  /** Nothing was usual, and now there is something: a level brought back to nothing would never rise. */
  function wakes(reading: Reading, { amount, events }: Amounts): boolean {
    if (reading.kind !== 'count' && reading.kind !== 'money') return false
    const is = usual()
    const isMuch =
      reading.kind === 'count' ? events >= WAKING_EVENTS : amount >= WAKING_TIMES * is.value
    if (amount <= 0 || !(is.value === 0 || isMuch) || saysSomething(reading, is)) return false
    return residual(reading, is) > CLIP * deviations()
  }

  function learnSpread(distance: number): void {
    varianceSteps = Math.min(varianceSteps + 1, SPREAD_STEPS)
    const most = CLIP ** 2 * Math.max(1, variance)
    const square = Math.min(distance ** 2, most) * CLIPPED_VARIANCE
    variance += (square - variance) / varianceSteps
  }

  function take(amounts: Amounts, steps: number): void {
    const kept = FORGET ** steps
    level.amount = level.amount * kept + amounts.amount
    level.exposure = level.exposure * kept + amounts.exposure
    level.events = level.events * kept + amounts.events
    levelSteps += steps
  }

  return {
    forgetLevel,
    stepsToGo: () => Math.max(0, WARM_UP_STEPS - levelSteps),
    learnSeason(reading, atMs) {
      moveTo(atMs)
      const amounts = amountsOf(reading)
      if (hasValue(amounts)) season.learn(amounts, atMs)
    },
    judge(reading, atMs) {
      moveTo(atMs)
      const amounts = amountsOf(reading)
      if (levelSteps < WARM_UP_STEPS || !hasValue(amounts)) return undefined
      const is = usual()
      if (!saysSomething(reading, is)) return undefined
      return {
        value: amounts.amount / amounts.exposure,
        expected: is.value,
        spread: noiseSpread(reading, is) * deviations(),
        score: residual(reading, is) / deviations(),
      }
    },
    learn(reading, atMs, steps = 1) {
      moveTo(atMs)
      const amounts = amountsOf(reading)
      if (!hasValue(amounts)) return
      season.learn(amounts, atMs)
      if (levelSteps >= FIRST_STEPS && wakes(reading, amounts)) forgetLevel()
      if (levelSteps < FIRST_STEPS) {
        take(amounts, steps)
        return
      }
      const is = usual()
      const distance = residual(reading, is)
      const usable = tamed(reading, amounts, distance)
      if (saysSomething(reading, is)) learnSpread(distance)
      take(usable, steps)
    },
  }
}
