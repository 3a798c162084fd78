import type { GetShardIteratorInput } from '@aws-sdk/client-kinesis'
import type { Wire } from '../../../lib/frames.ts'
import { type CborValue, encodeCbor } from './cbor-encode.ts'
import type { Position } from './stream-source.ts'

type Start = Pick<
  GetShardIteratorInput,
  'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'
>

/** `position` as GetShardIterator takes it. */
export function iteratorStart(position: Position): Start {
  switch (position.kind) {
    case 'after':
      return {
        ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
        StartingSequenceNumber: position.sequenceNumber,
      }
    case 'from':
      return {
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: position.sequenceNumber,
      }
    case 'trim_horizon':
      return { ShardIteratorType: 'TRIM_HORIZON' }
    case 'at':
      return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(position.timeMs) }
  }
}

/** The body of a SubscribeToShard call. */
export function subscriptionBody(
  wire: Wire,
  asked: { consumerArn: string; shardId: string; position: Position },
): Buffer {
  const start = iteratorStart(asked.position)
  const time = start.Timestamp?.getTime()
  const body = (timestamp: CborValue | undefined) => ({
    ConsumerARN: asked.consumerArn,
    ShardId: asked.shardId,
    StartingPosition: {
      Type: start.ShardIteratorType ?? '',
      ...(start.StartingSequenceNumber !== undefined && {
        SequenceNumber: start.StartingSequenceNumber,
      }),
      ...(timestamp !== undefined && { Timestamp: timestamp }),
    },
  })
  if (wire === 'cbor') return encodeCbor(body(time === undefined ? time : { epochMs: time }))
  return Buffer.from(JSON.stringify(body(time === undefined ? time : time / 1_000)))
}
