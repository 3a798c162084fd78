import type { Cell } from '../../window/cell.ts'
import { decompose } from '../../window/decompose.ts'
import type { Selection } from '../../window/measures.ts'
import type { Subject } from '../../window/subject.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { type Need, needsOf, type PaneReader } from './pane-reader.ts'

/** Of the total, and of one key: small ones. */
const PANES_A_TURN = 48

/**
 * What a chart shows of each step of time: its own value, or with `windowMs` the value of the window that
 * ends with it. A step is computed once and again only after an event came to
 * it, so keeping a chart up to date costs a step or two.
 */
export interface StepValues<T> {
  /**
   * Computes most of what is not known of the range, a few panes at a time; between them others have their turns. Stops
   * where nobody wants it any more.
   */
  approach(range: TimeRange, isWanted: () => boolean): Promise<void>
  /** To be called before `values`, for the same range: what has to be read for it. */
  needs(range: TimeRange): Need[]
  /** Inside `read`: one value for each step of the range; null: before the oldest event known. */
  values(range: TimeRange): { t: number; value: T | null }[]
  close(): void
}

export function createStepValues<T>(
  reader: PaneReader,
  options: {
    subject: Subject
    stepMs: number
    /** Whole steps; one step if left out. */
    windowMs?: number
    selection: Selection
    value: (cell: Cell | undefined) => T
  },
): StepValues<T> {
  const { subject, stepMs, selection, value } = options
  const windowMs = options.windowMs ?? stepMs
  const rangeOf = (t: number): TimeRange => ({ from: t + stepMs - windowMs, to: t + stepMs })
  const newest =
    windowMs > stepMs
      ? reader.windows.cell(`${windowMs} by ${stepMs}`, subject, selection)
      : undefined
  const known = new Map<number, T | null>()
  let version = reader.touches.version()
  let oldest = reader.oldest(subject.dimension)

  function forgetTouched(): void {
    const touched = reader.touches.since(version)
    version = reader.touches.version()
    const newOldest = reader.oldest(subject.dimension)
    if (touched === null || oldest !== newOldest) known.clear()
    oldest = newOldest
    for (const { from, to } of touched ?? []) {
      for (let t = from - (from % stepMs); t < to + windowMs - stepMs; t += stepMs) known.delete(t)
    }
  }

  const unknown = ({ from, to }: TimeRange): number[] => {
    const starts: number[] = []
    for (let t = from; t < to; t += stepMs) if (!known.has(t)) starts.push(t)
    return starts
  }

  function needsAt(t: number, isNewest: boolean): Need[] {
    const range = rangeOf(t)
    if (isNewest && newest !== undefined) return needsOf(newest, subject.dimension, range)
    return [{ ...range, dimension: subject.dimension }]
  }

  function compute(t: number, isNewest: boolean): T | null {
    if (t + stepMs <= oldest) return null
    if (!isNewest || newest === undefined) {
      return value(reader.cell(rangeOf(t), subject, selection))
    }
    newest.moveTo(rangeOf(t))
    return value(newest.cell())
  }

  /** The first steps that are not known, made of few panes; the newest one slides by itself. */
  function nextUnknown(range: TimeRange): number[] {
    forgetTouched()
    const some: number[] = []
    let panes = 0
    for (const t of unknown(range)) {
      if (t + stepMs === range.to || panes >= PANES_A_TURN) break
      some.push(t)
      const { from, to } = rangeOf(t)
      panes += t + stepMs <= oldest ? 0 : decompose(from, to).length
    }
    return some
  }

  return {
    async approach(range, isWanted) {
      const next = () => nextUnknown(range)
      while (isWanted() && next().length > 0) {
        await reader.read(
          () => next().flatMap((t) => needsAt(t, false)),
          () => {
            for (const t of next()) known.set(t, compute(t, false))
          },
        )
        await reader.turn()
      }
    },
    needs(range) {
      forgetTouched()
      return unknown(range).flatMap((t) => needsAt(t, t + stepMs === range.to))
    },
    values(range) {
      forgetTouched()
      for (const t of known.keys()) if (t < range.from) known.delete(t)
      for (const t of unknown(range)) known.set(t, compute(t, t + stepMs === range.to))
      const points: { t: number; value: T | null }[] = []
      for (let t = range.from; t < range.to; t += stepMs) {
        points.push({ t, value: known.get(t) ?? null })
      }
      return points
    },
    close: () => newest?.close(),
  }
}
