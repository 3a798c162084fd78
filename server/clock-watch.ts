import type { FoundChange } from '../lib/counting-change.ts'
import { duration } from '../lib/format-time.ts'
import { MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import type { Clock } from './platform/clock.ts'
import type { Log } from './platform/log.ts'

/** A clock that is disciplined in small steps is no news. */
const SET_BACK_MS = 30 * SECOND_MS
/** From here on the newest events of a window are missing, or come from the future. */
const WRONG_MS = MINUTE_MS

/** Looks whether this machine's clock goes as time does, and as the stream's. */
export interface ClockWatch {
  /** What is new. `aheadMs`: of the stream's clock; null: that is not known. */
  look(aheadMs: number | null): FoundChange | undefined
}

export function createClockWatch(clock: Clock, log: Log): ClockWatch {
  const offset = () => clock.now() - clock.monotonicMs()
  let before = offset()
  let isWrong = false

  return {
    look(aheadMs) {
      const now = offset()
      const backMs = before - now
      before = now
      const wasWrong = isWrong
      isWrong = aheadMs !== null && Math.abs(aheadMs) >= WRONG_MS
      if (isWrong && !wasWrong) log.warn({ aheadMs }, "this machine's clock is not the stream's")
      if (backMs < SET_BACK_MS) return undefined
      const text = `This machine's clock was set back by ${duration(backMs)}. Windows end at this clock: what came before is ahead of them until it has caught up.`
      return { kind: 'clock_set', text }
    },
  }
}
