import type { AlertEvent, FiringAlert, RuleStanding } from './alert-rule.ts'
import type { CountingChange } from './counting-change.ts'
import type { Fates } from './fates.ts'
import type { FormerIncarnation, Incarnation } from './incarnation.ts'
import type { MarksCell } from './kpi-mark.ts'
import type { KpiValue } from './kpi-value.ts'
import type { Dimension, KpiId } from './kpis.ts'
import type { FixedRange, Period } from './period.ts'
import type { StreamBegin } from './stream-begin.ts'
import type { Filter, Filters, View } from './view.ts'

/**
 * What is pushed. A view's state is a set of named cells, replaced whole when they change,
 * and of named series of points, which only grow at the right and are corrected in place.
 * snapshot + deltas = state, see `applyDelta`.
 */
export interface ViewState {
  cells: Cells
  series: Record<string, Point[]>
}

/** t (epoch ms, the start of a step) and its values; null: nothing was measured there. */
export type Point = readonly [t: number, ...values: (number | null)[]]

/** Changes of one view between two frames. `points.from`: older points are dropped. */
export interface ViewDelta {
  set?: Partial<Cells>
  gone?: string[]
  points?: Record<string, { from: number; upsert: Point[] }>
}

export type Cells = {
  /** In every view. */
  status: StatusCell
  /** In every view: what fires now, longest first. */
  firing: FiringAlert[]
  /**
   * overview and spend of a window: how far time has come in their figures, epoch ms. Steps and windows that end
   * later are not over, however late it is.
   */
  asOf?: number
  /** overview. Series `spark.<kpi>` belong to the strip, `main` to the chart. */
  chart?: ChartCell
  /** overview: newest first. */
  feed?: FeedEvent[]
  /** overview: what just went wrong. */
  marks?: MarksCell
  /** spend; series `spend` holds [t, amount in the step, amount over the window up to t, or since the beginning of a fixed range]. */
  spend?: SpendCell
  /** spend, alerts. */
  rules?: RuleStanding[]
  /** alerts: newest first. */
  history?: AlertEvent[]
  /** preview; absent while the draft is not whole. Series `preview` is as `main`, without the span before. */
  preview?: PreviewCell
  /** preview. */
  seen?: SeenCell
  /** shard; absent where there is no such shard. */
  detail?: ShardDetailCell
} & {
  /** overview: the strip. */
  [K in `kpi.${KpiId}`]?: KpiCell
} & {
  /** overview: the ranked lists. */
  [K in `list.${Dimension}`]?: ListCell
} & {
  /** shards, shard: one cell a shard; series `shard.<id>` holds [t, records/s, bytes/s]. */
  [shard: `shard.${string}`]: ShardCell
}

export interface StatusCell {
  stream: { name: string; region: string; endpoint: string | null; embedded: boolean }
  /** null: the store was not asked yet. */
  begin: StreamBegin | null
  /** What changed what is counted, newest first, at most `MOST_CHANGES`. */
  changes: readonly CountingChange[]
  /** By how much this machine's clock is ahead of the stream's; null: not known. Right to a second or two. */
  clockAheadMs: number | null
  /** Which of the streams that had this name; null: none was reached since the start. */
  incarnation: Incarnation | null
  /** The one before it; null: there was none. */
  former: FormerIncarnation | null
  /** Arrival time of the newest record that is in the numbers; null before the first. */
  newestArrivalAt: number | null
  /** How far the slowest reader is behind the tip of its shard. */
  behindMs: number
  shards: { open: number; readable: number; troubled: number }
  eventsPerSecond: number
  fates: Fates
  kept: KeptTimes
  beyond: BeyondHistory | null
  /** A fingerprint of the catalog of KPIs: another one, and there are other KPIs. */
  catalog: string
  /** Which figures of money are given in: that of the setting, else that of most events. */
  mainCurrency: string
  demo: DemoState
  source: Health
  store: Health
  reading: ReadingCell
  /** What is wrong with the shards as a whole; empty: they cover all hash keys and each is accounted for. */
  findings: AuditFinding[]
  apps: AppCell[]
  damage: DamageCell
}

