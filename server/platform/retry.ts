/**
 * Exponential backoff with full jitter (Brooker, "Exponential backoff and jitter", AWS 2015).
 * `attempt` counts from 0; `random` is in [0, 1). Returns milliseconds.
 */
export function backoffMs(
  attempt: number,
  random: number,
  limits: { baseMs: number; capMs: number },
): number {
  const ceiling = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(attempt, 30))
  return Math.round(limits.baseMs / 2 + random * (ceiling - limits.baseMs / 2))
}
