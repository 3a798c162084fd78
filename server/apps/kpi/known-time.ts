import { coveredMs } from '../../../lib/covered.ts'
import type { KnownTime } from '../../../lib/frames.ts'
import type { KpiId } from '../../../lib/kpis.ts'
import { decompose } from '../../window/decompose.ts'
import { levelAt } from '../../window/levels.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { Retention } from '../../window/retention.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { PaneReader } from './pane-reader.ts'

/** Of which past something can be said at all. */
export function knownTime({ oldest, retention }: PaneReader, now: number): KnownTime {
  const since = oldest()
  return { since: Number.isFinite(since) ? since : null, keptFrom: retention.oldest(now) }
}

/** The figures of a KPI over a range, or without one of all: of which dimension, and as of when. */
export interface KnownAt {
  dimension: PaneDimension
  kpi?: KpiId
  now: number
}

/**
 * From when on figures over a range are of all that was: since the stream's first event, since it is measured, and since the
 * panes that the range is made of are still kept; epoch ms. Infinity: nothing is known.
 */
export function knownFrom(
  { oldest, measuredFrom, retention }: PaneReader,
  range: TimeRange,
  { dimension, kpi, now }: KnownAt,
): number {
  return Math.max(oldest(dimension), measuredFrom(dimension, kpi), firstKept(retention, range, now))
}

/** As `knownFrom`, as it is sent. */
export function sentKnownFrom(reader: PaneReader, range: TimeRange, at: KnownAt): number | null {
  const from = knownFrom(reader, range, at)
  return Number.isFinite(from) ? from : null
}

/** How much of a range its figures are over, ms: see `coveredOf`. */
export const coveredIn = (reader: PaneReader, range: TimeRange, at: KnownAt): number =>
  coveredMs(range, { since: knownFrom(reader, range, at), now: at.now })

/** Where the first pane of a range begins that is still kept: the first ones are the oldest, and may be of the finest. */
function firstKept({ isKept }: Retention, { from, to }: TimeRange, now: number): number {
  let at = from
  while (at < to) {
    const level = decompose(at, to, 1)[0]?.level ?? 0
    if (isKept(level, at, now)) break
    at += levelAt(level).ms
  }
  return at === from ? Number.NEGATIVE_INFINITY : at
}
