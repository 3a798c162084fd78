import type { CountingChange } from './counting-change.ts'
import type { Fates } from './fates.ts'
import type {
  AppCell,
  AuditFinding,
  DamageCell,
  DamagedRowCell,
  DemoState,
  Health,
  KeptTimes,
  ReadingCell,
  ShardCell,
  ShardDetailCell,
} from './frames.ts'
import type { CreatedAgain, Incarnation, Incarnations } from './incarnation.ts'
import type { KpiValue } from './kpi-value.ts'
import type { Dimension, Kpi, KpiId, KpiUnit } from './kpis.ts'
import type { OtherStream } from './other-stream.ts'
import type { FixedRange } from './period.ts'
import type { RejectReason } from './rejection.ts'
import type { StreamBegin } from './stream-begin.ts'
import type { Filters } from './view.ts'
import type { WindowId } from './windows.ts'

/** What `/api/v1` answers. Times are epoch ms, money is decimal strings by currency. */

export interface StreamAnswer {
  name: string
  region: string
  endpoint: string | null
  embedded: boolean
  /** The data folder, as a whole path. */
  dataDir: string
  /** START_AT as it is now; `begin` says what it has come to. */
  startAt: string
  /** null: the store was not asked yet, or the pipeline does not answer. */
  begin: StreamBegin | null
  /** null: no stream was reached yet, or the pipeline does not answer. */
  incarnation: Incarnation | null
  /** What changed what is counted, newest first. */
  changes: CountingChange[]
  /** By how much this machine's clock is ahead of the stream's; null: not known. */
  clockAheadMs: number | null
  /** Streams of other names or places that the data folder has figures of. */
  others: OtherStream[]
  shards: { open: number; known: number }
  demo: DemoState
  source: Health
  store: Health
  /** These four are null where the pipeline does not answer: an empty list means that all is well. */
  reading: ReadingCell | null
  findings: AuditFinding[] | null
  apps: AppCell[] | null
  kept: KeptTimes | null
  /** Which figures of money are given in; null: the pipeline does not answer. */
  mainCurrency: string | null
  damage: DamageCell | null
}

/** `GET /api/v1/damage` */
export interface DamageAnswer {
  asOf: number
  tables: DamageCell['tables']
  /** Panes that lack something for good. */
  lostPanes: number
  /** Newest first. */
  damaged: DamagedRowAnswer[]
  /** Pass as `before` for the next page; null at the end. */
  next: number | null
}

export interface DamagedRowAnswer extends DamagedRowCell {
  /** How long what it held is. */
  bytes: number
  /** Its beginning, base64. */
  held: string
}

export interface ShardsAnswer {
  asOf: number
  shards: ShardCell[]
}

export interface ShardAnswer {
  asOf: number
  shard: ShardCell
  detail: ShardDetailCell
}

/** Every KPI and dimension that there is, in the order in which they are shown. */
export interface CatalogAnswer {
  /** As the status cell says it. */
  version: string
  kpis: Kpi[]
  dimensions: { id: Dimension; one: string; many: string }[]
  /** Pairs of dimensions that can be combined. */
  crossed: (readonly [Dimension, Dimension])[]
}

/** A KPI with where it comes from. */
export interface DefinedKpi extends Kpi {
  origin: 'built_in' | 'file' | 'composed'
  /** false: the file has one of the same id, and that is the one measured. */
  measured: boolean
  /** null: it was not composed. */
  createdAt: number | null
  updatedAt: number | null
}

export interface DefinedKpisAnswer {
  kpis: DefinedKpi[]
}

