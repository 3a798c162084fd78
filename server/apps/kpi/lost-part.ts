import type { SeriesPoint } from '../../../lib/api.ts'
import type { Incomplete } from '../../../lib/frames.ts'
import { stretchesOf } from '../../window/lost-panes.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { SlidingWindow } from '../../window/sliding-window.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { PaneReader } from './pane-reader.ts'

/** What answers and cells say of panes that lack something for good. Each to be called inside a `read`. */

/** Of an answer over ranges: where. */
export function incompleteIn(
  reader: PaneReader,
  ranges: readonly TimeRange[],
  dimension: PaneDimension,
): { incomplete?: TimeRange[] } {
  const lost = ranges.flatMap((range) => reader.lost(range, dimension))
  return lost.length > 0 ? { incomplete: lost.sort((a, b) => a.from - b.from) } : {}
}

/** Of a step of a series. */
export const lostPart = (
  reader: PaneReader,
  step: TimeRange,
  dimension: PaneDimension,
): Pick<SeriesPoint, 'incomplete'> =>
  reader.lost(step, dimension).length > 0 ? { incomplete: true } : {}

/** Of windows that slide: where their sums lack something. */
export function incompleteWindows(windows: readonly SlidingWindow[]): {
  incomplete?: TimeRange[]
} {
  const lost = stretchesOf(windows.flatMap((window) => window.lost()))
  return lost.length > 0 ? { incomplete: lost } : {}
}

/**
 * Of a view with a chart: in the windows of its figures, and in which steps of the chart. `overMs`: a point is the value
 * of so much up to the end of its step; absent: of the step.
 */
export function incompleteView(
  reader: PaneReader,
  windows: readonly SlidingWindow[],
  {
    dimension,
    overMs,
    ...chart
  }: TimeRange & { stepMs: number; dimension: PaneDimension; overMs?: number | undefined },
): { incomplete?: Incomplete } {
  const { from, to, stepMs } = chart
  const { incomplete: window = [] } = incompleteWindows(windows)
  const steps: TimeRange[] = []
  for (let t = from; t < to; t += stepMs) {
    const end = t + stepMs
    if (reader.lost({ from: end - (overMs ?? stepMs), to: end }, dimension).length === 0) continue
    const last = steps.at(-1)
    if (last?.to === t) last.to = t + stepMs
    else steps.push({ from: t, to: t + stepMs })
  }
  return steps.length + window.length > 0 ? { incomplete: { window, steps } } : {}
}