/** For how long figures are kept: second by second, minute by minute, hour by hour. */
export interface KeptTimes {
  secondsMs: number
  minutesMs: number
  hoursMs: number
  /** The oldest event time of which anything is kept now, epoch ms: what happened before is beyond history. */
  from: number
}

/** Of the events beyond history, which `fates.beyond` counts. */
export interface BeyondHistory {
  /** When the oldest of them happened. */
  oldestAt: number
  /** When the last of them was taken in. */
  lastAt: number
}

/** Rows of the store that could not be read, or were not as they were written: set aside, and everything else goes on. */
export interface DamageCell {
  /** How many there are of each table; empty: none. */
  tables: { table: string; rows: number }[]
  /** The newest few, newest first. */
  newest: DamagedRowCell[]
  /** Sums that have to agree and do not, in words. */
  differences: { since: number; text: string }[]
}

export interface DamagedRowCell {
  id: number
  table: string
  /** The columns that found it. */
  key: Record<string, string | number>
  why: string
  foundAt: number
}

export const NO_DAMAGE: DamageCell = { tables: [], newest: [], differences: [] }

export type ReadMode = 'polling' | 'fanout'

/** How the records of an answer are written. */
export type Wire = 'cbor' | 'json'

export interface ReadingCell {
  mode: ReadMode
  /** Why it is not the mode that was asked for. */
  notice: string | null
  wire: Wire
  /** Why CBOR was given up; null: it was not, or was never asked for. */
  wireNotice: string | null
  /** Bytes that were read and are not committed yet, of those there may be. */
  bufferBytes: number
  bufferLimitBytes: number
  rememberedIds: number
  rememberedIdsLimit: number
  /** How far apart two with the same id are known as such: 10 minutes, less where more ids arrive than may be remembered. */
  duplicateSpanMs: number
  /** Without an id, so that one that a producer puts again after a reshard is counted once. */
  rememberedSubRecords: number
  rememberedSubRecordsLimit: number
  /** The same span for them. */
  putAgainSpanMs: number
}

/** A stream app: what of the pipeline's time it takes, and what it failed on. */
export interface AppCell {
  name: string
  /** The part of the last 10 s spent in it, 0 to 1. */
  busy: number
  /** It holds up the others. */
  slow: boolean
  /** Events that are in the dead letters with its name; since the start. */
  failed: number
  lastError: string | null
}

export type AuditFinding = {
  since: number
  /** In words. */
  text: string
  shards: string[]
} & (
  | { kind: 'hole'; hashFrom: string; hashTo: string }
  | { kind: 'overlap'; hashFrom: string; hashTo: string }
  /** Listed, and nothing here knows it. */
  | { kind: 'unknown' }
  /** Open or unread, and no longer listed. */
  | { kind: 'vanished' }
  /** Its records ran out of retention before they were all read. */
  | { kind: 'trimmed' }
)

/** `none`: not an embedded stream, there is no demo traffic to switch. */
export type DemoState = 'on' | 'off' | 'none'

/** `problem` says what is wrong, `remedy` what to do about it. */
export type Health =
  | { kind: 'starting' }
  | { kind: 'ok' }
  | { kind: 'trouble'; since: number; problem: string; remedy: string }

export interface KpiCell {
  now: KpiValue
  /** The window before this one; no value while the stream does not reach back over all of it. */
  before: KpiValue
  /** Not all of the window was measured: from when on it was. */
  young?: { from: number }
}

export interface ListCell {
  /** What the list is restricted to, of the view's filters; absent: it is of all events. */
  of?: Filter
  /** With `of`: pairs of keys, about, that were not kept apart, of all keys: some may belong here. */
  foldedPairs?: number
  /** Event time before this was not measured by key under `of`. */
  measuredFrom?: number
  rankedBy: KpiId
  /** From when on it is of all that was, as of `ChartCell`; of the chart's KPI, where it is another one: `chosenFrom`. */
  knownFrom: number | null
  chosenFrom?: number | null
  rows: ListRow[]
  /** What the bounded memory of keys folded together; absent if nothing. */
  other?: KpiValue
  /** The whole dimension's total, for shares. Events without the field are not in it. */
  total: KpiValue
  /** How many keys there are. */
  keys: number
  /** Where something is missing for good of the keys. */
  incomplete?: FixedRange[]
}

