import {
  type Fields,
  fieldsField,
  numberField,
  requiredText,
  textField,
  timeField,
} from './fields.ts'
import { listingToken, readListingToken, type ShardFilter, visibleShards } from './list-shards.ts'
import { fields, type Operation, settledStreamOf, streamOf } from './operation.ts'
import type { StreamEngine } from './stream-engine.ts'
import {
  ACCOUNT,
  inUse,
  invalid,
  notFound,
  type Shard,
  type Stream,
  tooMany,
} from './vocabulary.ts'

/** A shard as ListShards, DescribeStream and ChildShards show it. */
export function describeShard(shard: Shard): Fields {
  return {
    ShardId: shard.shardId,
    ...(shard.parentShardId !== undefined && { ParentShardId: shard.parentShardId }),
    ...(shard.adjacentParentShardId !== undefined && {
      AdjacentParentShardId: shard.adjacentParentShardId,
    }),
    HashKeyRange: {
      StartingHashKey: shard.hashFrom.toString(),
      EndingHashKey: shard.hashTo.toString(),
    },
    SequenceNumberRange: {
      StartingSequenceNumber: shard.startingSequenceNumber,
      ...(shard.closed !== undefined && {
        EndingSequenceNumber: shard.closed.endingSequenceNumber,
      }),
    },
  }
}

export function describeChild(child: Shard): Fields {
  const { ShardId, HashKeyRange } = describeShard(child)
  const parents = [child.parentShardId, child.adjacentParentShardId]
  return { ShardId, ParentShards: parents.filter((id) => id !== undefined), HashKeyRange }
}

/** Throws LimitExceededException past the rate of a call on a stream. */
export function paceOf(
  engine: StreamEngine,
  operation: string,
  of: string,
  perSecond: number,
): void {
  if (!engine.limits.call(operation, of, perSecond)) {
    throw tooMany(`Rate exceeded for stream ${of} under account ${ACCOUNT}.`)
  }
}

function filterOf(input: Fields): ShardFilter | undefined {
  const filter = fieldsField(input, 'ShardFilter')
  if (filter === undefined) return undefined
  return {
    type: requiredText(filter, 'Type'),
    shardId: textField(filter, 'ShardId'),
    timestampMs: timeField(filter, 'Timestamp'),
  }
}

interface Listing {
  stream: Stream
  filter: ShardFilter | undefined
  afterShardId: string
}

function listingOf(engine: StreamEngine, input: Fields): Listing {
  const token = textField(input, 'NextToken')
  if (token === undefined) {
    return {
      stream: streamOf(engine, input),
      filter: filterOf(input),
      afterShardId: textField(input, 'ExclusiveStartShardId') ?? '',
    }
  }
  if (textField(input, 'StreamName') !== undefined) {
    throw invalid('NextToken and StreamName cannot be provided together.')
  }
  const place = readListingToken(token, engine.now())
  const stream = engine.stream(place.streamName)
  if (stream.generation !== place.generation) {
    throw notFound(`Stream ${place.streamName} under account ${ACCOUNT} not found.`)
  }
  return { ...place, stream }
}

const listShards: Operation = (engine, input) => {
  const { stream, filter, afterShardId } = listingOf(engine, input)
  paceOf(engine, 'ListShards', stream.name, 1_000)
  if (stream.status === 'CREATING' || stream.status === 'DELETING') {
    throw inUse(`Stream ${stream.name} under account ${ACCOUNT} not ACTIVE or UPDATING.`)
  }
  const most = numberField(input, 'MaxResults', { from: 1, to: 10_000 }) ?? engine.options.listPage
  const left = visibleShards(stream, filter, engine.now()).filter(
    ({ shardId }) => shardId > afterShardId,
  )
  const page = left.slice(0, Math.min(most, engine.options.listPage))
  const last = page.at(-1)
  const NextToken =
    last === undefined || page.length === left.length
      ? undefined
      : listingToken(
          {
            streamName: stream.name,
            generation: stream.generation,
            afterShardId: last.shardId,
            filter,
          },
          engine.now(),
        )
  return fields({
    Shards: page.map(describeShard),
    ...(NextToken !== undefined && { NextToken }),
  })
}

const splitShard: Operation = (engine, input) => {
  const stream = settledStreamOf(engine, input)
  paceOf(engine, 'SplitShard', stream.name, 5)
  const key = requiredText(input, 'NewStartingHashKey')
  if (!/^(0|[1-9]\d{0,38})$/.test(key)) throw invalid(`NewStartingHashKey ${key} is not a number.`)
  engine.split(stream, requiredText(input, 'ShardToSplit'), BigInt(key))
  return fields()
}

const mergeShards: Operation = (engine, input) => {
  const stream = settledStreamOf(engine, input)
  paceOf(engine, 'MergeShards', stream.name, 5)
  engine.merge(
    stream,
    requiredText(input, 'ShardToMerge'),
    requiredText(input, 'AdjacentShardToMerge'),
  )
  return fields()
}

export const SHARD_OPERATIONS: Record<string, Operation> = {
  ListShards: listShards,
  SplitShard: splitShard,
  MergeShards: mergeShards,
}
