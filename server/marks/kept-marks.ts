import type { KpiMark, MarkCause, MarkEnding } from '../../lib/kpi-mark.ts'
import { DIMENSION_LABELS } from '../../lib/kpis.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { Filter } from '../../lib/view.ts'
import type { Mark } from '../insight/detector.ts'
import { markText } from '../insight/mark-text.ts'
import type { Subject } from './kpi-reading.ts'
import { type KeptMark, type MarkStore, plainFactor } from './mark-store.ts'

/** Whose mark it is. */
export interface MarkedSubject extends Subject {
  of?: Filter
}

/** The marks that last and those of the last day. What is new of them waits while the store cannot be written. */
export interface KeptMarks {
  /** Those that were not over when the last process ended. */
  load(now: number): Promise<KeptMark[]>
  begin(subject: MarkedSubject, found: Mark, cause?: MarkCause): KpiMark
  /** Of marks that are not kept, this and the next do nothing. */
  grow(subject: MarkedSubject, found: Mark): void
  end(subject: MarkedSubject, found: Mark, over: { at: number; ending: MarkEnding }): void
  /** Ends one that nobody watches any more. */
  lose(kept: KeptMark, at: number): void
  /** Whether a mark of this KPI that began at about this time names a key. */
  namesKey(kpi: string, began: number): boolean
  /** Those that last, and those of the last `spanMs`, newest first. */
  list(now: number, spanMs: number): KpiMark[]
  flush(now: number): Promise<void>
}

/** What a longer chart shows is in the store. */
export const REMEMBERED_MS = DAY_MS
const MAX_SHOWN = 100
const FORGET_EVERY_MS = HOUR_MS
/** Marks that begin so close together are of one fault. */
const TOGETHER_MS = 30 * SECOND_MS

export function createKeptMarks(store: MarkStore, newId: () => string): KeptMarks {
  /** Those that last, by their subject. */
  const open = new Map<string, KeptMark>()
  /** By id. */
  let shown = new Map<string, KpiMark>()
  /** The newest of each, to be written. */
  const unwritten = new Map<string, KeptMark>()
  let forgotAt: number | undefined

  function keep(kept: KeptMark): void {
    shown.set(kept.mark.id, kept.mark)
    unwritten.set(kept.mark.id, kept)
  }

  function begin(subject: MarkedSubject, found: Mark, cause?: MarkCause): KpiMark {
    const { kpi, currency, of } = subject
    const mark: KpiMark = {
      id: newId(),
      kpi: kpi.id,
      ...(currency !== undefined && { currency }),
      ...(of !== undefined && { of }),
      direction: found.direction,
      factor: plainFactor(found),
      began: found.since,
      ended: null,
      ending: null,
      ...(cause !== undefined && { cause }),
      text: textOf(subject, found, cause),
    }
    const kept = { mark, found }
    open.set(nameOf(mark), kept)
    keep(kept)
    return mark
  }

  /** As it is by now. */
  function withFound(subject: MarkedSubject, { mark }: KeptMark, found: Mark): KeptMark {
    const text = textOf(subject, found, mark.cause)
    return { mark: { ...mark, factor: plainFactor(found), text }, found }
  }

  return {
    async load(now) {
      const known = await store.between({ from: now - REMEMBERED_MS, limit: MAX_SHOWN })
      shown = new Map(known.map((mark) => [mark.id, mark]))
      const lasting = await store.open()
      for (const kept of lasting) {
        open.set(nameOf(kept.mark), kept)
        shown.set(kept.mark.id, kept.mark)
      }
      return lasting
    },
    begin,
    grow(subject, found) {
      const kept = open.get(nameOf(subjectNames(subject)))
      if (kept === undefined) return
      const grown = withFound(subject, kept, found)
      open.set(nameOf(grown.mark), grown)
      // Also in the store: the API and the next process have it as far as it went.
      keep(grown)
    },
    end(subject, found, { at, ending }) {
      const name = nameOf(subjectNames(subject))
      const kept = open.get(name)
      if (kept === undefined) return
      open.delete(name)
      const { mark } = withFound(subject, kept, found)
      keep({ mark: { ...mark, ended: at, ending }, found })
    },
    lose({ mark, found }, at) {
      open.delete(nameOf(mark))
      keep({ mark: { ...mark, ended: Math.max(at, mark.began), ending: 'lost' }, found })
    },
    namesKey: (kpi, began) =>
      [...open.values()].some(
        ({ mark }) =>
          mark.kpi === kpi &&
          Math.abs(mark.began - began) <= TOGETHER_MS &&
          (mark.of ?? mark.cause) !== undefined,
      ),
    list(now, spanMs) {
      const from = now - spanMs
      return [...shown.values()]
        .filter(({ ended }) => ended === null || ended > from)
        .sort((a, b) => b.began - a.began || (a.id < b.id ? -1 : 1))
    },
    async flush(now) {
      for (const [id, kept] of unwritten) {
        await store.put(kept)
        if (unwritten.get(id) === kept) unwritten.delete(id)
      }
      if (forgotAt !== undefined && now - forgotAt < FORGET_EVERY_MS) return
      forgotAt = now
      await store.forget(now)
      shown = recent(shown, now)
    },
  }
}

/** As many as are shown; a minute more than asked for, for a clock that is behind. */
function recent(shown: ReadonlyMap<string, KpiMark>, now: number): Map<string, KpiMark> {
  const from = now - REMEMBERED_MS - MINUTE_MS
  const marks = [...shown.values()]
    .filter(({ ended }) => ended === null || ended > from)
    .sort((a, b) => b.began - a.began)
    .slice(0, MAX_SHOWN)
  return new Map(marks.map((mark) => [mark.id, mark]))
}

const subjectNames = ({ kpi, ...rest }: MarkedSubject) => ({ ...rest, kpi: kpi.id })

const nameOf = ({ kpi, currency = '', of }: Pick<KpiMark, 'kpi' | 'currency' | 'of'>): string =>
  JSON.stringify([kpi, currency, of?.dimension, of?.key])

function textOf({ kpi, currency, of }: MarkedSubject, found: Mark, cause?: MarkCause): string {
  const money = currency === undefined ? '' : ` in ${currency}`
  const part = of === undefined ? '' : ` of ${DIMENSION_LABELS[of.dimension].one} ${of.key}`
  const explanation = cause && { ...cause, dimension: DIMENSION_LABELS[cause.dimension].one }
  return markText(`${kpi.label}${money}${part}`, found, explanation)
}
