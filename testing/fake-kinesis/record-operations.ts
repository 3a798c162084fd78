import {
  bytesField,
  type Fields,
  fieldsField,
  isFields,
  numberField,
  requiredText,
  textField,
  timeField,
} from './fields.ts'
import { activeStreamOf, fields, type Operation, shardIdField } from './operation.ts'
import { iteratorToken, readIterator, resolvePosition } from './positions.ts'
import { readPage } from './read-page.ts'
import { findShard, hashKeyOf, shardFor } from './shards.ts'
import type { StreamEngine } from './stream-engine.ts'
import {
  invalid,
  KinesisError,
  MEBIBYTE,
  notFound,
  type Shard,
  type Stream,
  throttled,
} from './vocabulary.ts'

const MAX_ENTRIES = 500
const MAX_REQUEST_BYTES = 10 * MEBIBYTE
const MAX_KEY_CHARACTERS = 256
const ITERATORS_PER_SECOND = 5

interface Entry {
  shard: Shard
  partitionKey: string
  data: Uint8Array
  bytes: number
}

function entryOf(engine: StreamEngine, stream: Stream, input: Fields): Entry {
  const partitionKey = requiredText(input, 'PartitionKey')
  const data = bytesField(input, 'Data')
  const { maxRecordBytes } = engine.options
  const bytes = data.byteLength + Buffer.byteLength(partitionKey)
  if (partitionKey.length > MAX_KEY_CHARACTERS || data.byteLength > maxRecordBytes) {
    const [where, most] =
      partitionKey.length > MAX_KEY_CHARACTERS
        ? ['partitionKey', MAX_KEY_CHARACTERS]
        : ['data', maxRecordBytes]
    throw new KinesisError(
      'ValidationException',
      `1 validation error detected: Value at '${where}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    )
  }
  const shard = shardFor(stream, hashKeyOf(partitionKey, textField(input, 'ExplicitHashKey')))
  return { shard, partitionKey, data, bytes }
}

function put(engine: StreamEngine, stream: Stream, entry: Entry) {
  const { shard, partitionKey, data, bytes } = entry
  if (!engine.limits.write(shard, bytes)) throw throttled(stream, shard)
  const { sequenceNumber } = engine.append(stream, shard, partitionKey, data)
  return { ShardId: shard.shardId, SequenceNumber: sequenceNumber }
}

const putRecord: Operation = (engine, input) => {
  const stream = activeStreamOf(engine, input)
  return fields({ ...put(engine, stream, entryOf(engine, stream, input)), EncryptionType: 'NONE' })
}

/** Refused as a whole for what is wrong with it; entry by entry where a shard is too busy. */
const putRecords: Operation = (engine, input) => {
  const stream = activeStreamOf(engine, input)
  const { Records } = input
  if (!Array.isArray(Records) || Records.length === 0 || Records.length > MAX_ENTRIES) {
    throw new KinesisError(
      'ValidationException',
      `1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length between 1 and ${MAX_ENTRIES}`,
    )
  }
  const entries = Records.map((each: unknown) =>
    entryOf(engine, stream, isFields(each) ? each : {}),
  )
  if (entries.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_REQUEST_BYTES) {
    throw invalid(`Records size exceeds ${MAX_REQUEST_BYTES / MEBIBYTE} MB limit`)
  }
  const results = entries.map((entry) => {
    try {
      return put(engine, stream, entry)
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error
      return { ErrorCode: error.type, ErrorMessage: error.message }
    }
  })
  const FailedRecordCount = results.filter((result) => 'ErrorCode' in result).length
  return fields({ FailedRecordCount, Records: results, EncryptionType: 'NONE' })
}

/** A StartingPosition of SubscribeToShard, or the same fields of GetShardIterator. */
export function ordinalFor(
  engine: StreamEngine,
  stream: Stream,
  shard: Shard,
  position: { type: string; fields: Fields; sequenceNumber: string },
): number {
  return resolvePosition(
    stream,
    shard,
    {
      type: position.type,
      sequenceNumber: textField(position.fields, position.sequenceNumber),
      timestampMs: timeField(position.fields, 'Timestamp'),
    },
    engine.now(),
  )
}

const getShardIterator: Operation = (engine, input) => {
  const stream = activeStreamOf(engine, input)
  const shard = findShard(stream, shardIdField(input))
  if (!engine.limits.call('GetShardIterator', shard.startingSequenceNumber, ITERATORS_PER_SECOND)) {
    throw throttled(stream, shard)
  }
  const ordinal = ordinalFor(engine, stream, shard, {
    type: requiredText(input, 'ShardIteratorType'),
    fields: input,
    sequenceNumber: 'StartingSequenceNumber',
  })
  return fields({ ShardIterator: iteratorToken(stream, shard, ordinal, engine.now()) })
}

const getRecords: Operation = (engine, input) => {
  const { streamName, generation, shardIndex, ordinal } = readIterator(
    requiredText(input, 'ShardIterator'),
    engine.now(),
  )
  const { recordsPage, shardEnd } = engine.options
  const limit = numberField(input, 'Limit', { from: 1, to: 10_000 }) ?? 10_000
  const stream = activeStreamOf(engine, { StreamName: streamName })
  const shard = findShard(stream, String(shardIndex))
  if (stream.generation !== generation) {
    throw notFound(`Shard ${shard.shardId} in stream ${streamName} does not exist`)
  }
  if (!engine.limits.read(shard)) throw throttled(stream, shard)
  const records = Math.min(limit, recordsPage)
  const page = readPage(stream, shard, ordinal, { records }, engine.now(), shardEnd)
  engine.limits.wasRead(shard, page.bytes)
  const nextIterator =
    page.end === undefined ? iteratorToken(stream, shard, page.to, engine.now()) : undefined
  return { kind: 'page', page, nextIterator }
}

export const RECORD_OPERATIONS: Record<string, Operation> = {
  PutRecord: putRecord,
  PutRecords: putRecords,
  GetShardIterator: getShardIterator,
  GetRecords: getRecords,
}

export const startingPositionOf = (input: Fields): Fields => {
  const position = fieldsField(input, 'StartingPosition')
  if (position === undefined) throw invalid('StartingPosition is required.')
  return position
}
