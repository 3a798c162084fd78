import { crc32 } from 'node:zlib'
import { originOf } from './sequence-numbers.ts'
import { ACCOUNT, invalid, KinesisError, type Shard, type Stream } from './vocabulary.ts'

/** Where reading begins: an ordinal counts the records of a shard from the first ever put. */
export interface StartingPosition {
  type: string
  sequenceNumber: string | undefined
  timestampMs: number | undefined
}

const ITERATOR_MS = 300_000

export const endOf = ({ trimmed, records }: Shard): number => trimmed + records.length

/** The ordinal of the first record that comes after `sequenceNumber` (or at it). O(log records). */
function ordinalOf(shard: Shard, sequenceNumber: string, inclusive: boolean): number {
  const { records, trimmed } = shard
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = records[middle]!.sequenceNumber
    if (inclusive ? at < sequenceNumber : at <= sequenceNumber) low = middle + 1
    else high = middle
  }
  return trimmed + low
}

/** Throws InvalidArgumentException where the real one does. */
export function resolvePosition(
  stream: Stream,
  shard: Shard,
  position: StartingPosition,
  nowMs: number,
): number {
  const { type, sequenceNumber, timestampMs } = position
  switch (type) {
    case 'TRIM_HORIZON':
    case 'LATEST':
      if (sequenceNumber !== undefined) throw eitherOr(type, 'also a StartingSequenceNumber')
      return type === 'LATEST' ? endOf(shard) : shard.trimmed
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER':
      if (sequenceNumber === undefined) throw eitherOr(type, 'no StartingSequenceNumber')
      return fromSequenceNumber(stream, shard, sequenceNumber, type === 'AT_SEQUENCE_NUMBER')
    case 'AT_TIMESTAMP':
      if (timestampMs === undefined) {
        throw invalid(
          'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
        )
      }
      if (timestampMs > nowMs) {
        throw invalid(
          `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${nowMs}`,
        )
      }
      return fromTimestamp(shard, timestampMs)
    default:
      throw new KinesisError(
        'ValidationException',
        `1 validation error detected: Value '${type}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]`,
      )
  }
}

const eitherOr = (type: string, rest: string): KinesisError =>
  invalid(
    `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${rest}.`,
  )

function fromSequenceNumber(stream: Stream, shard: Shard, text: string, at: boolean): number {
  const used = `StartingSequenceNumber ${text} used in GetShardIterator on shard ${shard.shardId} in stream ${stream.name} under account ${ACCOUNT} is invalid`
  switch (originOf(text, stream.createdMs, shard.index)) {
    case 'beginning':
      return shard.trimmed
    case 'malformed':
      throw invalid(`${used}.`)
    case 'other_stream':
      throw invalid(`${used} because it did not come from this stream.`)
    case 'other_shard':
      throw invalid(
        `Invalid StartingSequenceNumber. It encodes another shard, while it was used in a call to a shard with ${shard.shardId}`,
      )
    case 'here':
      return ordinalOf(shard, text, at)
  }
}

/** Arrival times need not grow: the first record in order that is not older. */
function fromTimestamp(shard: Shard, timestampMs: number): number {
  const index = shard.records.findIndex(({ arrivedMs }) => arrivedMs >= timestampMs)
  return index === -1 ? endOf(shard) : shard.trimmed + index
}

export interface Iterator {
  streamName: string
  generation: number
  shardIndex: number
  ordinal: number
}

/** Opaque to callers; the checksum finds what was not made here. */
export function iteratorToken(
  stream: Stream,
  shard: Shard,
  ordinal: number,
  nowMs: number,
): string {
  const text = `${stream.name}/${stream.generation}/${shard.index}/${ordinal}/${nowMs}`
  return Buffer.from(`${crc32(text)}/${text}`, 'latin1').toString('base64url')
}

export function readIterator(token: string, nowMs: number): Iterator {
  const whole = Buffer.from(token, 'base64url').toString('latin1')
  const cut = whole.indexOf('/')
  const text = whole.slice(cut + 1)
  if (cut < 1 || String(crc32(text)) !== whole.slice(0, cut)) {
    throw invalid('Invalid ShardIterator.')
  }
  const [streamName = '', generation, shardIndex, ordinal, issuedMs] = text.split('/')
  const ageMs = nowMs - Number(issuedMs)
  if (ageMs > ITERATOR_MS) {
    throw new KinesisError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${issuedMs} while right now it is ${nowMs} which is further in the future than the tolerated delay of ${ITERATOR_MS} milliseconds.`,
    )
  }
  return {
    streamName,
    generation: Number(generation),
    shardIndex: Number(shardIndex),
    ordinal: Number(ordinal),
  }
}

/** The shard's number in a token, expired or not. */
export function shardOfIterator(token: string): number | undefined {
  const part = Buffer.from(token, 'base64url').toString('latin1').split('/')[3]
  return part === undefined || !/^\d+$/.test(part) ? undefined : Number(part)
}
