import type { Health } from '../lib/frames.ts'
import { MINUTE_MS } from '../lib/time.ts'
import { storeTrouble } from './damage/store-trouble.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf, SetupError } from './platform/errors.ts'

/** Why a worker ended, and what to do about it. */
export interface Cause {
  problem: string
  remedy: string
}

export const LOG_REMEDY =
  'The log has where. What is committed is safe, and it goes on from there once the cause is gone.'

/** Of an error that ended a thread. `storeFile`: to see what keeps the store from being used. */
export function causeOf(error: unknown, storeFile?: string): Cause {
  const store = storeTrouble(error, storeFile)
  if (store !== undefined) {
    return { problem: `the store cannot be used: ${store.problem}`, remedy: store.remedy }
  }
  const problem = messageOf(error)
  // What the user can mend says how by itself.
  if (error instanceof SetupError) return { problem, remedy: '' }
  const isMemory = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY'
  return { problem, remedy: isMemory ? MEMORY_REMEDY : LOG_REMEDY }
}

const MEMORY_REMEDY =
  'Give it more memory, such as NODE_OPTIONS=--max-old-space-size=4096, or set STREAM_BUFFER_MB or REMEMBERED_IDS lower.'

/** One that dies now and then is started anew and goes on; that is in the log. */
const IN_A_ROW = 2
/** So many in so long are trouble, too, though each got somewhere. */
const MANY = 5
const MANY_WITHIN_MS = 5 * MINUTE_MS

/** How a thread that is started anew whenever it dies gets on. */
export interface Deaths {
  /** It ended by itself. */
  died(cause: Cause): void
  /** What it was started for is done: what ended the one before is over. */
  progressed(): void
  /** `trouble` once it dies again and again. */
  health(): Health
}

/** `name`: what it is, "The pipeline". */
export function createDeaths(name: string, clock: Pick<Clock, 'now' | 'monotonicMs'>): Deaths {
  let inARow = 0
  let since = 0
  let last: Cause | undefined
  /** When the last few were. */
  let recent: number[] = []

  return {
    died(cause) {
      if (inARow === 0) since = clock.now()
      inARow++
      last = cause
      recent = [...recent, clock.monotonicMs()].slice(-MANY)
    },
    progressed() {
      inARow = 0
    },
    health() {
      const [oldest = 0] = recent
      const isOften = recent.length === MANY && clock.monotonicMs() - oldest < MANY_WITHIN_MS
      if (last === undefined || (inARow < IN_A_ROW && !isOften)) return { kind: 'ok' }
      const times = Math.max(inARow, isOften ? MANY : 0)
      return {
        kind: 'trouble',
        since: since === 0 ? clock.now() : since,
        problem: `${name} has ended ${times} times and is started anew each time: ${last.problem}`,
        remedy: last.remedy,
      }
    },
  }
}
