import { setImmediate as nextRound } from 'node:timers/promises'
import type { EpochMs } from '../../lib/time.ts'
import type { Pause } from './pause.ts'

/** A few rounds in which nobody works: everyone waits for a time. */
const IDLE_ROUNDS = 12

/**
 * A thread whose time is work: it passes when somebody says so, and from one timer to the next where nobody works. The same
 * work gives the same times, whatever the machine does.
 */
export function createVirtualLoop() {
  let ms = 0
  let worked = 0
  const timers = new Set<{ at: number; ring: () => void }>()

  const pause: Pause = (forMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const ended = () => {
        timers.delete(timer)
        resolve()
      }
      const ring = () => {
        signal.removeEventListener('abort', ended)
        resolve()
      }
      const timer = { at: ms + Math.max(0, forMs), ring }
      timers.add(timer)
      signal.addEventListener('abort', ended)
    })

  function ring(): void {
    for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > ms) return
      timers.delete(timer)
      timer.ring()
    }
  }

  return {
    clock: { now: () => (1_790_000_000_000 + ms) as EpochMs, monotonicMs: () => ms },
    pause,
    /** As `setImmediate`: what is due has its turn. */
    async round(): Promise<void> {
      ring()
      await nextRound()
    },
    work(forMs: number): void {
      ms += forMs
      worked++
    },
    async runFor(forMs: number): Promise<void> {
      const end = ms + forMs
      for (let idle = 0; ms < end; ) {
        const before = worked
        ring()
        await nextRound()
        idle = worked === before ? idle + 1 : 0
        if (idle < IDLE_ROUNDS) continue
        const next = Math.min(end, ...Array.from(timers, ({ at }) => at))
        ms = Math.max(ms, next)
        idle = 0
      }
    },
  }
}
