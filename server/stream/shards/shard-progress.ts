import { type Fates, noFates } from '../../../lib/fates.ts'
import type { BeyondHistory } from '../../../lib/frames.ts'
import type { ListedShard } from '../read/stream-source.ts'

/** What is known of a shard and how far it has been read; the same in memory and in the store. */
export interface ShardProgress {
  readonly shardId: string
  readonly parents: readonly string[]
  readonly hashFrom: string
  readonly hashTo: string
  /** No more records can be put into it. */
  closed: boolean
  /** Nothing more will be read of it: it was read to its end, or trimmed. */
  finished: boolean
  /** When it was found that its records had run out of retention before they were read, epoch ms. */
  trimmedMs: number | null
  /** The last sequence number that was taken in; null: none yet. */
  checkpoint: string | null
  /** How many events of the record at `checkpoint` were taken in; null: all of it. */
  subSequence: number | null
  /**
   * Whether the sub-record in which it lies, or the record that is no aggregate, was put again and counted before; null:
   * it lies in none, or that was not asked yet.
   */
  partAgain: boolean | null
  /** Up to when the shard has been read, on the stream's own clock, epoch ms; null: never read. */
  readToMs: number | null
  lastArrivalMs: number | null
  /** The newest event time among the applied events: what late ones are measured against. */
  newestEventMs: number | null
  records: number
  bytes: number
  /** Sub-records of KPL aggregates, and those of them whose key belongs to another shard. */
  aggregated: number
  outOfRange: number
  /** Of them and of records that are no aggregates: those that a producer put again, and that are counted once (ADR 32). */
  putAgain: number
  /** Lines of a log with fields that were passed over. */
  partlyRead: number
  fates: Fates
  /** Of the events beyond history: when the oldest happened, and when the last was taken in; null: there are none. */
  oldestBeyondMs: number | null
  lastBeyondMs: number | null
}

/** Of the events beyond history in all of these shards; null: there are none. */
export function beyondIn(
  shards: readonly Pick<ShardProgress, 'oldestBeyondMs' | 'lastBeyondMs'>[],
): BeyondHistory | null {
  const oldest = shards.flatMap(({ oldestBeyondMs }) => oldestBeyondMs ?? [])
  const last = shards.flatMap(({ lastBeyondMs }) => lastBeyondMs ?? [])
  if (oldest.length === 0 || last.length === 0) return null
  return { oldestAt: Math.min(...oldest), lastAt: Math.max(...last) }
}

export const newShard = (listed: ListedShard): ShardProgress => ({
  shardId: listed.shardId,
  parents: listed.parents,
  hashFrom: listed.hashFrom,
  hashTo: listed.hashTo,
  closed: listed.closed,
  finished: false,
  trimmedMs: null,
  checkpoint: null,
  subSequence: null,
  partAgain: null,
  readToMs: null,
  lastArrivalMs: null,
  newestEventMs: null,
  records: 0,
  bytes: 0,
  aggregated: 0,
  outOfRange: 0,
  putAgain: 0,
  partlyRead: 0,
  fates: noFates(),
  oldestBeyondMs: null,
  lastBeyondMs: null,
})
