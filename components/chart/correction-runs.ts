import type { Correction } from '../../lib/correction.ts'
import { count } from '../../lib/format.ts'
import { age } from '../../lib/format-time.ts'

/** Corrected steps that one mark stands for. */
export interface CorrectionRun {
  /** Where the first of them begins, and the last of them, epoch ms. */
  first: number
  last: number
  steps: number
  late: number
  /** When the last late event came. */
  at: number
}

/** Steps, oldest first, that begin no more than `nearMs` apart, as one. */
export function correctionRuns(
  corrections: readonly Correction[],
  nearMs: number,
): readonly CorrectionRun[] {
  const runs: CorrectionRun[] = []
  for (const { t, late, at } of corrections) {
    const run = runs.at(-1)
    if (run === undefined || t - run.last > nearMs) {
      runs.push({ first: t, last: t, steps: 1, late, at })
      continue
    }
    run.last = t
    run.steps++
    run.late += late
    run.at = Math.max(run.at, at)
  }
  return runs
}

/** "12 late events, the last 3 min ago" */
export function lateWords({ late, at }: Pick<Correction, 'late' | 'at'>, now: number): string {
  const ago = `${age(now - at)} ago`
  return late === 1 ? `1 late event, ${ago}` : `${count(late)} late events, the last ${ago}`
}

export const runWords = (run: CorrectionRun, now: number): string =>
  run.steps === 1
    ? `Corrected after it was over: ${lateWords(run, now)}`
    : `${count(run.steps)} steps corrected after they were over: ${lateWords(run, now)}`
