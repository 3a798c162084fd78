import type { KpisAnswer, SeriesAnswer } from '../lib/api.ts'
import type { ViewDelta, ViewState } from '../lib/frames.ts'
import type { Dimension, KpiId } from '../lib/kpis.ts'
import type { Filter, View } from '../lib/view.ts'
import type { WindowId } from '../lib/windows.ts'

/** What the main thread asks of the pipeline's worker thread. */
export interface PipelinePort {
  /** Frames of `view` come through `onFrame` until `unwatch`; a first one with the whole state at once. */
  watch(key: string, view: View): void
  unwatch(key: string): void
  onFrame(listener: (frame: PipelineFrame) => void): void
  /** Rules in the store were changed by the main thread. */
  rulesChanged(): void
  demoChanged(state: 'on' | 'off'): void
  kpis(query: KpisQuery): Promise<KpisAnswer>
  series(query: SeriesQuery): Promise<SeriesAnswer>
  /** Shards as they stand now, and the pipeline's health. */
  live(): Promise<ViewState>
  /** Prometheus text of the worker's registry. */
  metrics(): Promise<string>
  /** Commits, ends the readers. */
  stop(): Promise<void>
}

export type PipelineFrame =
  | { kind: 'state'; key: string; now: number; state: ViewState }
  | { kind: 'delta'; key: string; now: number; delta: ViewDelta }

export interface KpisQuery {
  window: WindowId
  filter?: Filter
  by?: { dimension: Dimension; limit: number; rankedBy: KpiId }
}

/** [from, to) is aligned down to whole steps. */
export interface SeriesQuery {
  kpi: KpiId
  filter?: Filter
  spanMs: number
  stepMs: number
  /** The end of the range; absent: now. */
  to?: number
}