export interface KpisAnswer {
  asOf: number
  /** The window by its name; absent where another range was asked for. */
  window?: WindowId
  /** [from, to), and how long it is. */
  from: number
  to: number
  spanMs: number
  /** Both ends are multiples of it: of the finest panes that are still kept of this range and the one before. */
  alignedToMs: number
  /** As it was asked: the number of a former stream. */
  incarnation?: number
  createdAgain?: CreatedAgain
  filter?: Filters
  /** Event time before this was not measured for these two filters; absent where it all was. */
  measuredFrom?: number
  /** Where something is missing for good, because what was stored of it is damaged; also of the range before. */
  incomplete?: FixedRange[]
  /** `before`: the range of the same length just before. */
  kpis: Record<
    KpiId,
    {
      value: KpiValue
      before: KpiValue
      unit: KpiUnit
      /**
       * How much of the range the value is over: since there is something to know, up to now. Counts and money are divided by
       * this for a rate. 0: nothing is known of the range.
       */
      coveredMs: number
      /** As much of the range before. */
      beforeCoveredMs: number
      /** Not all of the range was measured: from when on it was, epoch ms. */
      measuredFrom?: number
    }
  >
  /** With `by`: the first `limit` keys, and what was folded into "other". */
  by?: {
    dimension: Dimension
    rankedBy: KpiId
    /** As of the KPI above, for values by key. */
    coveredMs: Record<KpiId, number>
    rows: { key: string; kpis: Record<KpiId, KpiValue> }[]
    /** Under a filter it is not known of which key they are: null. */
    other: Record<KpiId, KpiValue> | null
    keys: number
    /** Under a filter: pairs of keys, about, that were not kept apart, of all keys: some may belong here. */
    foldedPairs?: number
    /** Event time before this was not measured by key under this filter. */
    measuredFrom?: number
    /** Where something is missing for good of the keys. */
    incomplete?: FixedRange[]
  }
}

export interface SeriesAnswer {
  asOf: number
  kpi: KpiId
  unit: KpiUnit
  /** As of `KpisAnswer`. */
  incarnation?: number
  createdAgain?: CreatedAgain
  filter?: Filters
  /** Event time before this was not measured for these two filters; absent where it all was. */
  measuredFrom?: number
  from: number
  to: number
  stepMs: number
  points: SeriesPoint[]
  /** With `by`: the first `limit` keys over the whole range; their points are at the times of the others. */
  by?: {
    dimension: Dimension
    rankedBy: KpiId
    series: { key: string; points: SeriesPoint[] }[]
    /** All the other keys as one; null: there are none. */
    other: SeriesPoint[] | null
    keys: number
    /** As of `KpisAnswer.by`. */
    foldedPairs?: number
    measuredFrom?: number
  }
}

/** The step that begins at `t`. `open`: more may still come in. */
export interface SeriesPoint {
  t: number
  value: KpiValue
  open: boolean
  /** How much of the step is over and known: rates are over this. Absent: all of it. */
  coveredMs?: number
  /** How many of the step's events came late; absent: none. */
  late?: number
  /** When the last of them came, epoch ms: after the step had ended. Absent: it was not corrected. */
  correctedAt?: number
  /** Something is missing for good, because what was stored of it is damaged. */
  incomplete?: true
}

export interface TotalsAnswer extends Incarnations {
  asOf: number
  /** Arrival time of the newest record in the totals; null: there is none. */
  lastArrivalAt: number | null
  events: Record<string, number>
  spend: Record<string, Record<string, string>>
  revenue: Record<string, Record<string, string>>
  fates: Fates
  shards: Record<
    string,
    {
      checkpoint: string | null
      /** How many events of the record at `checkpoint` are in the totals; null: all of it. */
      subSequence: number | null
      records: number
      bytes: number
      /** null: of a former stream, which is not there any more. */
      millisBehindLatest: number | null
    }
  >
}

export interface DeadLetter {
  id: number
  shardId: string
  sequenceNumber: string
  /** The event's place in its record; 0 where the record as a whole was rejected. */
  index: number
  arrivedAt: number
  reason: RejectReason
  /** The stream app that failed on it; null: it was not an app. */
  app: string | null
  detail: string
  /** The bytes as text where they are UTF-8, else base64. Cut at 4 KiB. */
  data: { encoding: 'utf8' | 'base64'; text: string; bytes: number; cut: boolean }
}

export interface DeadLettersAnswer {
  asOf: number
  /** All-time, also of those whose bytes are no longer kept. */
  counts: Partial<Record<RejectReason, number>>
  kept: number
  letters: DeadLetter[]
  /** Pass as `before` for the next page; null at the end. */
  next: number | null
}

/** RFC 9457, `application/problem+json`. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  /** Bad input: the field and what to do about it. */
  errors?: { field: string; message: string }[]
}