export interface ListRow {
  key: string
  value: KpiValue
  /** The chart's KPI for this key, where it is another one. */
  chosen?: KpiValue
}

/** Of which past something can be said. */
export interface KnownTime {
  /** The oldest event known, to the start of its pane; null: none came yet. */
  since: number | null
  /** What is older is no longer kept. */
  keptFrom: number
}

/**
 * What series `main` shows: [t, value, value one span earlier]. What adds up (counts, money) is the value
 * in the step; ratios, quantiles and distinct counts are over the window that ends with the step, of windows longer than
 * a day and of a fixed range in the step, too. A step that was corrected has two values more, see `Correction`; so has one of
 * series `spend`.
 */
export interface ChartCell {
  kpi: KpiId
  /** As it was asked for. */
  period: Period
  /** Of a fixed one what is shown: in whole steps, without what is not kept any more. */
  range?: FixedRange
  known: KnownTime
  filter?: Filters
  spanMs: number
  stepMs: number
  /** From when on the window's figures are of all that was; null: nothing is known. Rates are over what is covered: `coveredOf`. */
  knownFrom: number | null
  /** Of two filters nothing was measured before this, though there may have been events; absent where all was. */
  measuredFrom?: number
  /** Where the series ends: the end of the newest step, up to one step in the future. */
  endsAt: number
  /** For money. */
  currency?: string
  incomplete?: Incomplete
}

/** Where something is missing for good, because what was stored of it is damaged. */
export interface Incomplete {
  /** In what the figures are over, and the range before. */
  window: FixedRange[]
  /** Steps of the chart. */
  steps: FixedRange[]
}

/** A KPI that is being composed, over the events that were remembered when one began to look, and all since. */
export interface PreviewCell {
  spanMs: number
  stepMs: number
  endsAt: number
  /** From when on every event was seen, and how far time has come. Rates are over the time between them. */
  from: number
  asOf: number
  value: KpiValue
  /** For money. */
  currency?: string
  /** null: no dimension was asked for. */
  top: { dimension: Dimension; rows: { key: string; value: KpiValue }[]; keys: number } | null
}

/** What the newest events are like, up to about a thousand. */
export interface SeenCell {
  events: number
  /** Of these, of the types that were asked for. */
  asked: number
  types: { type: string; events: number }[]
  /** Of the types that were asked for. */
  fields: SeenField[]
  /** For each of the formula's filters, in the order of `filtersOf`. */
  matches: FilterMatch[]
}

export interface SeenField {
  field: string
  /** How many events have it. */
  events: number
  /** The most frequent first. */
  values: { text: string; events: number }[]
}

export interface FilterMatch {
  /** Events of the filter's type, and those of them that meet all its conditions. */
  ofType: number
  matching: number
  /** How many of its type meet each condition by itself. */
  conditions: number[]
  /** The newest that match, with what the conditions speak of first. */
  samples: { type: string; time: number; fields: [name: string, text: string][] }[]
}

export interface FeedEvent {
  id: string
  type: string
  time: number
  /** The event's own words: page, campaign, status. */
  text: string
  /** Exact, with currency. */
  money?: { kind: 'cost' | 'revenue'; amount: string; currency: string }
  country?: string
  device?: string
  late: boolean
  /** Older than all that is kept: no window shows it. */
  beyond: boolean
}

export type ReaderState =
  /** Waits until its parents are read to the end. */
  | { kind: 'waiting_for_parents'; parents: string[] }
  /** START_AT is yet to come. */
  | { kind: 'waiting_for_begin'; at: number }
  /** Asks for an iterator, or subscribes. */
  | { kind: 'starting' }
  | { kind: 'reading' }
  | { kind: 'catching_up' }
  /** The process has as much in flight as it may hold. */
  | { kind: 'waiting_for_room' }
  /** Goes on by itself. */
  | { kind: 'retrying'; since: number; problem: string; remedy: string }
  /** It goes on trying by itself, and has got no further for half a minute or more; `problem`: what repeats itself. */
  | { kind: 'stuck'; since: number; problem: string; remedy: string }
  /** Someone has to do something first; it is tried now and then. */
  | { kind: 'paused'; since: number; problem: string; remedy: string }
  /** What is known of how far it was read cannot be believed: nothing is read of it until someone has mended that. */
  | { kind: 'stopped'; since: number; problem: string; remedy: string }
  /** Read to its end; its children are being made known. */
  | { kind: 'ending' }
  /** Read to its end. */
  | { kind: 'finished' }
  /** Its records ran out of retention before they were all read. */
  | { kind: 'trimmed' }

