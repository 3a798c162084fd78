import { SECOND_MS } from '../../../lib/time.ts'
import type { Clock } from '../../platform/clock.ts'
import { type Answer, REMEDY } from './answer-check.ts'
import {
  afterAnswer,
  afterFailure,
  excused,
  type Headway,
  headwayFrom,
  isStuck,
} from './headway.ts'
import type { ReaderLog } from './reader-log.ts'

export interface Said {
  problem: string
  remedy: string
}

/** What is wrong with one reader, and since when (epoch ms); whether it gets on at all. */
export interface ReaderTrouble {
  failed(said: Said): void
  /** Of no consequence by itself, only if it goes on and on. */
  passed(said: Said): void
  /** What failed before is still so. */
  stays(): void
  /** An answer came. Trouble is over where it says how to go on. */
  answered(answer: Answer): void
  /** It was taken in, and moved the shard's progress or did not. */
  taken(answer: Answer, moved: boolean): void
  /** What begins now: what is held up by others does not count, nor does a rest while all is well. */
  begins(what: 'held_up' | 'rest' | 'work'): void
  /** Now and then; `lateMs`: the process itself stood still. */
  look(lateMs: number): void
  now(): (Said & { since: number }) | undefined
  /** It repeats itself and gets no further; null: it gets on. */
  stuck(): (Said & { since: number }) | null
}

export function createReaderTrouble({
  clock,
  log,
}: {
  clock: Clock
  log: ReaderLog
}): ReaderTrouble {
  let trouble: (Said & { since: number }) | undefined
  let headway = headwayFrom(clock.monotonicMs())
  let heldFrom: number | undefined
  let repeated: Said | undefined
  let stuckSince: number | undefined

  function tried(next: Headway, said: Said): void {
    headway = next
    repeated = said
  }

  function failed(said: Said): void {
    trouble = { since: trouble?.since ?? clock.now(), ...said }
    log.failed(said.problem, said.remedy)
    tried(afterFailure(headway), said)
  }

  function gotOn(next: Headway): void {
    headway = next
    if (stuckSince !== undefined) log.info('gets on again')
    stuckSince = undefined
    repeated = undefined
  }

  return {
    failed,
    passed: (said) => tried(afterFailure(headway), said),
    stays() {
      headway = afterFailure(headway)
    },
    answered({ claim }) {
      if (claim.kind !== 'more') return
      if (trouble !== undefined) log.info('reads again')
      trouble = undefined
    },
    taken({ claim, records, millisBehindLatest: behindMs }, moved) {
      const goesOn = claim.kind === 'more'
      const next = afterAnswer(headway, { moved, goesOn, behindMs }, clock.monotonicMs())
      if (next.tries === 0) gotOn(next)
      else if (goesOn) {
        tried(next, { problem: repetitionOf(records.length, behindMs), remedy: REMEDY })
      }
    },
    begins(what) {
      const now = clock.monotonicMs()
      if (heldFrom !== undefined) headway = excused(headway, now - heldFrom)
      const isExcused = what === 'held_up' || (what === 'rest' && headway.tries === 0)
      heldFrom = isExcused ? now : undefined
    },
    look(lateMs) {
      headway = excused(headway, lateMs)
      const now = heldFrom ?? clock.monotonicMs()
      if (stuckSince !== undefined || repeated === undefined || !isStuck(headway, now)) return
      const forMs = now - headway.sinceMs
      stuckSince = clock.now() - forMs
      log.warn(`gets no further for ${Math.round(forMs / SECOND_MS)} s: ${repeated.problem}`)
    },
    now: () => trouble,
    stuck: () =>
      stuckSince === undefined || repeated === undefined
        ? null
        : { since: stuckSince, ...repeated },
  }
}

function repetitionOf(records: number, behindMs: number | null): string {
  if (records > 0) return 'answers bring only records that were read before'
  return behindMs === null
    ? 'answers come without a record, and do not say how far behind the tip they are'
    : 'answers come without a record, and none is closer to the tip than the ones before'
}
