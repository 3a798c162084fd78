import { DAY_MS, MINUTE_MS } from '../../lib/time.ts'
import type { Amounts } from './reading.ts'
import { STEP_MS } from './reading.ts'

/** How a KPI's level moves over the day, from the same time on the days before. */
export interface Season {
  /** A step, whatever was wrong with it. `atMs` (epoch) must not go back. O(1). */
  learn(amounts: Amounts, atMs: number): void
  /** The median level at this time of day over the days known; undefined: fewer than three. */
  usual(atMs: number): number | undefined
}

/**
 * Finer than an hour: traffic that jumps at nine every day would be taken for a fault by an hour's mean,
 * and morning's rise makes a stair of the day.
 */
const SLOT_MS = 5 * MINUTE_MS
const SLOTS = DAY_MS / SLOT_MS
const DAYS_KEPT = 7
const DAYS_NEEDED = 3
const STEPS_NEEDED = SLOT_MS / STEP_MS / 2
/** A level of fewer events moves by more than 10 % by chance. */
const EVENTS_NEEDED = 100

/** 8 KB a KPI: 7 days × 288 slots × 4 bytes. A slot that a day did not see keeps what was there before. */
export function createSeason(): Season {
  const levels = new Float32Array(DAYS_KEPT * SLOTS).fill(Number.NaN)
  let open = -1
  let steps = 0
  const sum: Amounts = { amount: 0, exposure: 0, events: 0 }
  let medianOf = -1
  let median: number | undefined

  function close(): void {
    if (steps >= STEPS_NEEDED && sum.events >= EVENTS_NEEDED) {
      levels[open % levels.length] = sum.amount / sum.exposure
    }
    steps = 0
    sum.amount = 0
    sum.exposure = 0
    sum.events = 0
  }

  return {
    learn(amounts, atMs) {
      const slot = Math.floor(atMs / SLOT_MS)
      if (slot !== open) {
        close()
        open = slot
      }
      steps += 1
      sum.amount += amounts.amount
      sum.exposure += amounts.exposure
      sum.events += amounts.events
    },
    usual(atMs) {
      const slot = Math.floor(atMs / SLOT_MS)
      if (slot !== medianOf) {
        medianOf = slot
        median = medianOfDays(levels, slot)
      }
      return median
    },
  }
}

/** With the slots before and after: three times the values, and a jump between two slots stays one (Tukey 1977). */
function medianOfDays(levels: Float32Array, slot: number): number | undefined {
  const known: number[] = []
  let days = 0
  for (let day = 1; day <= DAYS_KEPT; day += 1) {
    for (const beside of [-1, 0, 1]) {
      const at = slot + beside + (DAYS_KEPT - day) * SLOTS
      const level = levels[(at + levels.length) % levels.length] as number
      if (!(level > 0)) continue
      known.push(level)
      if (beside === 0) days += 1
    }
  }
  if (days < DAYS_NEEDED) return undefined
  known.sort((a, b) => a - b)
  const middle = (known.length - 1) / 2
  return ((known[Math.floor(middle)] as number) + (known[Math.ceil(middle)] as number)) / 2
}
