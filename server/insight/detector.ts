import { HOUR_MS } from '../../lib/time.ts'
import type { Judged } from './baseline.ts'
import { STEP_MS } from './reading.ts'

/** When a value has left what is usual for it: a mark begins, lasts and ends. Pure. */

export type Direction = 'up' | 'down'

export interface Mark {
  /** Epoch ms: the beginning of the first step that was away. */
  since: number
  direction: Direction
  /** Means over the steps that were away. */
  expected: number
  value: number
  /** `value` / `expected`: 4 is "4× usual", 0 is "stopped". Infinity where nothing was expected. */
  factor: number
  /** How sure: the run's standard deviations, as of one step. */
  score: number
}

/** Steps that were away in one direction, one after the other. */
interface Run {
  since: number
  direction: Direction
  steps: number
  sum: Away
  last: Away
  /** The sum of the last two, of one where there is no other. */
  lastTwo: Away
}

/** `score` counts from 0 to `MOST_OF_A_STEP`, in the run's direction. */
interface Away {
  score: number
  expected: number
  value: number
}

export type DetectorState =
  | { kind: 'usual' }
  | { kind: 'leaving'; run: Run }
  /** `backSince`: the beginning of the first step that was not away any more; null: it is away. `other`: the other way. */
  | { kind: 'marked'; run: Run; backSince: number | null; other: Run | null }

export type Change =
  | { kind: 'none' }
  | { kind: 'began'; mark: Mark }
  | { kind: 'grew'; mark: Mark }
  /** `untilMs`: the end of the last step that was away. `newNormal`: it has been so for too long to be strange. */
  | { kind: 'ended'; mark: Mark; untilMs: number; newNormal: boolean }
  /** One ended, and `mark` began the other way: a rush, and then silence. */
  | { kind: 'turned'; ended: Mark; untilMs: number; mark: Mark }

export const USUAL: DetectorState = { kind: 'usual' }
const NO_CHANGE: Change = { kind: 'none' }

/** A step is away beyond this; a run of them sums up. Low, so that one weak step does not break a run. */
const AWAY = 1.2
/** One step counts at most this much: a burst of a few seconds is no fault. */
const MOST_OF_A_STEP = 5
/**
 * Σ scores / √steps of a run (Stouffer 1949) from which it is a mark. What a burst across two steps cannot look like
 * takes two steps; anything nearer takes more of both.
 */
const PLAIN = { steps: 2, score: 4.3, up: 2.4, down: 0.7 }
const OTHERWISE = { steps: 4, score: 6.5 }

/** It ends when it has been back for this long. */
const BACK_FOR_MS = 6 * STEP_MS
/** After this long the new level is the normal one. */
export const NEW_NORMAL_MS = 2 * HOUR_MS

/** `judged` undefined: the step says nothing. `atMs`: when the step began. */
export function nextDetectorState(
  state: DetectorState,
  judged: Judged | undefined,
  atMs: number,
): Next {
  if (state.kind === 'marked') return nextMarked(state, judged, atMs)
  if (judged === undefined) return { state, change: NO_CHANGE }
  if (Math.abs(judged.score) < AWAY) return { state: USUAL, change: NO_CHANGE }
  const run = extended(state.kind === 'leaving' ? state.run : undefined, judged, atMs)
  if (!isMark(run)) return { state: { kind: 'leaving', run }, change: NO_CHANGE }
  const marked: DetectorState = { kind: 'marked', run, backSince: null, other: null }
  return { state: marked, change: { kind: 'began', mark: markOf(run) } }
}

/** The state in which a mark stands that another process found: it goes on with the same one. */
export function resumedState({ since, direction, ...mark }: Mark): DetectorState {
  const each = { score: mark.score / Math.SQRT2, expected: mark.expected, value: mark.value }
  const sum = added(each, each)
  const run: Run = { since, direction, steps: 2, sum, last: each, lastTwo: sum }
  return { kind: 'marked', run, backSince: null, other: null }
}

type Next = { state: DetectorState; change: Change }

function nextMarked(
  state: DetectorState & { kind: 'marked' },
  judged: Judged | undefined,
  atMs: number,
): Next {
  const end = atMs + STEP_MS
  const mark = markOf(state.run)
  if (end - state.run.since >= NEW_NORMAL_MS) {
    return { state: USUAL, change: { kind: 'ended', mark, untilMs: end, newNormal: true } }
  }
  if (judged === undefined) return { state, change: NO_CHANGE }
  if (isAway(judged, state.run.direction)) {
    const run = extended(state.run, judged, atMs)
    const marked: DetectorState = { kind: 'marked', run, backSince: null, other: null }
    return { state: marked, change: { kind: 'grew', mark: markOf(run) } }
  }
  return nextBack(state, judged, atMs)
}

function nextBack(
  { run, ...state }: DetectorState & { kind: 'marked' },
  judged: Judged,
  atMs: number,
): Next {
  const backSince = state.backSince ?? atMs
  const back = { mark: markOf(run), untilMs: backSince }
  const isOther = Math.abs(judged.score) >= AWAY
  const other = isOther ? extended(state.other ?? undefined, judged, atMs) : null
  if (other !== null && isMark(other)) {
    const marked: DetectorState = { kind: 'marked', run: other, backSince: null, other: null }
    const { mark: ended, untilMs } = back
    return { state: marked, change: { kind: 'turned', ended, untilMs, mark: markOf(other) } }
  }
  if (atMs + STEP_MS - backSince < BACK_FOR_MS) {
    return { state: { kind: 'marked', run, backSince, other }, change: NO_CHANGE }
  }
  return { state: USUAL, change: { kind: 'ended', ...back, newNormal: false } }
}

const directionOf = (judged: Judged): Direction => (judged.score > 0 ? 'up' : 'down')

const isAway = (judged: Judged, direction: Direction): boolean =>
  Math.abs(judged.score) >= AWAY && directionOf(judged) === direction

function extended(run: Run | undefined, judged: Judged, atMs: number): Run {
  const direction = directionOf(judged)
  const { expected, value } = judged
  const last = { score: Math.min(Math.abs(judged.score), MOST_OF_A_STEP), expected, value }
  if (run?.direction !== direction) {
    return { since: atMs, direction, steps: 1, sum: last, last, lastTwo: last }
  }
  const [sum, lastTwo] = [added(run.sum, last), added(run.last, last)]
  return { ...run, steps: run.steps + 1, sum, last, lastTwo }
}

const added = (a: Away, b: Away): Away => ({
  score: a.score + b.score,
  expected: a.expected + b.expected,
  value: a.value + b.value,
})

/** A run often begins with a step that has a part of the fault, or none: the last two say how far away it is. */
function isMark({ direction, steps, sum, lastTwo }: Run): boolean {
  const factor = lastTwo.value / lastTwo.expected
  const plain = direction === 'up' ? factor >= PLAIN.up : factor <= PLAIN.down
  const score = sum.score / Math.sqrt(steps)
  if (!plain) return steps >= OTHERWISE.steps && score >= OTHERWISE.score
  return steps >= PLAIN.steps && Math.max(score, lastTwo.score / Math.SQRT2) >= PLAIN.score
}

function markOf({ since, direction, steps, sum }: Run): Mark {
  return {
    since,
    direction,
    expected: sum.expected / steps,
    value: sum.value / steps,
    factor: sum.value / sum.expected,
    score: sum.score / Math.sqrt(steps),
  }
}
