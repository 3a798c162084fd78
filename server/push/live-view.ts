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

/** The way to browsers: the hub gives Socket.IO's, which encodes a frame once for all it goes to. */
export interface Outlet<Member> {
  backlog(member: Member): Backlog
  /** From now on the member gets what goes to all, or no longer. */
  join(member: Member): void
  leave(member: Member): void
  deltaToAll(push: KeptDelta): void
  deltaTo(member: Member, push: KeptDelta): void
  snapshotTo(members: readonly Member[], frame: Omit<SnapshotFrame, 'view' | 'instance'>): void
  sent(kind: 'snapshot' | 'delta', count: number): void
  skipped(): void
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

export function createLiveView<Member>(
  instance: string,
  nextSeq: () => number,
  outlet: Outlet<Member>,
): LiveView<Member> {
  const members = new Map<Member, Standing>()
  let log: ViewLog | undefined

  function falls(member: Member): void {
    members.set(member, 'behind')
    outlet.leave(member)
  }

  function bringUp(): void {
    if (log === undefined) return
    const ready = [...members].flatMap(([member, standing]) =>
      standing === 'behind' && pushFor(standing, outlet.backlog(member)) === 'snapshot'
        ? [member]
        : [],
    )
    give(ready, log)
  }

  function give(to: readonly Member[], { seq, now, state }: ViewLog): void {
    if (to.length === 0) return
    outlet.snapshotTo(to, { seq, now, state })
    outlet.sent('snapshot', to.length)
    for (const member of to) {
      members.set(member, 'current')
      outlet.join(member)
    }
  }

  function go(next: Advance): void {
    log = next.log
    if (next.push === undefined) return
    let current = 0
    for (const [member, standing] of members) {
      const push = pushFor(standing, outlet.backlog(member))
      if (push === 'nothing') {
        outlet.skipped()
        if (standing === 'current') falls(member)
      } else if (push === 'delta') current++
    }
    if (current > 0) {
      outlet.deltaToAll(next.push)
      outlet.sent('delta', current)
    }
    bringUp()
  }

  return {
    size: () => members.size,
    add(member, resume) {
      const standing = members.get(member) ?? 'current'
      if (log === undefined || !mayAnswer(standing, outlet.backlog(member))) return falls(member)
      const answer = catchUp(log, instance, resume)
      if (answer.kind === 'snapshot') return give([member], log)
      for (const push of answer.deltas) outlet.deltaTo(member, push)
      outlet.sent('delta', answer.deltas.length)
      members.set(member, 'current')
      outlet.join(member)
    },
    remove(member) {
      if (members.delete(member)) outlet.leave(member)
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
