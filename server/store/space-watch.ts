import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type { Store } from './open-store.ts'

/** Without a commit of something new for so long it is quiet. */
const QUIET_AFTER_MS = 10_000

/** Gives the store's free space back, a turn at each look. */
export interface SpaceWatch {
  /** Something new was committed. */
  news(): void
  /** Never rejects: a file that cannot become shorter is no trouble of its own. */
  look(): Promise<void>
}

export function createSpaceWatch(ports: {
  store: Pick<Store, 'giveBack'>
  clock: { monotonicMs(): number }
  log: Log
}): SpaceWatch {
  const { store, clock, log } = ports
  let newsAtMs = Number.NEGATIVE_INFINITY
  let isFailing = false
  return {
    news() {
      newsAtMs = clock.monotonicMs()
    },
    async look() {
      try {
        await store.giveBack({ isQuiet: clock.monotonicMs() - newsAtMs > QUIET_AFTER_MS })
        isFailing = false
      } catch (error) {
        if (!isFailing) log.warn({ problem: messageOf(error) }, 'free space is not given back')
        isFailing = true
      }
    },
  }
}
