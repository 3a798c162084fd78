import { SECOND_MS } from '../../../lib/time.ts'
import type { Clock } from '../../platform/clock.ts'

/** What an app may hold the thread for at a stretch. */
const STRETCH_MS = 25
const MAX_BATCH = 500
const MIN_BATCH = 50
/** The newest batches weigh this much in the cost of an event. */
const NEWEST = 0.2
/** Slow: it takes half of the time, and not because there is so much to do. */
const SLOW_BUSY = 0.5
const SLOW_MS_AN_EVENT = 0.05
const SLOTS = 16

/** What an app costs: the part of the time it takes, and how much of it an event takes. */
export interface AppTime {
  measure(events: number, work: () => void): void
  batchEvents(): number
  /** Over the last `spanMs`, at most 15 s. */
  reading(spanMs: number): { busy: number; slow: boolean }
}

export function createAppTime(clock: Clock): AppTime {
  const seconds = new Float64Array(SLOTS)
  const busyMs = new Float64Array(SLOTS)
  const startedAt = clock.monotonicMs()
  let msAnEvent = 0

  function spent(ms: number, at: number): void {
    const second = Math.floor(at / SECOND_MS)
    const slot = second % SLOTS
    if (seconds[slot] !== second) {
      seconds[slot] = second
      busyMs[slot] = 0
    }
    busyMs[slot] = (busyMs[slot] as number) + ms
  }

  return {
    measure(events, work) {
      const from = clock.monotonicMs()
      try {
        work()
      } finally {
        const to = clock.monotonicMs()
        spent(to - from, to)
        if (events > 0) msAnEvent += ((to - from) / events - msAnEvent) * NEWEST
      }
    },
    batchEvents() {
      if (msAnEvent === 0) return MAX_BATCH
      return Math.max(MIN_BATCH, Math.min(MAX_BATCH, Math.floor(STRETCH_MS / msAnEvent)))
    },
    reading(spanMs) {
      const now = clock.monotonicMs()
      const first = Math.floor((now - spanMs) / SECOND_MS)
      let sum = 0
      for (let slot = 0; slot < SLOTS; slot++) {
        if ((seconds[slot] as number) > first) sum += busyMs[slot] as number
      }
      const busy = Math.min(1, sum / Math.max(1, Math.min(spanMs, now - startedAt)))
      return { busy, slow: busy >= SLOW_BUSY && msAnEvent >= SLOW_MS_AN_EVENT }
    },
  }
}
