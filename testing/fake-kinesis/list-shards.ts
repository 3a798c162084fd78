import { crc32 } from 'node:zlib'
import { invalid, KinesisError, type Shard, type Stream } from './vocabulary.ts'

export interface ShardFilter {
  type: string
  shardId: string | undefined
  timestampMs: number | undefined
}

/** The shards of ListShards and DescribeStream, in order of their ids. */
export function visibleShards(
  stream: Stream,
  filter: ShardFilter | undefined,
  nowMs: number,
): Shard[] {
  const shards = stream.shards.filter(({ expired }) => !expired)
  if (filter === undefined) return shards
  const { type, shardId, timestampMs } = filter
  const openAt = (atMs: number) =>
    shards.filter(
      ({ createdMs, closed }) => createdMs <= atMs && (closed === undefined || closed.atMs > atMs),
    )
  const horizonMs = nowMs - stream.retentionHours * 3_600_000
  switch (type) {
    case 'AFTER_SHARD_ID':
      if (shardId === undefined) throw missing('ShardId', type)
      return shards.filter((shard) => shard.shardId > shardId)
    case 'AT_LATEST':
      return shards.filter(({ closed }) => closed === undefined)
    case 'FROM_TRIM_HORIZON':
      return shards
    case 'AT_TRIM_HORIZON':
      return atHorizon(stream, shards, openAt(horizonMs))
    case 'AT_TIMESTAMP':
      if (timestampMs === undefined) throw missing('Timestamp', type)
      return timestampMs <= stream.createdMs
        ? atHorizon(stream, shards, openAt(timestampMs))
        : openAt(timestampMs)
    case 'FROM_TIMESTAMP':
      if (timestampMs === undefined) throw missing('Timestamp', type)
      return shards.filter(({ closed }) => closed === undefined || closed.atMs > timestampMs)
    default:
      throw new KinesisError(
        'ValidationException',
        `1 validation error detected: Value '${type}' at 'shardFilter.type' failed to satisfy constraint: Member must satisfy enum value set`,
      )
  }
}

/** Before the stream was there, the horizon is its first shards, or what retention left of them. */
function atHorizon(stream: Stream, shards: Shard[], open: Shard[]): Shard[] {
  if (open.length > 0) return open
  const seen = new Set(shards.map(({ shardId }) => shardId))
  const gone = (parent: string | undefined) => parent === undefined || !seen.has(parent)
  return stream.shards.filter(
    (shard) => !shard.expired && gone(shard.parentShardId) && gone(shard.adjacentParentShardId),
  )
}

const missing = (field: string, type: string): KinesisError =>
  invalid(`${field} must be specified in the ShardFilter for type ${type}.`)

const TOKEN_MS = 300_000

/** Where a listing goes on. It carries all that the first call said. */
export interface ListingPlace {
  streamName: string
  generation: number
  afterShardId: string
  filter: ShardFilter | undefined
}

export function listingToken(place: ListingPlace, nowMs: number): string {
  const text = JSON.stringify({ ...place, issuedMs: nowMs })
  return Buffer.from(`${crc32(text)}/${text}`).toString('base64')
}

export function readListingToken(token: string, nowMs: number): ListingPlace {
  const whole = Buffer.from(token, 'base64').toString()
  const cut = whole.indexOf('/')
  const text = whole.slice(cut + 1)
  if (cut < 1 || String(crc32(text)) !== whole.slice(0, cut)) {
    throw invalid('NextToken is invalid.')
  }
  const place = JSON.parse(text) as ListingPlace & { issuedMs: number }
  if (nowMs - place.issuedMs > TOKEN_MS) {
    throw new KinesisError(
      'ExpiredNextTokenException',
      `NextToken has expired. It was created at ${place.issuedMs} while right now it is ${nowMs}, more than ${TOKEN_MS} milliseconds later.`,
    )
  }
  return place
}
