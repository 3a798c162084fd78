/** The words of the fake: what a stream is made of, and how a call fails. */

import type { SequenceNumbers } from './sequence-numbers.ts'

export const HASH_KEYS = 1n << 128n
export const MEBIBYTE = 1 << 20

export interface StoredRecord {
  /** 56 decimal digits, strictly increasing over the stream. */
  sequenceNumber: string
  arrivedMs: number
  partitionKey: string
  data: Uint8Array
}

export interface Shard {
  shardId: string
  /** Its number in the stream, from 0. */
  index: number
  parentShardId: string | undefined
  adjacentParentShardId: string | undefined
  hashFrom: bigint
  /** Inclusive. */
  hashTo: bigint
  startingSequenceNumber: string
  createdMs: number
  /** Open until it is split or merged. */
  closed: { endingSequenceNumber: string; atMs: number } | undefined
  records: StoredRecord[]
  /** How many records before `records[0]` were trimmed: positions count from the first ever. */
  trimmed: number
  /** Closed, and past its retention as a whole: nothing can see it any more. */
  expired: boolean
}

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING'

export interface Consumer {
  name: string
  arn: string
  createdMs: number
}

export interface Stream {
  name: string
  arn: string
  /** Tells a stream from one of the same name before it. */
  generation: number
  createdMs: number
  numbers: SequenceNumbers
  status: StreamStatus
  retentionHours: number
  shards: Shard[]
  consumers: Map<string, Consumer>
}

/** A call that Kinesis answers with an error. */
export class KinesisError extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, status?: number) {
    super(message)
    this.type = type
    this.status = status ?? statusOf(type)
  }
}

const statusOf = (type: string): number => {
  if (type.startsWith('InternalFailure')) return 500
  return type === 'ServiceUnavailable' || type === 'ServiceUnavailableException' ? 503 : 400
}

export const ACCOUNT = '000000000000'
export const REGION = 'us-east-1'

export const notFound = (message: string): KinesisError =>
  new KinesisError('ResourceNotFoundException', message)
export const invalid = (message: string): KinesisError =>
  new KinesisError('InvalidArgumentException', message)
export const inUse = (message: string): KinesisError =>
  new KinesisError('ResourceInUseException', message)
export const tooMany = (message: string): KinesisError =>
  new KinesisError('LimitExceededException', message)
export const throttled = (stream: Stream, shard: Shard): KinesisError =>
  new KinesisError(
    'ProvisionedThroughputExceededException',
    `Rate exceeded for shard ${shard.shardId} in stream ${stream.name} under account ${ACCOUNT}.`,
  )
