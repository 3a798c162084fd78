import type { CrossedPair } from '../lib/crossed.ts'
import type { DemoState, Health, ReadMode, ViewDelta, ViewState } from '../lib/frames.ts'
import type { KpisQuery, SeriesQuery } from '../lib/kpi-questions.ts'
import type { Kpi } from '../lib/kpis.ts'
import type { StartAt } from '../lib/start-at.ts'
import type { View } from '../lib/view.ts'
import type { Cause } from './pipeline-deaths.ts'
import type { KeepTimes } from './window/retention.ts'

/** What the main thread asks of the pipeline's worker thread. */
export interface PipelinePort {
  /** The stream's key in the store; null until the stream was reached for the first time. */
  streamId(): number | null
  /** Frames of `view` come through `onFrame` until `unwatch`; a first one with the whole state at once. */
  watch(key: string, view: View): void
  unwatch(key: string): void
  onFrame(listener: (frame: PipelineFrame) => void): void
  /** Rules in the store were changed by the main thread. */
  rulesChanged(): void
  demoChanged(state: 'on' | 'off'): void
  /**
   * From now on these are measured. Words of a KPI are taken over at once; for other figures a pipeline with the new
   * catalog is made ready, and the former one goes on until then. Resolves when they are measured, or after a while.
   */
  catalogChanged(kpis: readonly Kpi[]): Promise<void>
  /** A `KpisAnswer` as text. */
  kpis(query: KpisQuery, wanted: Wanted): Promise<AnswerText>
  /** A `SeriesAnswer` as text. */
  series(query: SeriesQuery, wanted: Wanted): Promise<AnswerText>
  /** The shards view as it stands now: cells `status`, `firing` and `shard.<id>`. */
  live(): Promise<ViewState>
  /** The view of one shard as it stands now; without cell `detail` where there is no such shard. */
  shard(shardId: string): Promise<ViewState>
  /** Prometheus text of the worker's registry. */
  metrics(): Promise<string>
  /** Trouble: it dies again and again. */
  health(): Health
  /** false: it has ended by itself, and is started anew in a moment. */
  isUp(): boolean
  /** Commits, ends the readers. */
  stop(): Promise<void>
}

export type AnswerForm = 'json' | 'csv' | 'csv_with_bom'

export interface Wanted {
  form: AnswerForm
  /** Aborts when nobody waits for the answer any more: then it is computed no further. */
  signal: AbortSignal
}

/** An answer as whoever asked over HTTP gets it, made while it is taken. */
export interface AnswerText {
  /** Of CSV: the file's name, without an ending. */
  file: string | undefined
  /** To be taken once, to its end or until its `return`. Rejects where the rest cannot come. */
  pieces: AsyncIterable<string>
}

export type PipelineFrame =
  | { kind: 'state'; key: string; now: number; state: ViewState }
  | { kind: 'delta'; key: string; now: number; delta: ViewDelta }

/** What the worker thread is given when it starts. */
export interface PipelineOptions {
  /** What became of those that were started before it; absent: nothing to be said. */
  before?: Health
  storeFile: string
  stream: {
    name: string
    region: string | undefined
    endpoint: string | undefined
    embedded: boolean
  }
  startAt: StartAt
  /** When the process was started, epoch ms. */
  startedAt: number
  /** Every KPI, built in or not. */
  kpis: readonly Kpi[]
  crossed: readonly CrossedPair[]
  /** For how long panes are kept. */
  keep: KeepTimes
  /** Which figures of money are given in; undefined: in that of most events. */
  mainCurrency: string | undefined
  read: {
    mode: ReadMode
    consumerName: string
    bufferBytes: number
    rememberedIds: number
    careful?: boolean
  }
  demo: DemoState
  logLevel: string
  /** It gets ready and waits for `begin`: another pipeline is at work. */
  standby?: boolean
}

export type ToWorker =
  | { kind: 'watch'; key: string; view: View }
  | { kind: 'unwatch'; key: string }
  | { kind: 'rules_changed' }
  | { kind: 'demo'; state: DemoState }
  | { kind: 'ask'; id: number; question: Question }
  /** Of KPIs that are measured as before. */
  | { kind: 'words'; kpis: readonly Kpi[] }
  /** To one that stands by. */
  | { kind: 'begin' }
  /** Commits and reads no more; it goes on answering and sending frames from what it has. */
  | { kind: 'rest' }
  /** Another piece of this answer can be taken. */
  | { kind: 'more'; id: number }
  /** Nobody waits for this answer any more. */
  | { kind: 'enough'; id: number }
  | { kind: 'stop' }

export type Question =
  | { kind: 'kpis'; query: KpisQuery; form: AnswerForm }
  | { kind: 'series'; query: SeriesQuery; form: AnswerForm }
  | { kind: 'live' }
  | { kind: 'shard'; shardId: string }
  | { kind: 'metrics' }

export type FromWorker =
  | { kind: 'stream'; streamId: number }
  | { kind: 'frame'; frame: PipelineFrame }
  | { kind: 'answer'; id: number; answer: unknown }
  /** The beginning of an answer that comes as text, in pieces. */
  | { kind: 'text'; id: number; file: string | undefined }
  | { kind: 'piece'; id: number; piece: string }
  | { kind: 'text_end'; id: number }
  | { kind: 'failure'; id: number; message: string }
  /** The next one is to start carefully: see `AppFailedError`. */
  | { kind: 'app_failed' }
  /** It stands by, and could begin at once. */
  | { kind: 'ready' }
  /** The stream is reached, and what the store has is there. */
  | { kind: 'reading' }
  /** It writes nothing more. */
  | { kind: 'resting' }
  /** It has committed, or has run for a while. */
  | { kind: 'progress' }
  /** Why it ends in a moment. */
  | { kind: 'died'; cause: Cause }
  /** Another process writes to the store: nothing more is done. */
  | { kind: 'fenced'; message: string }
  | { kind: 'stopped' }
