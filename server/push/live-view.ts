import type { Health, Resume, SnapshotFrame, ViewState } from '../../lib/frames.ts'
import type { PipelineFrame } from '../pipeline-port.ts'
import {
  type Advance,
  advance,
  type Backlog,
  catchUp,
  hear,
  type KeptDelta,
  mayAnswer,
  pushFor,
  type Standing,
  silence,
  startLog,
  type ViewLog,
} from './view-log.ts'

/** So many members are sent to in one task: with a thousand, what else the thread has to do comes in between. */
export const SLICE = 100

/** The way to browsers: the hub gives Socket.IO's, which encodes a frame once for all it goes to. */
export interface Outlet<Member> {
  backlog(member: Member): Backlog
  /** From now on the member gets what goes to this slice, or no longer. */
  join(member: Member, slice: number): void
  leave(member: Member, slice: number): void
  deltaToSlice(slice: number, push: KeptDelta): void
  deltaTo(member: Member, push: KeptDelta): void
  snapshotTo(members: readonly Member[], frame: Omit<SnapshotFrame, 'view' | 'instance'>): void
  sent(kind: 'snapshot' | 'delta', count: number): void
  skipped(): void
  /** In a task of its own. */
  later(task: () => void): void
}

/** One view and those who watch it. */
export interface LiveView<Member> {
  size(): number
  add(member: Member, resume: Resume | undefined): void
  remove(member: Member): void
  take(frame: PipelineFrame): void
  /** Gives the whole state to those behind who can take it now. */
  bringUp(): void
  /** `blank`: what is shown where nothing ever came. */
  silence(now: number, source: Health, blank: (source: Health) => ViewState): void
  hear(now: number): void
  /** The highest sequence number so far. */
  seq(): number
}

/** At most `SLICE` members, who are sent frames in one task. */
interface Slice<Member> {
  number: number
  members: Map<Member, Standing>
  /** What its members have not been sent yet, oldest first. */
  pending: KeptDelta[]
}

export function createLiveView<Member>(
  instance: string,
  nextSeq: () => number,
  outlet: Outlet<Member>,
): LiveView<Member> {
  const slices: Slice<Member>[] = []
  const sliceOf = new Map<Member, Slice<Member>>()
  /** Who asked and has not been answered. */
  const asked = new Set<Member>()
  let log: ViewLog | undefined
  let isSending = false
  let lastSent = -1
  let isBringing = false

  function seat(member: Member): Slice<Member> {
    const known = sliceOf.get(member)
    if (known !== undefined) return known
    let slice = slices.find(({ members }) => members.size < SLICE)
    if (slice === undefined) {
      slice = { number: slices.length, members: new Map(), pending: [] }
      slices.push(slice)
    }
    slice.members.set(member, 'behind')
    sliceOf.set(member, slice)
    return slice
  }

  function falls(member: Member): void {
    const slice = seat(member)
    slice.members.set(member, 'behind')
    outlet.leave(member, slice.number)
  }

  /** It has all that came so far; what waits for the others of its slice is older. */
  function isCurrent(member: Member): void {
    const slice = seat(member)
    sendTo(slice)
    slice.members.set(member, 'current')
    outlet.join(member, slice.number)
  }

  /** Gives the whole state to those who can take it, a slice's worth a task: it is encoded once for these. */
  function bringUp(): void {
    if (log === undefined || isBringing) return
    const ready: Member[] = []
    for (const [member, { members }] of sliceOf) {
      if (members.get(member) === 'behind' && canTake(member)) ready.push(member)
      if (ready.length === SLICE) break
    }
    give(ready, log)
    if (ready.length < SLICE) return
    isBringing = true
    outlet.later(() => {
      isBringing = false
      bringUp()
    })
  }

  /** An answer to a question may wait where a frame may not. */
  function canTake(member: Member): boolean {
    const backlog = outlet.backlog(member)
    return asked.has(member)
      ? mayAnswer('current', backlog)
      : pushFor('behind', backlog) === 'snapshot'
  }

  function give(to: readonly Member[], { seq, now, state }: ViewLog): void {
    if (to.length === 0) return
    for (const member of to) sendTo(seat(member))
    outlet.snapshotTo(to, { seq, now, state })
    outlet.sent('snapshot', to.length)
    for (const member of to) {
      asked.delete(member)
      isCurrent(member)
    }
  }

  function go(next: Advance): void {
    log = next.log
    if (next.push === undefined) return
    for (const { members, pending } of slices) if (members.size > 0) pending.push(next.push)
    if (!isSending) sendNext()
  }

  /** A slice now, the next one in a task of its own; all in turn. */
  function sendNext(): void {
    const waiting = slices.filter(({ pending }) => pending.length > 0)
    const slice = waiting.find(({ number }) => number > lastSent) ?? waiting[0]
    isSending = waiting.length > 1
    if (slice === undefined) return
    lastSent = slice.number
    sendTo(slice)
    if (isSending) outlet.later(sendNext)
    else bringUp()
  }

  function sendTo(slice: Slice<Member>): void {
    for (const push of slice.pending.splice(0)) sendPush(slice, push)
  }

  function sendPush({ number, members }: Slice<Member>, push: KeptDelta): void {
    let current = 0
    for (const [member, standing] of members) {
      const kind = pushFor(standing, outlet.backlog(member))
      if (kind === 'nothing') {
        outlet.skipped()
        if (standing === 'current') falls(member)
      } else if (kind === 'delta') current++
    }
    if (current === 0) return
    outlet.deltaToSlice(number, push)
    outlet.sent('delta', current)
  }

  return {
    size: () => sliceOf.size,
    add(member, resume) {
      const standing = sliceOf.get(member)?.members.get(member) ?? 'current'
      if (log === undefined || !mayAnswer(standing, outlet.backlog(member))) return falls(member)
      const answer = catchUp(log, instance, resume)
      falls(member)
      if (answer.kind === 'snapshot') {
        asked.add(member)
        // Whoever asks in this moment is answered together.
        outlet.later(bringUp)
        return
      }
      sendTo(seat(member))
      for (const push of answer.deltas) outlet.deltaTo(member, push)
      outlet.sent('delta', answer.deltas.length)
      isCurrent(member)
    },
    remove(member) {
      const slice = sliceOf.get(member)
      if (slice === undefined) return
      asked.delete(member)
      sliceOf.delete(member)
      slice.members.delete(member)
      if (slice.members.size === 0) slice.pending.length = 0
      outlet.leave(member, slice.number)
    },
    take(frame) {
      if (log !== undefined) return go(advance(log, frame))
      if (frame.kind === 'delta') return
      log = startLog(nextSeq(), frame.now, frame.state)
      bringUp()
    },
    bringUp,
    silence(now, source, blank) {
      if (log !== undefined) return go(silence(log, now, source))
      log = startLog(nextSeq(), now, blank(source))
      bringUp()
    },
    hear(now) {
      if (log?.silenced !== undefined) go(hear(log, now))
    },
    seq: () => log?.seq ?? 0,
  }
}
