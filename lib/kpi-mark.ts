import { DIMENSION_LABELS, type Dimension, type KpiId } from './kpis.ts'
import { textInWords } from './shown-text.ts'
import type { Filter } from './view.ts'

/** A KPI that left what is usual for it, and came back: what just went wrong. */
export interface KpiMark {
  id: string
  kpi: KpiId
  /** For money. */
  currency?: string
  /** Whose part of the KPI left what is usual for it; absent: the KPI as a whole did. */
  of?: Filter
  direction: 'up' | 'down'
  /** Times what is usual, 0: it stopped; null: nothing is usual. */
  factor: number | null
  /** Event time, epoch ms. */
  began: number
  /** null: it still is so. */
  ended: number | null
  ending: MarkEnding | null
  /** The key that explains most of the change; absent: no single one does. */
  cause?: MarkCause
  /** "Error rate 4× usual: 92 % from placement top-300x250" */
  text: string
}

/** `new_normal`: it has been so for so long that it is usual now. `lost`: nobody watched when it ended. */
export const MARK_ENDINGS = ['back', 'new_normal', 'lost'] as const
export type MarkEnding = (typeof MARK_ENDINGS)[number]

export interface MarkCause {
  dimension: Dimension
  key: string
  /** Part of the change that comes from it, 0..1. */
  share: number
}

/** The one key that a mark is about, if there is one. */
export function keyOfMark({ of, cause }: Pick<KpiMark, 'of' | 'cause'>): Filter | undefined {
  if (of !== undefined) return of
  return cause === undefined ? undefined : { dimension: cause.dimension, key: cause.key }
}

/** A mark's text, with the keys apart that are in it as producers wrote them. */
export function markParts({ text, of, cause }: KpiMark): { words: string; key?: string }[] {
  const named = [of, cause].flatMap((filter) => (filter === undefined ? [] : [filter]))
  const parts: { words: string; key?: string }[] = []
  let rest = text
  for (const { dimension, key } of named) {
    const before = `${DIMENSION_LABELS[dimension].one} `
    const at = rest.indexOf(before + key)
    if (at < 0) continue
    parts.push({ words: rest.slice(0, at) + before, key })
    rest = rest.slice(at + before.length + key.length)
  }
  return [...parts, { words: rest }]
}

/** For a title, or to be read out. */
export const markWords = (mark: KpiMark): string =>
  markParts(mark)
    .map(({ words, key }) => (key === undefined ? words : words + textInWords(key)))
    .join('')

/** What the overview knows of marks. */
export interface MarksCell {
  watch: MarkWatchState
  /** Newest first: those that last, and those of the last hour or of the chart, whichever is longer. */
  marks: KpiMark[]
}

/**
 * `learning`: for so long nothing is judged yet. `held`: nothing is judged while the readers are behind, or the source
 * or the store is in trouble.
 */
export type MarkWatchState =
  | { kind: 'learning'; toGoMs: number }
  | { kind: 'watching' }
  | { kind: 'held' }

/** `GET /api/v1/marks` */
export interface MarksAnswer {
  /** Epoch ms, as are the next two. */
  asOf: number
  from: number
  to: number
  /** Newest first. */
  marks: KpiMark[]
  /** There are older ones in this range: ask again with an earlier "to" or a larger "limit". */
  more: boolean
}
