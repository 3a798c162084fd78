import { MINUTE_MS } from '../../../lib/time.ts'
import type { Clock } from '../../platform/clock.ts'

/** The dates of answers are to the second, and of machines that may differ a little. */
const LEAP_MS = MINUTE_MS

/** The stream's own clock, by the dates of its answers. */
export interface StreamClock {
  /** An answer has this date, epoch ms. One that leaps is believed once another one says the same. */
  heard(at: number | undefined): void
  /** Whole epoch ms, right to the second; undefined where it does not tell the time. */
  now(): number | undefined
}

interface Told {
  at: number
  monotonicMs: number
}

export function createStreamClock(clock: Clock): StreamClock {
  let told: Told | undefined
  let doubtful: Told | undefined

  const since = ({ at, monotonicMs }: Told): number =>
    Math.round(at + clock.monotonicMs() - monotonicMs)
  const fits = (at: number, before: Told | undefined): boolean =>
    before !== undefined && Math.abs(at - since(before)) <= LEAP_MS

  return {
    heard(at) {
      if (at === undefined) return
      const heard = { at, monotonicMs: clock.monotonicMs() }
      if (told === undefined || fits(at, told) || fits(at, doubtful)) {
        told = heard
        doubtful = undefined
      } else doubtful = heard
    },
    now: () => (told === undefined ? undefined : since(told)),
  }
}
