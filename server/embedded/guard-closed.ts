import type { LevelDown } from 'kinesalite/db/index.js'

const CALLS = ['_get', '_put', '_del', '_batch'] as const

/**
 * Once LevelDB is closed, another call into it would end the whole process (its binding goes to memory
 * that is not there any more), and kinesalite calls from timers and answers that are still on their way.
 * From now on such a call is an error.
 */
export function guardClosed(level: LevelDown): void {
  for (const name of CALLS) {
    const call = level[name].bind(level)
    level[name] = (...args) => {
      if (level.status === 'open') return call(...args)
      const done = args.at(-1) as (error: Error) => void
      process.nextTick(done, new Error('the embedded stream is closed'))
    }
  }
}
