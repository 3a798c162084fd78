import { SECOND_MS } from '../../lib/time.ts'
import type { Clock } from './clock.ts'

const LOOK_EVERY_MS = SECOND_MS
/** A look that is later than this means that the thread had no time, whatever it waited for. */
const STOOD_STILL_MS = 2 * SECOND_MS
/** What was under way meanwhile fails within so long. */
const LATELY_MS = 20 * SECOND_MS

/** Whether this thread stood still: stopped by a signal, kept busy, or on a machine without time for it. */
export interface StandStill {
  /** How long it did, in ms, where that was a moment ago; 0: it did not. */
  latelyMs(): number
  close(): void
}

export function watchStandStill(clock: Pick<Clock, 'monotonicMs'>): StandStill {
  let lookedAt = clock.monotonicMs()
  let last = { ms: 0, endedAt: Number.NEGATIVE_INFINITY }

  /** Also by whoever asks: its timer may be due before ours. */
  function look(): void {
    const now = clock.monotonicMs()
    const lateMs = now - lookedAt - LOOK_EVERY_MS
    if (lateMs > STOOD_STILL_MS) last = { ms: lateMs, endedAt: now }
    lookedAt = now
  }

  const timer = setInterval(look, LOOK_EVERY_MS)
  timer.unref()
  return {
    latelyMs() {
      look()
      return clock.monotonicMs() - last.endedAt < LATELY_MS ? last.ms : 0
    },
    close: () => clearInterval(timer),
  }
}
