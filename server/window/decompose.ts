import { LEVELS } from './levels.ts'

/** A pane's place in time: `level` is an index into `LEVELS`. */
export interface PaneRef {
  level: number
  start: number
}

/**
 * Covers [from, to) exactly by the fewest panes: always the largest aligned one that fits.
 * Both ends must be multiples of the finest level. At most 2 × 9 + 2 × 5 + 2 × 59 panes and whole hours. `most`: only so
 * many of the first.
 */
export function decompose(from: number, to: number, most = Number.POSITIVE_INFINITY): PaneRef[] {
  const panes: PaneRef[] = []
  let at = from
  while (at < to && panes.length < most) {
    let level = LEVELS.length - 1
    let ms = LEVELS[level]?.ms ?? 0
    while (level > 0 && (at % ms !== 0 || at + ms > to)) {
      level--
      ms = LEVELS[level]?.ms ?? 0
    }
    panes.push({ level, start: at })
    at += ms
  }
  return panes
}
