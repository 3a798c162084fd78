import type { _Record, ChildShard } from '@aws-sdk/client-kinesis'
import type { ListedShard, StreamRecord } from './stream-source.ts'

const NOTHING = new Uint8Array()

/** A record as the SDK gives it; its data is not copied. */
export const streamRecord = (record: _Record): StreamRecord => ({
  sequenceNumber: record.SequenceNumber ?? '',
  arrivedAt: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
  partitionKey: record.PartitionKey ?? '',
  data: record.Data ?? NOTHING,
})

/** A child is named when its parent ends, so it is new and open. */
export const childShard = (child: ChildShard): ListedShard => ({
  shardId: child.ShardId ?? '',
  parents: child.ParentShards ?? [],
  hashFrom: child.HashKeyRange?.StartingHashKey ?? '0',
  hashTo: child.HashKeyRange?.EndingHashKey ?? '0',
  closed: false,
})
