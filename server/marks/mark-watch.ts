import type { MarkCause, MarksCell, MarkWatchState } from '../../lib/kpi-mark.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { type Change, type Mark, NEW_NORMAL_MS } from '../insight/detector.ts'
import { STEP_MS } from '../insight/reading.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { explainMarks, type Unexplained } from './explain-marks.ts'
import { createKeptMarks, type MarkedSubject } from './kept-marks.ts'
import type { KeptMark, MarkStore } from './mark-store.ts'
import type { Measured } from './measured.ts'
import { type ReadProgress, settledUpTo } from './settled.ts'
import { cellOf, keysOf, teach } from './teach.ts'
import { createWatchedKeys } from './watched-keys.ts'
import { createWatchedKpis } from './watched-kpis.ts'

/** Holds every KPI against its own past, a step of 10 s after the other, and keeps what left it. */
export interface MarkWatch {
  /** Judges the steps that are complete by now, and writes what is new. Never rejects. Calls must not overlap. */
  look(now: number): Promise<void>
  /** For a chart of `spanMs`. */
  cell(now: number, spanMs: number): MarksCell
}

/** Steps that are judged in one go: what is more waits for the next look. */
const STEPS_A_LOOK = 30
/** Further behind than this nothing is caught up on: the level would be a new one anyway. */
const MAX_BEHIND_MS = 30 * MINUTE_MS
/** Whoever was not asked for so long has slept, and so may have the producers. */
const SLEPT_MS = 30 * SECOND_MS
/** Without a step for so long, it is said that nothing is judged. */
const HELD_AFTER_MS = MINUTE_MS
/** Marks are listed for as long, whatever the chart shows. */
const LISTED_MS = HOUR_MS
/** A mark that began longer ago is not gone on with. */
const RESUMED_WITHIN_MS = NEW_NORMAL_MS

export function createMarkWatch(ports: {
  measured: Measured
  store: MarkStore
  progress: () => ReadProgress
  newId: () => string
  /** Aborted: nothing more is judged, and the store may be closed at any time. */
  ending: AbortSignal
  log: Log
}): MarkWatch {
  const { measured, store, ending, log } = ports
  const kept = createKeptMarks(store, ports.newId)
  let kpis = createWatchedKpis(measured)
  let keys = createWatchedKeys(measured)
  /** Where the next step begins; undefined: what is usual has not been learned from the past yet. */
  let next: number | undefined
  /** What began before this is not judged: the source was in trouble, or we slept. */
  let troubledUntil = Number.NEGATIVE_INFINITY
  let lookedAt: number | undefined
  let judgedAt: number | undefined

  async function look(now: number): Promise<void> {
    try {
      if (lookedAt !== undefined && now - lookedAt > SLEPT_MS) troubledUntil = now
      lookedAt = now
      const settled = settledUpTo(ports.progress(), now)
      if (settled.kind === 'trouble') troubledUntil = now
      if (settled.kind === 'settled') await catchUp(stepsEnd(settled.upTo), now)
      await kept.flush(now)
    } catch (error) {
      if (ending.aborted) return
      log.warn({ problem: messageOf(error) }, 'marks cannot be looked for or written now')
    }
  }

  async function catchUp(end: number, now: number): Promise<void> {
    next ??= await begin(end)
    const oldest = end - next > MAX_BEHIND_MS ? end : next
    next = Math.max(oldest, stepsEnd(troubledUntil + STEP_MS - 1))
    for (let left = STEPS_A_LOOK; left > 0 && next + STEP_MS <= end; left--) {
      if (ending.aborted) return
      await judge(next)
      judgedAt = now
    }
  }

  /** Learns from the past what is usual, and goes on with the marks that lasted when the last process ended. */
  async function begin(end: number): Promise<number> {
    kpis = createWatchedKpis(measured)
    keys = createWatchedKeys(measured)
    let markedSince = Number.POSITIVE_INFINITY
    for (const open of await kept.load(end)) {
      if (resume(open, end)) markedSince = Math.min(markedSince, open.found.since)
      else kept.lose(open, end)
    }
    await teach(measured, { kpis, keys, upTo: end, markedSince })
    return end
  }

  function resume({ mark, found }: KeptMark, end: number): boolean {
    const kpi = measured.catalog.kpi(mark.kpi)
    if (kpi === undefined || found.since < end - RESUMED_WITHIN_MS) return false
    const { currency, of } = mark
    if (of !== undefined) keys.resume(kpi, of, found)
    else kpis.resume({ kpi, ...(currency !== undefined && { currency }) }, found)
    return true
  }

  /** All is read first, so that a step is seen whole or not at all. */
  async function judge(at: number): Promise<void> {
    const range = { from: at, to: at + STEP_MS }
    const cell = await cellOf(measured, range)
    const panes = await keysOf(measured, keys, range)
    next = range.to
    // What is missing is no drop.
    if (measured.isLost(range)) return
    const changes = kpis.see(cell, at)
    const keyChanges = keys.see(panes, cell, at)
    const causes = await causesOf(changes, range.to)
    for (const change of changes) take(change.subject, change.change, causes)
    for (const { kpi, of, change } of keyChanges) {
      // What made the one key's part change made those of the others, in all dimensions.
      if (change.kind === 'began' && kept.namesKey(kpi.id, change.mark.since)) continue
      take({ kpi, of }, change, NO_CAUSES)
    }
  }

  async function causesOf(
    changes: readonly { subject: MarkedSubject; change: Change }[],
    until: number,
  ): Promise<Causes> {
    const fresh: Unexplained[] = changes.flatMap(({ subject, change }) =>
      change.kind === 'began' || change.kind === 'turned' ? [{ subject, mark: change.mark }] : [],
    )
    if (fresh.length === 0) return NO_CAUSES
    try {
      const found = await explainMarks(measured, fresh, until)
      return new Map([...found].map(([{ subject }, cause]) => [subject, cause]))
    } catch (error) {
      if (!ending.aborted) log.warn({ problem: messageOf(error) }, 'a mark cannot be explained now')
      return NO_CAUSES
    }
  }

  function take(subject: MarkedSubject, change: Change, causes: Causes): void {
    switch (change.kind) {
      case 'none':
        break
      case 'grew':
        kept.grow(subject, change.mark)
        break
      case 'ended': {
        const ending = change.newNormal ? 'new_normal' : 'back'
        kept.end(subject, change.mark, { at: change.untilMs, ending })
        break
      }
      case 'turned':
        kept.end(subject, change.ended, { at: change.untilMs, ending: 'back' })
        start(subject, change.mark, causes)
        break
      case 'began':
        start(subject, change.mark, causes)
    }
  }

  function start(subject: MarkedSubject, found: Mark, causes: Causes): void {
    const { text } = kept.begin(subject, found, causes.get(subject))
    log.info({ kpi: subject.kpi.id, since: found.since, text }, 'mark')
  }

  function state(now: number): MarkWatchState {
    const toGoMs = kpis.stepsToGo() * STEP_MS
    if (judgedAt !== undefined && now - judgedAt > HELD_AFTER_MS) return { kind: 'held' }
    return judgedAt === undefined || toGoMs > 0
      ? { kind: 'learning', toGoMs }
      : { kind: 'watching' }
  }

  return {
    look,
    cell: (now, spanMs) => ({
      watch: state(now),
      marks: kept.list(now, Math.max(spanMs, LISTED_MS)),
    }),
  }
}

type Causes = ReadonlyMap<MarkedSubject, MarkCause>
const NO_CAUSES: Causes = new Map()

const stepsEnd = (time: number): number => Math.floor(time / STEP_MS) * STEP_MS
