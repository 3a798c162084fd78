import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'

/** One storey of the pyramid: panes of `ms`, kept in the store for `keepMs` of event time. */
export interface Level {
  ms: number
  keepMs: number
  /**
   * How many keys of one dimension a pane keeps apart; the lightest of the rest are folded into
   * `OTHER_KEY`. While it is still filling it may hold twice as many.
   */
  keys: number
}

/** Finest first; each level's length divides the next one's. */
export const LEVELS: readonly Level[] = [
  { ms: SECOND_MS, keepMs: HOUR_MS, keys: 2_000 },
  { ms: 10 * SECOND_MS, keepMs: 3 * HOUR_MS, keys: 2_000 },
  { ms: MINUTE_MS, keepMs: 7 * DAY_MS, keys: 2_000 },
  { ms: HOUR_MS, keepMs: 400 * DAY_MS, keys: 2_000 },
]

/** Keys that a query over many panes keeps apart at most. */
export const MAX_QUERY_KEYS = 20_000

export const levelAt = (index: number): Level => LEVELS[index] as Level

/** The finest level that still keeps the pane around `time`; undefined: older than all of them keep. */
export function finestLevel(time: number, now: number): number | undefined {
  for (let index = 0; index < LEVELS.length; index++) {
    if (isKept(index, time, now)) return index
  }
  return undefined
}

export function isKept(index: number, time: number, now: number): boolean {
  const { ms, keepMs } = levelAt(index)
  return paneStart(time, ms) >= now - keepMs
}

export const paneStart = (time: number, ms: number): number => time - (time % ms)
