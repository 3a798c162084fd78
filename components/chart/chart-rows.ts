import type { Point } from '../../lib/frames.ts'

export interface ChartSeries {
  id: string
  label: string
  /** A CSS colour; absent: the next of the categorical scale. */
  color?: string
  points: readonly Point[]
  /** Which value of a point; 1 is the first. */
  column: number
  kind: 'line' | 'area' | 'bar'
  /** The window before, for comparing: thin and grey. */
  before?: boolean
}

/** All series at one step. `x` is where it is drawn: at its end, or its middle for bars. */
export interface ChartRow {
  t: number
  x: number
  /** More may still come in. */
  open: boolean
  /** The next step is open: the dotted piece begins here. */
  meetsOpen: boolean
  values: Record<string, number | null>
}

export interface RowSpan {
  from: number
  to: number
  stepMs: number
  /** Steps that end after this time are open. */
  openFrom?: number | undefined
  /** Bars stand in the middle of their step. */
  centred: boolean
}

/** The series by step, oldest first. A step that is missing between two becomes a row without values, a gap. */
export function chartRows(series: readonly ChartSeries[], span: RowSpan): ChartRow[] {
  const { from, to, stepMs, openFrom = Number.POSITIVE_INFINITY, centred } = span
  const byTime = new Map<number, ChartRow>()
  for (const { id, points, column } of series) {
    for (const point of points) {
      const t = point[0]
      // One step before the left edge, so that the line comes in from there.
      if (t + stepMs < from - stepMs || t > to) continue
      let row = byTime.get(t)
      if (row === undefined) {
        const x = centred ? t + stepMs / 2 : Math.min(t + stepMs, to)
        row = { t, x, open: t + stepMs > openFrom, meetsOpen: false, values: {} }
        byTime.set(t, row)
      }
      row.values[id] = point[column] ?? null
    }
  }
  const rows = [...byTime.values()].sort((a, b) => a.t - b.t)
  return withGaps(rows, stepMs)
}

function withGaps(rows: ChartRow[], stepMs: number): ChartRow[] {
  const out: ChartRow[] = []
  for (const row of rows) {
    const last = out.at(-1)
    if (last !== undefined) {
      if (row.t - last.t > stepMs * 1.5) {
        const t = last.t + stepMs
        out.push({ t, x: last.x + stepMs, open: false, meetsOpen: false, values: {} })
      } else if (row.open && !last.open) last.meetsOpen = true
    }
    out.push(row)
  }
  return out
}

/**
 * The largest and the smallest value that are drawn, and 0, of finished steps and open ones; of a stack, the largest sum of
 * what is above 0 and of what is below.
 */
export function valueExtent(
  rows: readonly ChartRow[],
  series: readonly ChartSeries[],
  stacked: boolean,
): { top: number; bottom: number } {
  let [top, bottom] = [0, 0]
  for (const row of rows) {
    let [above, below] = [0, 0]
    for (const { id, before } of series) {
      const value = row.values[id] ?? 0
      if (stacked && before !== true) {
        above += Math.max(0, value)
        below += Math.min(0, value)
      }
      top = Math.max(top, value, above)
      bottom = Math.min(bottom, value, below)
    }
  }
  return { top, bottom }
}

/** The row whose step holds `t`, or the nearest with any value. */
export function rowAt(rows: readonly ChartRow[], t: number, stepMs: number): ChartRow | undefined {
  let best: ChartRow | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const row of rows) {
    const distance = Math.abs(row.x - t)
    if (distance < bestDistance) {
      best = row
      bestDistance = distance
    }
  }
  return bestDistance <= stepMs * 1.5 ? best : undefined
}
