import { DAY_MS, HOUR_MS } from '../../lib/time.ts'
import { LEVELS, levelAt, paneStart } from './levels.ts'

/** For how long panes are kept in the store, in ms of event time. */
export interface KeepTimes {
  seconds: number
  minutes: number
  hours: number
}

export const DEFAULT_KEEP: KeepTimes = {
  seconds: HOUR_MS,
  minutes: 7 * DAY_MS,
  hours: 400 * DAY_MS,
}

/** Panes of 10 s are kept so many times as long as those of a second. */
const TENS_TIMES = 3

/** By level. */
export const keepMsOf = ({ seconds, minutes, hours }: KeepTimes): readonly number[] => [
  seconds,
  TENS_TIMES * seconds,
  minutes,
  hours,
]

/** Which panes are kept. Where a level keeps a time, so do all coarser ones: `KEEP_HOURS` is the longest of the times. */
export interface Retention {
  /** By level, ms. */
  readonly keepMs: readonly number[]
  isKept(level: number, time: number, now: number): boolean
  /** The finest level that keeps the pane around `time`; undefined: older than all of them keep. */
  finestLevel(time: number, now: number): number | undefined
  /** The panes of a level that begin before this are not kept. */
  keptFrom(level: number, now: number): number
  /**
   * Beyond history lies what happened before this: no level keeps it, so no window and no range shows it. Whatever is said
   * about how far back figures go says this.
   */
  oldest(now: number): number
  /**
   * Longer times than before count from now on: of each level, what began before this was deleted by the times that
   * held until then, epoch ms. To be called before anything is read or added.
   */
  goneBefore(times: readonly number[]): void
}

export function createRetention(keep: KeepTimes = DEFAULT_KEEP): Retention {
  const keepMs = keepMsOf(keep)
  let gone: readonly number[] = LEVELS.map(() => Number.NEGATIVE_INFINITY)

  const keptFrom = (level: number, now: number): number =>
    Math.max(now - (keepMs[level] as number), gone[level] as number)

  const coarsest = LEVELS.length - 1
  const coarsestMs = levelAt(coarsest).ms

  const isKept = (level: number, time: number, now: number): boolean =>
    paneStart(time, levelAt(level).ms) >= keptFrom(level, now)

  return {
    keepMs,
    keptFrom,
    oldest: (now) => Math.ceil(keptFrom(coarsest, now) / coarsestMs) * coarsestMs,
    isKept,
    finestLevel(time, now) {
      for (let level = 0; level < LEVELS.length; level++) {
        if (isKept(level, time, now)) return level
      }
      return undefined
    },
    goneBefore(times) {
      gone = times
    },
  }
}

/** What the store remembers of the times that held last. */
export interface RetentionMemory {
  keepMs: readonly number[]
  goneBefore: readonly (number | null)[]
}

/**
 * What is gone at a start at `now` with the times `keepMs`, given what the store remembers: where a level is kept
 * longer than it was, its older panes were deleted and do not come back.
 */
export function goneBefore(
  memory: RetentionMemory,
  keepMs: readonly number[],
  now: number,
): number[] {
  return keepMs.map((keep, level) => {
    const before = memory.goneBefore[level] ?? Number.NEGATIVE_INFINITY
    const kept = memory.keepMs[level] ?? keep
    return keep > kept ? Math.max(before, now - kept) : before
  })
}
