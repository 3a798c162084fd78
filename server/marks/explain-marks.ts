import type { MarkCause } from '../../lib/kpi-mark.ts'
import { DIMENSIONS, type Dimension, OTHER_KEY } from '../../lib/kpis.ts'
import { MINUTE_MS } from '../../lib/time.ts'
import type { Mark } from '../insight/detector.ts'
import {
  type DimensionParts,
  type Explained,
  explain,
  type KeyParts,
  type Part,
} from '../insight/explain.ts'
import { STEP_MS } from '../insight/reading.ts'
import type { Cell } from '../window/cell.ts'
import { KEY_PRECISION, TOTAL_PRECISION } from '../window/distinct.ts'
import { cellOf, type Pane } from '../window/pane.ts'
import type { TimeRange } from '../window/window-range.ts'
import { partOf, type Subject } from './kpi-reading.ts'
import type { Measured } from './measured.ts'

/** How much of the time before a mark is what it is compared with. */
const COMPARED_MS = 30 * MINUTE_MS
/** Of that time, for different things: so many pieces, each as long as the mark has lasted. */
const DISTINCT_PIECES = 6

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
  for (const together of comparedAlike(marks)) {
    const [{ subject, mark }] = together
    const compared = comparedWith(subject, {
      ...{ since: mark.since, until },
      oldest: measured.readableFrom(isDistinct(subject) ? STEP_MS : MINUTE_MS, until),
    })
    if (compared.before.length === 0) continue
    const changes = await changesOf(measured, together, compared)
    for (const [marked, change] of changes) {
      const cause = explain({ ...change, told: toldOf(marked) })
      // The dimensions are those that were given.
      if (cause !== undefined) found.set(marked, cause as MarkCause)
    }
  }
  return found
}

/** What is compared: the time since a mark began, and the time before that. */
interface Compared {
  /** Of different things several, each as long as that since: they do not add up over time. */
  before: readonly TimeRange[]
  now: TimeRange
}

function comparedWith(
  subject: Subject,
  { since, until, oldest }: { since: number; until: number; oldest: number },
): Compared {
  const now = { from: since, to: until }
  if (isDistinct(subject)) {
    const spanMs = until - since
    const everyMs = Math.max(spanMs, Math.floor(COMPARED_MS / DISTINCT_PIECES / STEP_MS) * STEP_MS)
    const pieces = Array.from({ length: DISTINCT_PIECES }, (_, n) => since - n * everyMs)
      .map((to) => ({ from: to - spanMs, to }))
      .filter(({ from }) => from >= Math.max(oldest, since - COMPARED_MS))
    return { before: pieces, now }
  }
  // It ends at a whole minute, so that it is read from few panes.
  const to = Math.floor(since / MINUTE_MS) * MINUTE_MS
  const from = Math.max(to - COMPARED_MS, Math.ceil(oldest / MINUTE_MS) * MINUTE_MS)
  return { before: to <= from ? [] : [{ from, to }], now }
}

/** The factor of a quantile is one of milliseconds, and what is explained is how many are slow. */
const toldOf = ({ subject, mark: { direction, factor } }: Unexplained) =>
  subject.kpi.formula.kind === 'quantile' ? { direction } : { direction, factor }

/** Each dimension is read once for all of them. */
async function changesOf(
  measured: Measured,
  marks: readonly Unexplained[],
  { before, now }: Compared,
): Promise<Map<Unexplained, Explained>> {
  const kpis = [...new Set(marks.map(({ subject }) => subject.kpi.id))]
  const cells = new Map<TimeRange, Cell | undefined>()
  await measured.totals([...before, now], (range, cell) => cells.set(range, cell))
  // What is incomplete compares with nothing.
  const whole = before.filter((range) => cells.has(range))
  const dimensions = new Map<Unexplained, DimensionParts[]>(marks.map((marked) => [marked, []]))
  if (whole.length === 0 || !cells.has(now)) return new Map()
  for (const dimension of DIMENSIONS) {
    const panes = new Map<TimeRange, Pane>()
    for (const range of [...whole, now]) {
      panes.set(range, await measured.keys(range, dimension, kpis))
    }
    for (const [marked, each] of dimensions) {
      const partsOf = (range: TimeRange) =>
        partsIn(measured, marked, panes.get(range) as Pane, cells.get(range))
      each.push(
        dimensionParts(dimension, { before: meanParts(whole.map(partsOf)), now: partsOf(now) }),
      )
    }
  }
  const beforeMs = whole.reduce((sum, range) => sum + lengthOf(range), 0) / whole.length
  return new Map(
    [...dimensions].map(([marked, each]): [Unexplained, Explained] => {
      const total = (range: TimeRange) => totalPart(measured, marked, cells.get(range))
      return [
        marked,
        {
          kind: isRatio(marked.subject) ? 'ratio' : 'sum',
          lengths: lengthOf(now) / beforeMs,
          ...(isDistinct(marked.subject) && {
            whole: { before: meanOf(whole.map(total)), now: total(now) },
          }),
          dimensions: each,
        },
      ]
    }),
  )
}

const totalPart = (
  { measures }: Measured,
  { subject, mark }: Unexplained,
  cell: Cell | undefined,
): Part => partOf(subject, cell, { measures, precision: TOTAL_PRECISION }, mark.expected)

const meanOf = (parts: readonly Part[]): Part => ({
  over: parts.reduce((sum, { over }) => sum + over, 0) / parts.length,
  under: parts.reduce((sum, { under }) => sum + under, 0) / parts.length,
})

function meanParts(pieces: readonly ReadonlyMap<string, Part>[]): Map<string, Part> {
  const keys = new Set(pieces.flatMap((piece) => [...piece.keys()]))
  return new Map(
    [...keys].map((key) => [key, meanOf(pieces.map((piece) => piece.get(key) ?? NONE))]),
  )
}

/** By key, with what has no key among the others. */
function partsIn(
  measured: Measured,
  marked: Unexplained,
  pane: Pane,
  total: Cell | undefined,
): Map<string, Part> {
  const { subject, mark } = marked
  const { measures } = measured
  const parts = new Map<string, Part>()
  const rest = { ...totalPart(measured, marked, total) }
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
  if (isDistinct(subject)) return parts
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

/** Those that are compared over the same time: of different things by themselves. */
function comparedAlike(marks: readonly Unexplained[]): [Unexplained, ...Unexplained[]][] {
  const groups = new Map<string, [Unexplained, ...Unexplained[]]>()
  for (const marked of marks) {
    const name = `${isDistinct(marked.subject)} ${marked.mark.since}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [marked])
    else group.push(marked)
  }
  return [...groups.values()]
}

const lengthOf = ({ from, to }: TimeRange): number => to - from

const isDistinct = ({ kpi }: Subject): boolean => kpi.formula.kind === 'distinct'

function isRatio({ kpi }: Subject): boolean {
  const { kind } = kpi.formula
  return kind === 'ratio' || kind === 'money_per' || kind === 'quantile'
}
