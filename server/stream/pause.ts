import { setTimeout as wait } from 'node:timers/promises'

/** Waits, or returns early when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return
  try {
    await wait(ms, undefined, { signal })
  } catch {
    // Aborted: the caller looks at the signal itself.
  }
}
