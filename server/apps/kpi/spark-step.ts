import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'

/** Steps that are made of few panes. */
const STEPS = [
  SECOND_MS,
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
]
const MAX_POINTS = 60

/** How long one point of a sparkline over `spanMs` is: as short as 60 points allow. */
export const sparkStep = (spanMs: number): number =>
  STEPS.find((stepMs) => spanMs / stepMs <= MAX_POINTS) ?? HOUR_MS
