import { type EpochMs, epochMs } from '../../lib/time.ts'

/** The only file that reads the clock; everything else is given one. */
export interface Clock {
  /** Wall time. */
  now(): EpochMs
  /** Milliseconds that only grow, whatever happens to the wall time: for pacing and time-outs. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonicMs: () => performance.now(),
}
