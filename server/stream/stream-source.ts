/** What a shard reader needs of Kinesis, and nothing of any SDK. */
export interface StreamSource {
  describe(): Promise<StreamDescription>
  /** All shards, open and closed, over all pages. */
  listShards(): Promise<ListedShard[]>
  iterator(shardId: string, position: Position): Promise<string>
  read(iterator: string): Promise<ReadResult>
  close(): void
}

export interface StreamDescription {
  status: string
  createdMs: number
}

export interface ListedShard {
  shardId: string
  /** One after a split, two after a merge; they may be trimmed away by now. */
  parents: string[]
  hashFrom: string
  hashTo: string
  /** No more records can be put into it. */
  closed: boolean
}

export type Position =
  | { kind: 'after'; sequenceNumber: string }
  | { kind: 'trim_horizon' }
  | { kind: 'at'; timeMs: number }

export interface StreamRecord {
  sequenceNumber: string
  arrivedAt: number
  data: Uint8Array
}

export interface ReadResult {
  records: StreamRecord[]
  /** Absent: the shard has been read to its end. */
  next: string | undefined
  millisBehindLatest: number
  /** The read was cut off by its limit: there is more. */
  full: boolean
}

/**
 * Why a call to Kinesis failed, by what is to be done about it:
 * `expired_iterator` take a new one; `throttled` and `temporary` wait and try again;
 * `gone` the stream or shard is not there; `denied` someone has to change a permission or a key.
 */
export type SourceErrorKind = 'expired_iterator' | 'throttled' | 'temporary' | 'gone' | 'denied'

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
