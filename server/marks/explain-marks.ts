import type { MarkCause } from '../../lib/kpi-mark.ts'
import { DIMENSIONS, type Dimension, OTHER_KEY } from '../../lib/kpis.ts'
import { MINUTE_MS } from '../../lib/time.ts'
import type { Mark } from '../insight/detector.ts'
import { type DimensionParts, explain, type KeyParts, type Part } from '../insight/explain.ts'
import type { Cell } from '../window/cell.ts'
import { KEY_PRECISION, TOTAL_PRECISION } from '../window/distinct.ts'
import { cellOf, type Pane } from '../window/pane.ts'
import type { TimeRange } from '../window/window-range.ts'
import { partOf, type Subject } from './kpi-reading.ts'
import type { Measured } from './measured.ts'

/** How much of the time before a mark is what it is compared with. */
const COMPARED_MS = 30 * MINUTE_MS

export interface Unexplained {
  subject: Subject
  mark: Mark
}

/** The key that most of a mark comes from, where there is one. `until`: the end of the step that marked it. */
export async function explainMarks(
  measured: Measured,
  marks: readonly Unexplained[],
  until: number,
): Promise<Map<Unexplained, MarkCause>> {
  const found = new Map<Unexplained, MarkCause>()
  for (const [since, together] of bySince(marks)) {
    const spans = spansOf(since, until, measured.readableFrom(MINUTE_MS, until))
    if (spans.before.to <= spans.before.from) continue
    const changes = await changesOf(measured, together, spans)
    const lengths = lengthOf(spans.now) / lengthOf(spans.before)
    for (const [marked, dimensions] of changes) {
      const kind = isRatio(marked.subject) ? 'ratio' : 'sum'
      const cause = explain({ kind, lengths, dimensions })
      // The dimensions are those that were given.
      if (cause !== undefined) found.set(marked, cause as MarkCause)
    }
  }
  return found
}

interface Spans {
  before: TimeRange
  now: TimeRange
}

/** What was before ends at a whole minute, so that it is read from few panes. */
function spansOf(since: number, until: number, oldest: number): Spans {
  const to = Math.floor(since / MINUTE_MS) * MINUTE_MS
  const from = Math.max(to - COMPARED_MS, Math.ceil(oldest / MINUTE_MS) * MINUTE_MS)
  return { before: { from, to }, now: { from: since, to: until } }
}

/** Each dimension is read once for all of them. */
async function changesOf(
  measured: Measured,
  marks: readonly Unexplained[],
  spans: Spans,
): Promise<Map<Unexplained, DimensionParts[]>> {
  const kpis = [...new Set(marks.map(({ subject }) => subject.kpi.id))]
  const changes = new Map<Unexplained, DimensionParts[]>(marks.map((marked) => [marked, []]))
  const totals: (Cell | undefined)[] = []
  await measured.totals([spans.before, spans.now], (_, cell) => totals.push(cell))
  const [totalBefore, totalNow] = totals
  for (const dimension of DIMENSIONS) {
    const before = await measured.keys(spans.before, dimension, kpis)
    const now = await measured.keys(spans.now, dimension, kpis)
    for (const [marked, dimensions] of changes) {
      const parts = (pane: Pane, total: Cell | undefined) => partsIn(measured, marked, pane, total)
      const period = { before: parts(before, totalBefore), now: parts(now, totalNow) }
      dimensions.push(dimensionParts(dimension, period))
    }
  }
  return changes
}

/** By key, with what has no key among the others. */
function partsIn(
  { measures }: Measured,
  { subject, mark }: Unexplained,
  pane: Pane,
  total: Cell | undefined,
): Map<string, Part> {
  const parts = new Map<string, Part>()
  const rest = {
    ...partOf(subject, total, { measures, precision: TOTAL_PRECISION }, mark.expected),
  }
  for (const key of pane.keys) {
    const part = partOf(
      subject,
      cellOf(pane, key),
      { measures, precision: KEY_PRECISION },
      mark.expected,
    )
    rest.over -= part.over
    rest.under -= part.under
    if (part.over !== 0 || part.under !== 0) parts.set(key, part)
  }
  // Different visitors are no sum: one may have been to several pages.
  if (subject.kpi.formula.kind === 'distinct') return parts
  const other = parts.get(OTHER_KEY) ?? NONE
  parts.set(OTHER_KEY, {
    over: other.over + rest.over,
    under: other.under + Math.max(0, rest.under),
  })
  return parts
}

const NONE: Part = { over: 0, under: 0 }

function dimensionParts(
  dimension: Dimension,
  { before, now }: { before: Map<string, Part>; now: Map<string, Part> },
): DimensionParts {
  const keys = [...new Set([...before.keys(), ...now.keys()])]
  const partsOf = (key: string): KeyParts => ({
    key,
    before: before.get(key) ?? NONE,
    now: now.get(key) ?? NONE,
  })
  return { dimension, keys: keys.map(partsOf) }
}

function bySince(marks: readonly Unexplained[]): Map<number, Unexplained[]> {
  const groups = new Map<number, Unexplained[]>()
  for (const marked of marks) {
    const group = groups.get(marked.mark.since)
    if (group === undefined) groups.set(marked.mark.since, [marked])
    else group.push(marked)
  }
  return groups
}

const lengthOf = ({ from, to }: TimeRange): number => to - from

function isRatio({ kpi }: Subject): boolean {
  const { kind } = kpi.formula
  return kind === 'ratio' || kind === 'money_per' || kind === 'quantile'
}
