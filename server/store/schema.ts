import type { Generated } from 'kysely'

/**
 * Every table is keyed by stream, so that a data folder can serve one stream after another; but for
 * `kpi_definition`, which is needed before a stream is reached.
 */
export interface Schema {
  stream: StreamTable
  first_start: FirstStartTable
  counting_change: CountingChangeTable
  lease: LeaseTable
  shard: ShardTable
  seen: MemoryTable
  put_again: MemoryTable
  dead_letter: DeadLetterTable
  dead_letter_count: DeadLetterCountTable
  event_total: EventTotalTable
  money_total: MoneyTotalTable
  pane: PaneTable
  pane_delta: PaneDeltaTable
  alert_rule: AlertRuleTable
  alert_event: AlertEventTable
  mark: MarkTable
  setting: SettingTable
  kpi_definition: KpiDefinitionTable
  damaged: DamagedTable
  lost_pane: LostPaneTable
}

/** Bytes: a Uint8Array going in, an ArrayBuffer coming out. */
export type Blob = Uint8Array

/** One row for each incarnation of a stream: deleted and created anew it is another one. */
export interface StreamTable {
  id: Generated<number>
  name: string
  /** Endpoint or region: where the name means something. */
  place: string
  created_ms: number
  /** Where reading began, settled once: JSON of StartAt with `latest` resolved to a time. */
  start_at: string
  /** What was asked for then: JSON of StartAt. This and the next two are null in rows of older versions. */
  asked: string | null
  /** When Kinesight was first started for it, on this machine's clock; null for one that was created again. */
  first_start_ms: number | null
  /** When it was found, on the stream's clock. */
  since_ms: number | null
  /** Of the other columns but `id`; null: a version before wrote it. */
  crc: number | null
}

/** What changed what is counted of a stream, or is kept of it. */
export interface CountingChangeTable {
  id: Generated<number>
  stream_id: number
  at_ms: number
  kind: string
  text: string
}

/** Streams that Kinesight was started for and has not reached yet. */
export interface FirstStartTable {
  name: string
  place: string
  /** When that was for the first time, on this machine's clock. */
  at_ms: number
  /** For how long it has certainly waited since, whatever the clock says. */
  waited_ms: number
}

/** Whoever raises the epoch is the writer; an older epoch cannot commit any more. */
export interface LeaseTable {
  stream_id: number
  epoch: number
  /** Counts the commits of all epochs: tells whether one whose reply was lost is in. */
  commit_seq: Generated<number>
  /** What the commits have added up, over all shards: the shards' own counts have to give the same. */
  applied: Generated<number>
  duplicate: Generated<number>
  rejected: Generated<number>
}

export interface ShardTable {
  stream_id: number
  shard_id: string
  /** JSON array of shard ids. */
  parents: string
  hash_from: string
  hash_to: string
  /** Set once the shard takes no more records. */
  closed: number
  /** 1 once nothing more will be read of it. */
  finished: number
  /** When it was found that its records had run out of retention before they were read; null: they had not. */
  trimmed_ms: number | null
  /** The last sequence number that is in the numbers; null: nothing read yet. */
  checkpoint: string | null
  /** How many events of that record are; null: all of it. */
  sub_sequence: number | null
  /** 1: the sub-record that the sub-sequence is in the midst of was counted before, 0: it was not; null: it is not known yet. */
  part_again: number | null
  /** Arrival time up to which the shard has been read. */
  read_to_ms: number | null
  last_arrival_ms: number | null
  newest_event_ms: number | null
  records: number
  bytes: number
  aggregated: number
  out_of_range: number
  put_again: Generated<number>
  /** Lines of a log with fields that were passed over. */
  partly_read: Generated<number>
  applied: number
  duplicate: number
  rejected: number
  late: number
  clamped: number
  beyond: number
  /** When the oldest of them happened, and when the last was taken in; null: there are none. */
  beyond_oldest_ms: number | null
  beyond_last_ms: number | null
  /** CRC-32 of the row, see `shard-rows.ts`; null: written by a version that kept none. */
  crc: number | null
}

