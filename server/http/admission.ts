import type { Clock } from '../platform/clock.ts'

/** What a question costs: a lane each, so that large ones do not hold up small ones. */
export type Load = 'small' | 'large'

/** How many questions are answered at once, how many wait for that, and for how long, ms. */
export interface LaneBounds {
  running: number
  waiting: number
  waitMs: number
}

export const LANES: Record<Load, LaneBounds> = {
  small: { running: 16, waiting: 200, waitMs: 10_000 },
  large: { running: 2, waiting: 24, waitMs: 10_000 },
}

const MOST_RETRY_S = 30

export type Entry =
  /** `leave`: it is answered, or nobody waits for the answer any more. */
  { kind: 'entered'; leave(): void } | { kind: 'refused'; retryAfterS: number }

export interface Admission {
  /** Resolves when there is a place, or when it is clear that there is none. */
  enter(load: Load, signal: AbortSignal): Promise<Entry>
}

export function createAdmission(clock: Pick<Clock, 'monotonicMs'>, bounds = LANES): Admission {
  const lanes = {
    small: createLane(bounds.small, clock),
    large: createLane(bounds.large, clock),
  }
  return { enter: (load, signal) => lanes[load](signal) }
}

/** First come, first served. */
function createLane({ running, waiting, waitMs }: LaneBounds, clock: Pick<Clock, 'monotonicMs'>) {
  const line = new Set<() => void>()
  let places = running
  /** How long the last answer took. */
  let tookMs = 1_000

  function entered(): Entry {
    places--
    const since = clock.monotonicMs()
    let isIn = true
    return {
      kind: 'entered',
      leave() {
        if (!isIn) return
        isIn = false
        places++
        tookMs = clock.monotonicMs() - since
        const [first] = line
        first?.()
      },
    }
  }

  /** About when those who are here now are answered. */
  function refused(): Entry {
    const seconds = Math.ceil((tookMs * (line.size + running)) / running / 1_000)
    return { kind: 'refused', retryAfterS: Math.min(MOST_RETRY_S, Math.max(1, seconds)) }
  }

  return (signal: AbortSignal): Promise<Entry> => {
    if (signal.aborted) return Promise.resolve(refused())
    if (places > 0) return Promise.resolve(entered())
    if (line.size >= waiting) return Promise.resolve(refused())
    return new Promise((resolve) => {
      const leaveLine = () => {
        line.delete(come)
        clearTimeout(timer)
        signal.removeEventListener('abort', give)
      }
      const come = () => {
        leaveLine()
        resolve(entered())
      }
      const give = () => {
        leaveLine()
        resolve(refused())
      }
      const timer = setTimeout(give, waitMs)
      signal.addEventListener('abort', give)
      line.add(come)
    })
  }
}