export interface ShardCell {
  shardId: string
  /** Whether producers can still put into it. */
  open: boolean
  reader: ReaderState
  parents: string[]
  /** The part of the hash key range, both ends inclusive, decimal. */
  hashRange: { from: string; to: string; share: number }
  /** Over the last 10 s of arrival time. */
  recordsPerSecond: number
  bytesPerSecond: number
  /** The part of the stream's records in those 10 s; null if there were none. */
  trafficShare: number | null
  millisBehindLatest: number
  checkpoint: string | null
  /** How many events of the record at `checkpoint` are in the numbers; null: all of it. */
  subSequence: number | null
  /** All-time. */
  records: number
  bytes: number
  /** Sub-records of KPL aggregates, and those of them whose key belongs to another shard. */
  aggregated: number
  outOfRange: number
  /** Sub-records and records that a producer put again after a reshard: they are counted once. */
  putAgain: number
  /** Lines of a log with fields that were passed over. */
  partlyRead: number
  fates: Fates
  beyond: BeyondHistory | null
  lastArrivalAt: number | null
  mode: ReadMode
  /** When a read was last answered; null: not since the start. */
  lastProgressAt: number | null
  lastError: { at: number; problem: string; remedy: string } | null
  /** How often the watchdog started its reader anew, since the start. */
  restarts: number
  /** Answers to reads since the start. */
  reads: ReadCounts
}

export interface ReadCounts {
  ok: number
  /** Of `ok`: without a record. */
  empty: number
  /** Those that contradict themselves or the list of shards. */
  contradicting: number
  throttled: number
  expired: number
  failed: number
}

/** shard: what its own page shows beside the cells of it, its parents and its children. */
export interface ShardDetailCell {
  shardId: string
  children: string[]
  /** What happened to it since the start, newest first, bounded. */
  happenings: ShardHappening[]
  /** Partition keys with the most records over the last minute, about; of KPL sub-records their own. */
  topKeys: { key: string; recordsPerSecond: number; share: number }[]
}

export interface ShardHappening {
  at: number
  level: 'info' | 'warn'
  text: string
  sequenceNumber: string | null
}

export interface SpendCell {
  /** As it was asked for, and of a fixed one what is shown. */
  period: Period
  range?: FixedRange
  known: KnownTime
  /** As of `ChartCell`. */
  knownFrom: number | null
  stepMs: number
  endsAt: number
  currency: string
  /** Over the window, over the one before, and, unless it is fixed, since midnight UTC; of the filter where there is one. */
  now: KpiValue
  before: KpiValue
  today?: KpiValue
  byAccount: SpendRow[]
  byCampaign: SpendRow[]
  /** What the bounded memory of keys folded together. */
  otherAccounts?: KpiValue
  otherCampaigns?: KpiValue
  incomplete?: Incomplete
}

export interface SpendRow {
  key: string
  now: KpiValue
  before: KpiValue
  today?: KpiValue
}

/** Server → browser. */
export interface SnapshotFrame {
  view: string
  /** Changes when the server starts anew: sequence numbers of another instance mean nothing. */
  instance: string
  seq: number
  /** The server's clock, epoch ms. */
  now: number
  state: ViewState
}

export interface DeltaFrame {
  view: string
  instance: string
  seq: number
  now: number
  delta: ViewDelta
}

/** Where a browser that was away left off. */
export interface Resume {
  instance: string
  seq: number
}

export interface ServerToBrowser {
  snapshot: (frame: SnapshotFrame) => void
  delta: (frame: DeltaFrame) => void
  problem: (message: string) => void
}

export interface BrowserToServer {
  /** One view at a time; a new one replaces the last. */
  watch: (view: View, resume?: Resume) => void
}
