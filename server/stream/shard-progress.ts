import { type Fates, noFates } from '../../lib/fates.ts'
import type { ListedShard } from './stream-source.ts'

/** What is known of a shard and how far it has been read; the same in memory and in the store. */
export interface ShardProgress {
  readonly shardId: string
  readonly parents: readonly string[]
  readonly hashFrom: string
  readonly hashTo: string
  /** No more records can be put into it. */
  closed: boolean
  /** Read to its end. */
  finished: boolean
  /** The last sequence number that was taken in; null: none yet. */
  checkpoint: string | null
  /** Arrival time up to which the shard has been read; null: never read. */
  readToMs: number | null
  lastArrivalMs: number | null
  /** The newest event time among the applied events: what late ones are measured against. */
  newestEventMs: number | null
  records: number
  bytes: number
  fates: Fates
}

export const newShard = (listed: ListedShard): ShardProgress => ({
  shardId: listed.shardId,
  parents: listed.parents,
  hashFrom: listed.hashFrom,
  hashTo: listed.hashTo,
  closed: listed.closed,
  finished: false,
  checkpoint: null,
  readToMs: null,
  lastArrivalMs: null,
  newestEventMs: null,
  records: 0,
  bytes: 0,
  fates: noFates(),
})
