import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { FAULTY_PATH, SILENT_COUNTRY } from './demo-catalog.ts'
import { hashed } from './random.ts'

/** When the demo traffic does what. Pure functions of the seed, the start and the time. */
export interface Rhythm {
  /** Times the average of visits. */
  load: number
  /** 0: none; else how strong, up to 1. */
  surge: number
  /** A page that is suddenly wanted: which one, uniform in [0, 1). */
  hotPage: number | undefined
  fault: DemoFault | undefined
}

/** What goes wrong in one place, for somebody to find. */
export type DemoFault =
  /** So many of the requests for one path fail, and the others are slow. */
  | { kind: 'path_fails'; path: string; share: number }
  /** Nobody comes from there. */
  | { kind: 'country_silent'; country: string }

interface Recurring {
  /** Keeps one kind's chances apart from another's. */
  salt: number
  firstMs: number
  everyMs: number
  /** Begins up to this much later, by chance. */
  jitterMs: number
  lastsMs: readonly [shortest: number, longest: number]
}

/** The first one within a minute of the start: whoever opens the dashboard should see an alert fire. */
const SURGE: Recurring = {
  salt: 1,
  firstMs: 45 * SECOND_MS,
  everyMs: 7 * MINUTE_MS,
  jitterMs: 10 * SECOND_MS,
  lastsMs: [65 * SECOND_MS, 85 * SECOND_MS],
}
const HOT_PAGE: Recurring = {
  salt: 2,
  firstMs: 2.5 * MINUTE_MS,
  everyMs: 5 * MINUTE_MS,
  jitterMs: 80 * SECOND_MS,
  lastsMs: [25 * SECOND_MS, 45 * SECOND_MS],
}

/** The first one soon after it is known what is usual: that takes five minutes. */
const FAULT: Recurring = {
  salt: 5,
  firstMs: 6 * MINUTE_MS,
  everyMs: 8 * MINUTE_MS,
  jitterMs: 20 * SECOND_MS,
  lastsMs: [90 * SECOND_MS, 100 * SECOND_MS],
}
/** In turn. */
const FAULTS: readonly DemoFault[] = [
  { kind: 'path_fails', path: FAULTY_PATH, share: 0.7 },
  { kind: 'country_silent', country: SILENT_COUNTRY },
]

const WAVE_MS = 10 * MINUTE_MS
const WAVE = 0.2
const DAILY = 0.12
const BUSIEST_HOUR_UTC = 18
const RAMP_MS = 5 * SECOND_MS

export function rhythmAt(seed: number, startedAt: number, t: number): Rhythm {
  const sinceStart = t - startedAt
  const wave = 1 + WAVE * Math.sin((2 * Math.PI * sinceStart) / WAVE_MS)
  const dayPart = ((t % DAY_MS) - BUSIEST_HOUR_UTC * HOUR_MS) / DAY_MS
  const fault = during(FAULT, seed, sinceStart)
  const surge = during(SURGE, seed, sinceStart)
  return {
    load: wave * (1 + DAILY * Math.cos(2 * Math.PI * dayPart)),
    surge: surge === undefined ? 0 : Math.min(1, surge.forMs / RAMP_MS),
    hotPage: during(HOT_PAGE, seed, sinceStart)?.chance,
    fault: fault && FAULTS[fault.turn % FAULTS.length],
  }
}

/** For how long it has been going on, which time it is, and a number of its own; undefined: not now. */
function during(
  event: Recurring,
  seed: number,
  sinceStart: number,
): { forMs: number; turn: number; chance: number } | undefined {
  if (sinceStart < event.firstMs) return undefined
  const turn = Math.floor((sinceStart - event.firstMs) / event.everyMs)
  const draw = (n: number) => hashed(seed, turn * 16 + event.salt * 4 + n)
  const begin = event.firstMs + turn * event.everyMs + event.jitterMs * draw(0)
  const [shortest, longest] = event.lastsMs
  const forMs = sinceStart - begin
  if (forMs < 0 || forMs >= shortest + (longest - shortest) * draw(1)) return undefined
  return { forMs, turn, chance: draw(2) }
}
