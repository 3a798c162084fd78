import { type Baseline, createBaseline, type Judged } from './baseline.ts'
import { type Change, type DetectorState, nextDetectorState, USUAL } from './detector.ts'
import type { Reading } from './reading.ts'

/** One KPI under watch: its baseline and its detector. */
export interface Watch {
  /** One step, in order of time. `atMs`: epoch, when it began. O(1). */
  see(reading: Reading, atMs: number): { judged: Judged | undefined; change: Change }
  /** A step of the past, known to be history: learned and not judged. */
  remember(reading: Reading, atMs: number): void
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
    remember: (reading, atMs) => baseline.learn(reading, atMs),
  }
}
