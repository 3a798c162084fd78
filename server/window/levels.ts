import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'

/** One storey of the pyramid: panes of `ms`. For how long they are kept is said by `Retention`. */
export interface Level {
  ms: number
  /**
   * How many keys of one dimension a pane keeps apart; the lightest of the rest are folded into
   * `OTHER_KEY`. While it is still filling it may hold twice as many.
   */
  keys: number
}

/** Finest first; each level's length divides the next one's. */
export const LEVELS: readonly Level[] = [
  { ms: SECOND_MS, keys: 2_000 },
  { ms: 10 * SECOND_MS, keys: 2_000 },
  { ms: MINUTE_MS, keys: 2_000 },
  { ms: HOUR_MS, keys: 2_000 },
]

/** Keys that a query over many panes keeps apart at most. */
export const MAX_QUERY_KEYS = 20_000

export const levelAt = (index: number): Level => LEVELS[index] as Level

export const paneStart = (time: number, ms: number): number => time - (time % ms)