/**
 * What arrived in one slice of 10.24 s, in the order in which it came: entries of four 32-bit words, of which the last
 * three are of a hash. Without entries: the slice was cut, for want of room.
 *
 * `seen`: the ids of events that were applied; the first word is by how many ms they arrived after the slice began.
 * `put_again`: what was counted without an id; the first word says of which kind it is, and whether there is one more
 * or one less.
 */
export interface MemoryTable {
  stream_id: number
  seq: Generated<number>
  slice_ms: number
  entries: Blob
  /** CRC-32 of stream, slice and entries; null: written by a version that kept none. */
  crc: Generated<number | null>
}

export interface DeadLetterTable {
  id: Generated<number>
  stream_id: number
  shard_id: string
  sequence_number: string
  event_index: number
  arrived_ms: number
  reason: string
  /** The stream app that failed on it; null: it was not an app. */
  app: string | null
  detail: string
  /** At most 4 KiB of `bytes`. */
  data: Blob
  bytes: number
}

export interface DeadLetterCountTable {
  stream_id: number
  reason: string
  n: number
}

export interface EventTotalTable {
  stream_id: number
  type: string
  n: number
}

/**
 * Money by kind, account and currency: `units` × 1,000,000 + `micros` micro-units, added up apart so
 * that no sum overflows 64 bits.
 */
export interface MoneyTotalTable {
  stream_id: number
  kind: 'cost' | 'revenue'
  account: string
  currency: string
  units: number
  micros: number
}

export interface PaneTable {
  stream_id: number
  level_ms: number
  /** '' is the total over all events. */
  dimension: string
  start_ms: number
  body: Blob
  /** CRC-32 of the place and the body; null: written by a version that kept none. */
  crc: Generated<number | null>
}

/** What commits since the last flush added to panes, in order. */
export interface PaneDeltaTable {
  seq: Generated<number>
  stream_id: number
  body: Blob
  /** CRC-32 of the stream and the body; null: written by a version that kept none. */
  crc: Generated<number | null>
  /** Which panes it adds to, see `delta-places.ts`: to be read where the body cannot. */
  places: Generated<string | null>
}

export interface AlertRuleTable {
  id: string
  stream_id: number
  /** JSON of the rule's fields. */
  body: string
  sample: number
  created_ms: number
  updated_ms: number
}

export interface AlertEventTable {
  id: Generated<number>
  stream_id: number
  rule_id: string
  /** JSON: the rule as it was. */
  rule: string
  fired_ms: number
  cleared_ms: number | null
  cleared: string | null
  /** JSON of KpiValue. */
  value: string
  peak: string
}

/** A KPI that left what was usual for it. */
export interface MarkTable {
  stream_id: number
  id: string
  kpi: string
  /** Of money; null: it is not. */
  currency: string | null
  /** JSON of Filter: whose part of the KPI it is about; null: the whole. */
  part_of: string | null
  direction: 'up' | 'down'
  /** Event time. */
  began_ms: number
  ended_ms: number | null
  ending: string | null
  /** Means over a step of those that were away, in the KPI's unit: as it began, and once it is over, of all of them. */
  expected: number
  value: number
  /** How sure, in standard deviations. */
  score: number
  /** JSON of MarkCause. */
  cause: string | null
  text: string
}

export interface SettingTable {
  stream_id: number
  name: string
  value: string
}

/** A KPI that was composed on the page or by the API. */
export interface KpiDefinitionTable {
  id: string
  /** JSON of KpiDefinition. */
  body: string
  created_ms: number
  updated_ms: number
}

/** Rows that could not be read, or were not as they were written: set aside, out of the way of everything else. */
export interface DamagedTable {
  id: Generated<number>
  /** 0: of no stream. */
  stream_id: number
  /** The table it was in. */
  source:
    | 'pane'
    | 'pane_delta'
    | 'seen'
    | 'put_again'
    | 'mark'
    | 'alert_rule'
    | 'alert_event'
    | 'setting'
    | 'kpi_definition'
    | 'dead_letter'
    | 'stream'
  /** JSON of the columns that found it. */
  row_key: string
  /** What it held; nothing where too much is kept already. */
  held: Uint8Array | string
  /** How long that was. */
  bytes: number
  /** What was wrong, in words. */
  why: string
  found_ms: number
}

/** A pane that lacks something for good. */
export interface LostPaneTable {
  stream_id: number
  level_ms: number
  dimension: string
  start_ms: number
}
