import { type Baseline, createBaseline, type Judged } from './baseline.ts'
import {
  type Change,
  type DetectorState,
  type Mark,
  nextDetectorState,
  resumedState,
  USUAL,
} from './detector.ts'
import type { Reading } from './reading.ts'

/** One KPI under watch: its baseline and its detector. */
export interface Watch {
  /** One step, in order of time. `atMs`: epoch, when it began. O(1). */
  see(reading: Reading, atMs: number): { judged: Judged | undefined; change: Change }
  /** A step of the past, known to be history: learned and not judged. A ratio may be over several `steps`. */
  remember(reading: Reading, atMs: number, steps?: number): void
  /** A step of the past of which only the time of day is learned. */
  rememberSeason(reading: Reading, atMs: number): void
  /** Goes on with a mark that another process found. What is remembered of the time after it began is its season alone. */
  resume(mark: Mark): void
  /** How many more steps have to be learned before one is judged. */
  stepsToGo(): number
}

export function createWatch(): Watch {
  const baseline: Baseline = createBaseline()
  let state: DetectorState = USUAL
  return {
    see(reading, atMs) {
      const judged = baseline.judge(reading, atMs)
      const next = nextDetectorState(state, judged, atMs)
      state = next.state
      if (next.change.kind === 'ended' && next.change.newNormal) baseline.forgetLevel()
      // What is strange must not become usual while it lasts.
      if (state.kind === 'marked') baseline.learnSeason(reading, atMs)
      else baseline.learn(reading, atMs)
      return { judged, change: next.change }
    },
    remember(reading, atMs, steps) {
      if (state.kind === 'marked' && atMs >= state.run.since) baseline.learnSeason(reading, atMs)
      else baseline.learn(reading, atMs, steps)
    },
    rememberSeason: baseline.learnSeason,
    resume(mark) {
      state = resumedState(mark)
    },
    stepsToGo: baseline.stepsToGo,
  }
}
