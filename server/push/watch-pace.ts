/** A person clicks a few times a second; a client gone wrong asks without end. */
const BURST = 10
const PER_SECOND = 4

/** A token bucket: `tokens` at `atMs` (monotonic). */
export interface Pace {
  tokens: number
  atMs: number
}

export const fullPace = (nowMs: number): Pace => ({ tokens: BURST, atMs: nowMs })

/** Takes one token, or returns undefined where there is none: then only the newest wish is kept. */
export function takeToken(pace: Pace, nowMs: number): Pace | undefined {
  const grown = pace.tokens + ((nowMs - pace.atMs) / 1_000) * PER_SECOND
  const tokens = Math.min(BURST, grown) - 1
  return tokens < 0 ? undefined : { tokens, atMs: nowMs }
}
