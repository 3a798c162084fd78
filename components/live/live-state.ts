import { applyDelta } from '../../lib/delta.ts'
import type { Cells, DeltaFrame, Resume, SnapshotFrame, ViewState } from '../../lib/frames.ts'
import { type View, viewKey } from '../../lib/view.ts'

/** What the browser knows of the view it watches. Pure: frames and wishes in, the next state out. */
export interface LiveState {
  view: View | null
  /** Of the last frame; while another view is on its way, what still holds of the one before. */
  state: ViewState | null
  /** Which frame `state` is; null: the view's first frame has not come yet. */
  position: (Resume & { view: string }) | null
  /** A frame was missed and asked for again. */
  asking: boolean
}

export const NOTHING_WATCHED: LiveState = { view: null, state: null, position: null, asking: false }

export type Frame = ({ kind: 'snapshot' } & SnapshotFrame) | ({ kind: 'delta' } & DeltaFrame)

/** `watch`: send `watch` with what `resumeOf` says. */
export interface Received {
  live: LiveState
  ask: 'nothing' | 'watch'
}

/** Takes a frame in. Frames of another view, and those already seen, change nothing. */
export function receive(live: LiveState, frame: Frame): Received {
  if (live.view === null || frame.view !== viewKey(live.view)) return { live, ask: 'nothing' }
  const position = { view: frame.view, instance: frame.instance, seq: frame.seq }
  if (frame.kind === 'snapshot') {
    return { live: { ...live, state: frame.state, position, asking: false }, ask: 'nothing' }
  }
  const at = live.position
  if (at === null || live.state === null || at.instance !== frame.instance) {
    return missed({ ...live, position: null })
  }
  if (frame.seq <= at.seq) return { live, ask: 'nothing' }
  if (frame.seq > at.seq + 1) return missed(live)
  const state = applyDelta(live.state, frame.delta)
  return { live: { ...live, state, position, asking: false }, ask: 'nothing' }
}

function missed(live: LiveState): Received {
  return { live: { ...live, asking: true }, ask: live.asking ? 'nothing' : 'watch' }
}

/** Turns to another view. What is in every view stays, and a view of the same kind stays until its successor comes. */
export function turnTo(live: LiveState, view: View): LiveState {
  if (live.view !== null && viewKey(live.view) === viewKey(view)) return live
  const state = live.view?.kind === view.kind ? live.state : commonTo(live.state)
  return { view, state, position: null, asking: false }
}

function commonTo(state: ViewState | null): ViewState | null {
  if (state === null) return null
  const cells: Cells = { status: state.cells.status, firing: state.cells.firing }
  return { cells, series: {} }
}

/** Where to go on from; undefined: from the beginning. */
export function resumeOf(live: LiveState): Resume | undefined {
  if (live.position === null) return undefined
  return { instance: live.position.instance, seq: live.position.seq }
}

/** Whether what is held is the view that is watched. */
export const arrived = (live: LiveState): boolean => live.position !== null
