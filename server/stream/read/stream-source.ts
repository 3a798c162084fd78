import type { Wire } from '../../../lib/frames.ts'

/** What a shard reader needs of Kinesis, and nothing of any SDK. */
export interface StreamSource {
  describe(signal?: AbortSignal): Promise<StreamDescription>
  /** All shards that still hold data, open and closed, over all pages. */
  listShards(signal?: AbortSignal): Promise<ListedShard[]>
  iterator(shardId: string, position: Position, signal?: AbortSignal): Promise<string>
  /** At most `limit` records, 1 to 10,000. */
  read(iterator: string, options: { limit: number; signal?: AbortSignal }): Promise<Batch>
  readonly fanOut: FanOut
  /** In which wire records are asked for now. */
  wire(): SpokenWire
  /** Calls that were made again at once, because their connection had been closed while it was idle. */
  repeatedCalls(): number
  close(): void
}

export interface SpokenWire {
  spoken: Wire
  /** Why CBOR was given up; null: it was not. */
  notice: string | null
}

/** Enhanced fan-out: the stream pushes, 2 MiB/s a shard for this consumer alone. */
export interface FanOut {
  /**
   * Registers the consumer `name`, or adopts the one that is registered; resolves once it is ACTIVE.
   * `SourceError` of kind `unsupported` where the endpoint has no fan-out.
   */
  consumer(name: string, signal: AbortSignal): Promise<{ arn: string; adopted: boolean }>
  /**
   * One subscription: at most 5 minutes, then the iteration ends and a new one goes on after the last batch's
   * `next`. A batch without `next` claims to be the shard's end. Aborting `signal` ends it.
   */
  subscribe(
    shardId: string,
    options: { consumerArn: string; position: Position; signal: AbortSignal },
  ): Promise<AsyncIterable<Batch>>
}

export interface StreamDescription {
  status: string
  createdMs: number
  /** The stream's own clock as it answered, epoch ms; undefined where it does not say. */
  answeredAt: number | undefined
}

export interface ListedShard {
  shardId: string
  /** One after a split, two after a merge; they may be trimmed away by now. */
  parents: string[]
  hashFrom: string
  hashTo: string
  /** No more records can be put into it. */
  closed: boolean
  /** Within which its sequence numbers are; `to` once it is closed. Absent where the endpoint does not say. */
  numbers?: { from: string; to?: string }
}

export type Position =
  | { kind: 'after'; sequenceNumber: string }
  /** The record with this number is read again: only a part of it was taken in. */
  | { kind: 'from'; sequenceNumber: string }
  | { kind: 'trim_horizon' }
  | { kind: 'at'; timeMs: number }

export interface StreamRecord {
  sequenceNumber: string
  arrivedAt: number
  partitionKey: string
  data: Uint8Array
}

/** Records as they came. Those that are kept so are made anew each time they are asked for. */
export interface RecordList extends Iterable<StreamRecord> {
  readonly length: number
  at(index: number): StreamRecord | undefined
  /** What cannot be of a record, or of their order; null: nothing. Absent where nobody looked yet. */
  readonly flaw?: string | null
  /** Replaces times of arrival that are not in `range` (epoch ms, both inclusive) by `instead`; tells how many. */
  mendArrivals?(range: { from: number; to: number }, instead: number): number
}

/** A shard as its parent names it with its end. */
export type ChildShard = Pick<ListedShard, 'shardId' | 'parents'>

/** What one read, or one event of a subscription, brought. */
export interface Batch {
  records: RecordList
  /** What it holds in memory until its records are taken in. */
  bytes: number
  /** Where to go on: an iterator, or a continuation sequence number. Absent: it claims to be the shard's end. */
  next: string | undefined
  /** With the end of a shard; empty where the endpoint does not name them. */
  children: ChildShard[]
  /** null: it does not say, or says what cannot be. */
  millisBehindLatest: number | null
  /** The read was cut off by its limit: there is more. */
  full: boolean
  /** The stream's own clock as it answered, epoch ms; undefined where it does not say. */
  answeredAt: number | undefined
}

/** Why a call to Kinesis failed, by what is to be done about it. */
export type SourceErrorKind =
  /** An answer contradicts itself or another one: open again from the progress. */
  | 'contradicting'
  /** Take a new iterator. */
  | 'expired_iterator'
  /** Others read the same shard, or too much was asked for: less often. */
  | 'throttled'
  /** A network, a timeout, 5xx: try again. */
  | 'temporary'
  /** The stream or the shard is not there: look which of the two. */
  | 'gone'
  /** Someone has to change a permission, a key or credentials. */
  | 'denied'
  /** The sequence number or the time means nothing to this shard. */
  | 'bad_position'
  /** A subscription of the same consumer was made less than 5 s ago. */
  | 'in_use'
  /** The endpoint does not have this call. */
  | 'unsupported'

export class SourceError extends Error {
  override readonly name = 'SourceError'
  constructor(
    readonly kind: SourceErrorKind,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
