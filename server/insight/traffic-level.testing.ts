import { DAY_MS, HOUR_MS, SECOND_MS } from '../../lib/time.ts'
import { between, type Random } from '../embedded/random.ts'
import { normal, unevenness } from './random-draws.testing.ts'
import { STEP_MS } from './reading.ts'

/** How much traffic there is: a daily shape, quieter weekends, growth, a level that wanders, noise, bursts. */

/** Busiest over quietest hour. */
const DAILY_RANGE = 3
const BUSIEST_HOUR = 19
/** What a weekend has of a working day, and how much a day has more than the one before. */
const WEEKEND = 0.75
const GROWTH = 1.01
/** The level's logarithm wanders by this and forgets in about an hour. */
const WANDER = 0.08
const WANDER_STEPS = HOUR_MS / STEP_MS
const BURSTS_A_DAY = 24

export interface LevelOptions {
  random: Random
  /** Events per second in the quietest hour of a working day. */
  quietest: number
  /** Relative deviation of what all events share from step to step. */
  noise: number
}

/** Expected events of a step. To be asked for step by step. */
export function createLevel({ random, quietest, noise }: LevelOptions): (atMs: number) => number {
  const wander = createWander(random, WANDER)
  const bursts = createBursts(random, BURSTS_A_DAY)
  return (atMs) => {
    const perSecond = quietest * shapeOfDay(atMs) * wander() * bursts(atMs)
    return (perSecond * unevenness(random, noise) * STEP_MS) / SECOND_MS
  }
}

/** A factor around 1 that moves slowly (Ornstein–Uhlenbeck of its logarithm). */
export function createWander(random: Random, sigma: number): () => number {
  const stays = 1 - 1 / WANDER_STEPS
  let logarithm = 0
  return () => {
    logarithm = logarithm * stays + sigma * Math.sqrt(1 - stays ** 2) * normal(random)
    return Math.exp(logarithm)
  }
}

/** 2 to 8 s of two to four times as much, perhaps across two steps: the step's factor. */
export function createBursts(random: Random, aDay: number): (atMs: number) => number {
  let from = 0
  let until = 0
  let times = 1
  return (atMs) => {
    if (until <= atMs && random() < (aDay * STEP_MS) / DAY_MS) {
      from = atMs + between(random, 0, STEP_MS)
      until = from + between(random, 2 * SECOND_MS, 8 * SECOND_MS)
      times = between(random, 2, 4)
    }
    return 1 + (times - 1) * shareOfStep(atMs, from, until)
  }
}

/** How much of the step beginning at `atMs` lies between the two, 0..1. */
export const shareOfStep = (atMs: number, from: number, until: number): number =>
  Math.max(0, Math.min(atMs + STEP_MS, until) - Math.max(atMs, from)) / STEP_MS

/** 1 in the quietest hour of the first day (1970-01-01 is a Thursday). */
function shapeOfDay(atMs: number): number {
  const days = atMs / DAY_MS
  const phase = (2 * Math.PI * (atMs - BUSIEST_HOUR * HOUR_MS)) / DAY_MS
  const daily = 1 + ((DAILY_RANGE - 1) * (1 + Math.cos(phase))) / 2
  return daily * GROWTH ** days * (1 - (1 - WEEKEND) * weekendAt((days + 4) % 7))
}

/** 0 on working days, 1 from Saturday to Sunday evening; it comes and goes within a quarter of a day. */
function weekendAt(dayOfWeek: number): number {
  const sinceFridayNight = (dayOfWeek - 5.9 + 7) % 7
  return Math.max(0, Math.min(1, 4 * sinceFridayNight, 4 * (2.25 - sinceFridayNight)))
}
