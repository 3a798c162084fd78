import { DAY_MS } from '../../lib/time.ts'
import type { Load } from './admission.ts'

/** As many points as a chart has of its own accord. */
const SMALL_POINTS = 360
const SMALL_SPAN_MS = DAY_MS

/** Durations and times in ms. */
interface Asked {
  by?: unknown
  window?: number | undefined
  from?: number | undefined
  to?: number | undefined
  step?: number | undefined
}

/** What can be said of a question's cost before it is looked at: of many keys, points, or of much past it is large. */
export function loadOf(asked: Asked, now: number): Load {
  const { by, window = 0, from, to = now, step } = asked
  const spanMs = from === undefined ? window : to - from
  const points = step === undefined ? 0 : spanMs / step
  return by !== undefined || spanMs > SMALL_SPAN_MS || points > SMALL_POINTS ? 'large' : 'small'
}
