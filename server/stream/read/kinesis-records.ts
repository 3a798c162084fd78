import type * as aws from '@aws-sdk/client-kinesis'
import { DAY_MS } from '../../../lib/time.ts'
import { contradicting } from './answer-check.ts'
import { NO_DATA } from './record-flaws.ts'
import type { ChildShard, StreamRecord } from './stream-source.ts'

/** A record as the SDK gives it; its data is not copied. */
export const streamRecord = (record: aws._Record): StreamRecord => ({
  sequenceNumber: record.SequenceNumber ?? '',
  arrivedAt: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
  partitionKey: record.PartitionKey ?? '',
  data: dataOf(record.Data),
})

/** Also an empty record has some: of nothing. */
export function dataOf<T>(data: T | null | undefined): T {
  if (data === null || data === undefined) throw contradicting(NO_DATA)
  return data
}

export const childShard = (child: aws.ChildShard): ChildShard => ({
  shardId: child.ShardId ?? '',
  parents: child.ParentShards ?? [],
})

/** Longer than Kinesis keeps any record. */
const MOST_BEHIND_MS = 400 * DAY_MS

/** null: it is not said, or cannot be. */
export const millisBehind = (ms: number | null | undefined): number | null =>
  ms !== null && ms !== undefined && ms >= 0 && ms <= MOST_BEHIND_MS ? ms : null
