import { LEVELS, levelAt } from './levels.ts'
import type { Retention } from './retention.ts'

/**
 * The step that one asked for becomes: whole panes of the finest level that still keeps the beginning. `fromOf`: where the
 * range begins in steps of so many ms.
 */
export function keptStep(
  { isKept }: Pick<Retention, 'isKept'>,
  {
    leastStepMs,
    fromOf,
    now,
  }: { leastStepMs: number; fromOf: (ms: number) => number; now: number },
): number {
  const inPanesOf = (ms: number) => Math.ceil(leastStepMs / ms) * ms
  const level = LEVELS.findIndex(({ ms }, at) => isKept(at, fromOf(inPanesOf(ms)), now))
  return inPanesOf(levelAt(level === -1 ? LEVELS.length - 1 : level).ms)
}
