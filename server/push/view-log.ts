import { applyDelta, diffView, emptyDelta } from '../../lib/delta.ts'
import type { Health, Resume, ViewDelta, ViewState } from '../../lib/frames.ts'
import type { PipelineFrame } from '../pipeline-port.ts'

/** How many deltas are kept for those who were away: half a minute and more, at a frame a second. */
export const KEPT_DELTAS = 30

/**
 * One view as the hub knows it: its state after `seq` frames and the last deltas that led there.
 * Never changed in place.
 */
export interface ViewLog {
  seq: number
  /** The server's clock at the last frame, epoch ms. */
  now: number
  state: ViewState
  kept: readonly KeptDelta[]
  /** Set while the pipeline is silent: the health it last reported. */
  silenced: Health | undefined
}

export interface KeptDelta {
  seq: number
  now: number
  delta: ViewDelta
}

/** The log after a frame, and what to push; nothing where the frame changed nothing. */
export interface Advance {
  log: ViewLog
  push: KeptDelta | undefined
}

/** `seq` must be above every one this view ever had, so that nobody resumes into another life of it. */
export const startLog = (seq: number, now: number, state: ViewState): ViewLog => ({
  seq,
  now,
  state,
  kept: [],
  silenced: undefined,
})

/** A whole state, which a pipeline that was started anew sends, goes on as what it changes. */
export function advance(log: ViewLog, frame: PipelineFrame): Advance {
  const delta =
    frame.kind === 'delta' ? unsilenced(log, frame.delta) : diffView(log.state, frame.state)
  return append({ ...log, silenced: undefined }, frame.now, delta)
}

/** The pipeline says nothing any more: every page has to know. */
export function silence(log: ViewLog, now: number, source: Health): Advance {
  const { status } = log.state.cells
  const silenced = log.silenced ?? status.source
  if (log.silenced !== undefined && JSON.stringify(status.source) === JSON.stringify(source)) {
    return { log, push: undefined }
  }
  return append({ ...log, silenced }, now, { set: { status: { ...status, source } } })
}

/** The pipeline answers again. */
export const hear = (log: ViewLog, now: number): Advance =>
  append({ ...log, silenced: undefined }, now, unsilenced(log, {}))

/** How somebody who asks for the view is brought up to date. */
export type CatchUp = { kind: 'deltas'; deltas: readonly KeptDelta[] } | { kind: 'snapshot' }

export function catchUp(log: ViewLog, instance: string, resume: Resume | undefined): CatchUp {
  if (resume === undefined || resume.instance !== instance) return { kind: 'snapshot' }
  const missed = log.seq - resume.seq
  if (missed < 0 || missed > log.kept.length) return { kind: 'snapshot' }
  return { kind: 'deltas', deltas: log.kept.slice(log.kept.length - missed) }
}

/** What a socket's way out looks like. */
export interface Backlog {
  /** The transport can take a packet at once. */
  writable: boolean
  /** Packets waiting in front of it. */
  queued: number
}

/** `behind`: frames were left out for this socket; it needs the whole state. */
export type Standing = 'current' | 'behind'

/** What a new frame means for one socket: a slow one is left out until it can take the newest state. */
export type Push = 'delta' | 'snapshot' | 'nothing'

export function pushFor(standing: Standing, backlog: Backlog): Push {
  if (!backlog.writable || backlog.queued > 0) return 'nothing'
  return standing === 'behind' ? 'snapshot' : 'delta'
}

/** An answer to a question may wait in an empty queue, where a frame may not. */
export const mayAnswer = (standing: Standing, { queued }: Backlog): boolean =>
  standing === 'current' && queued === 0

function append(log: ViewLog, now: number, delta: ViewDelta): Advance {
  if (emptyDelta(delta)) return { log: { ...log, now }, push: undefined }
  const push = { seq: log.seq + 1, now, delta }
  const kept = [...log.kept.slice(-(KEPT_DELTAS - 1)), push]
  return { log: { ...log, seq: push.seq, now, state: applyDelta(log.state, delta), kept }, push }
}

/** A delta may leave the status out because it had not changed; what silence put there goes. */
function unsilenced(log: ViewLog, delta: ViewDelta): ViewDelta {
  if (log.silenced === undefined || delta.set?.status !== undefined) return delta
  const status = { ...log.state.cells.status, source: log.silenced }
  return { ...delta, set: { ...delta.set, status } }
}
