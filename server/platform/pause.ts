import { setTimeout as wait } from 'node:timers/promises'

export type Pause = (ms: number, signal: AbortSignal) => Promise<void>

/**
 * Waits, or returns early when `signal` aborts. However short, it lets timers, messages and sockets have their
 * turn: a loop that is always late must not starve them.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  try {
    await wait(Math.max(0, ms), undefined, { signal })
  } catch {
    // Aborted: the caller looks at the signal itself.
  }
}
