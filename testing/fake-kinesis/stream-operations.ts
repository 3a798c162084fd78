import { type Fields, numberField, requiredText, textField } from './fields.ts'
import { visibleShards } from './list-shards.ts'
import { fields, type Operation, streamOf } from './operation.ts'
import { describeShard, paceOf } from './shard-operations.ts'
import type { Stream } from './vocabulary.ts'

const describeStatus = (stream: Stream): Fields => ({
  StreamName: stream.name,
  StreamARN: stream.arn,
  StreamStatus: stream.status,
  StreamModeDetails: { StreamMode: 'PROVISIONED' },
  RetentionPeriodHours: stream.retentionHours,
  StreamCreationTimestamp: new Date(stream.createdMs),
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: 'NONE',
})

const createStream: Operation = (engine, input) => {
  const shardCount = numberField(input, 'ShardCount', { from: 1, to: 10_000 }) ?? 4
  engine.create(requiredText(input, 'StreamName'), shardCount)
  return fields()
}

const deleteStream: Operation = (engine, input) => {
  engine.remove(streamOf(engine, input).name)
  return fields()
}

const describeStreamSummary: Operation = (engine, input) => {
  const stream = streamOf(engine, input)
  paceOf(engine, 'DescribeStreamSummary', stream.name, 20)
  return fields({
    StreamDescriptionSummary: {
      ...describeStatus(stream),
      OpenShardCount: stream.shards.filter(({ closed }) => closed === undefined).length,
      ConsumerCount: stream.consumers.size,
      MaxRecordSizeInKiB: engine.options.maxRecordBytes / 1_024,
    },
  })
}

const DESCRIBED_SHARDS = 100

const describeStream: Operation = (engine, input) => {
  const stream = streamOf(engine, input)
  paceOf(engine, 'DescribeStream', stream.name, 10)
  const after = textField(input, 'ExclusiveStartShardId') ?? ''
  const left = visibleShards(stream, undefined, engine.now()).filter(
    ({ shardId }) => shardId > after,
  )
  const most = numberField(input, 'Limit', { from: 1, to: 10_000 }) ?? DESCRIBED_SHARDS
  const page = left.slice(0, Math.min(most, engine.options.listPage))
  return fields({
    StreamDescription: {
      ...describeStatus(stream),
      Shards: page.map(describeShard),
      HasMoreShards: page.length < left.length,
    },
  })
}

const listStreams: Operation = (engine) =>
  fields({ StreamNames: engine.streamNames(), HasMoreStreams: false })

export const STREAM_OPERATIONS: Record<string, Operation> = {
  CreateStream: createStream,
  DeleteStream: deleteStream,
  DescribeStream: describeStream,
  DescribeStreamSummary: describeStreamSummary,
  ListStreams: listStreams,
}
