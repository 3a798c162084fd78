import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'

/** Steps that are made of few panes. */
const STEPS = [
  ...[1, 10, 30].map((n) => n * SECOND_MS),
  ...[1, 10, 30].map((n) => n * MINUTE_MS),
  ...[1, 3, 6, 12, 24].map((n) => n * HOUR_MS),
]
const LONGEST = 24 * HOUR_MS
const MAX_POINTS = 60

/** How long one point of a sparkline over `spanMs` is: as short as 60 points allow. */
export const sparkStep = (spanMs: number): number =>
  STEPS.find((stepMs) => spanMs / stepMs <= MAX_POINTS) ?? LONGEST
