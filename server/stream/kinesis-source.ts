import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
  type Shard,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { messageOf } from '../platform/errors.ts'
import {
  type ListedShard,
  type Position,
  SourceError,
  type SourceErrorKind,
  type StreamSource,
} from './stream-source.ts'

/** The most records one GetRecords may return. */
const READ_LIMIT = 10_000
const MAX_SOCKETS = 256
/** Many thousands of shards; a listing that never ends is cut here. */
const MAX_LIST_PAGES = 1_000

export interface KinesisPlace {
  streamName: string
  region: string | undefined
  endpoint: string | undefined
  /** Left out: the usual AWS credential chain. */
  credentials?: { accessKeyId: string; secretAccessKey: string }
}

/** Reads by HTTP/1.1, which every Kinesis speaks. One attempt a call: waiting is the reader's matter. */
export function createKinesisSource(place: KinesisPlace): StreamSource {
  const client = new KinesisClient({
    ...(place.region !== undefined && { region: place.region }),
    ...(place.endpoint !== undefined && { endpoint: place.endpoint }),
    ...(place.credentials !== undefined && { credentials: place.credentials }),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      httpAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
      httpsAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
    }),
  })
  const StreamName = place.streamName
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw sourceError(error, place)
    }
  }

  return {
    describe: () =>
      call(async () => {
        const { StreamDescriptionSummary: summary } = await client.send(
          new DescribeStreamSummaryCommand({ StreamName }),
        )
        return {
          status: summary?.StreamStatus ?? 'UNKNOWN',
          createdMs: summary?.StreamCreationTimestamp?.getTime() ?? 0,
        }
      }),
    listShards: () =>
      call(async () => {
        const shards: ListedShard[] = []
        let NextToken: string | undefined
        for (let page = 0; page < MAX_LIST_PAGES; page++) {
          const answer: ListShardsCommandOutput = await client.send(
            new ListShardsCommand(NextToken === undefined ? { StreamName } : { NextToken }),
          )
          shards.push(...(answer.Shards ?? []).map(listedShard))
          NextToken = answer.NextToken
          if (NextToken === undefined || NextToken === '') break
        }
        return shards
      }),
    iterator: (ShardId, position) =>
      call(async () => {
        const answer = await client.send(
          new GetShardIteratorCommand({ StreamName, ShardId, ...iteratorType(position) }),
        )
        return answer.ShardIterator ?? ''
      }),
    read: (ShardIterator) =>
      call(async () => {
        const answer = await client.send(
          new GetRecordsCommand({ ShardIterator, Limit: READ_LIMIT }),
        )
        const records = (answer.Records ?? []).map((record) => ({
          sequenceNumber: record.SequenceNumber ?? '',
          arrivedAt: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
          data: record.Data ?? new Uint8Array(),
        }))
        return {
          records,
          next: answer.NextShardIterator ?? undefined,
          millisBehindLatest: answer.MillisBehindLatest ?? 0,
          full: records.length >= READ_LIMIT,
        }
      }),
    close: () => client.destroy(),
  }
}

function iteratorType(position: Position) {
  switch (position.kind) {
    case 'after':
      return {
        ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const,
        StartingSequenceNumber: position.sequenceNumber,
      }
    case 'trim_horizon':
      return { ShardIteratorType: 'TRIM_HORIZON' as const }
    case 'at':
      return { ShardIteratorType: 'AT_TIMESTAMP' as const, Timestamp: new Date(position.timeMs) }
  }
}

function listedShard(shard: Shard): ListedShard {
  return {
    shardId: shard.ShardId ?? '',
    parents: [shard.ParentShardId, shard.AdjacentParentShardId].filter(
      (id): id is string => id !== undefined && id !== '',
    ),
    hashFrom: shard.HashKeyRange?.StartingHashKey ?? '0',
    hashTo: shard.HashKeyRange?.EndingHashKey ?? '0',
    closed: shard.SequenceNumberRange?.EndingSequenceNumber !== undefined,
  }
}

const KINDS: Record<string, SourceErrorKind> = {
  ExpiredIteratorException: 'expired_iterator',
  ProvisionedThroughputExceededException: 'throttled',
  LimitExceededException: 'throttled',
  KMSThrottlingException: 'throttled',
  ThrottlingException: 'throttled',
  ResourceNotFoundException: 'gone',
  AccessDeniedException: 'denied',
  KMSAccessDeniedException: 'denied',
  KMSDisabledException: 'denied',
  KMSInvalidStateException: 'denied',
  KMSNotFoundException: 'denied',
  KMSOptInRequired: 'denied',
  CredentialsProviderError: 'denied',
  ExpiredTokenException: 'denied',
  UnrecognizedClientException: 'denied',
  InvalidSignatureException: 'denied',
  MissingAuthenticationTokenException: 'denied',
}

function sourceError(error: unknown, place: KinesisPlace): SourceError {
  const name = error instanceof Error ? error.name : ''
  const kind = KINDS[name] ?? 'temporary'
  const where = place.endpoint ?? place.region ?? 'the configured region'
  return new SourceError(kind, said(error, where), remedy(kind, place, where), { cause: error })
}

/** A refused connection comes as an AggregateError without a message of its own. */
function said(error: unknown, where: string): string {
  const code = (error as { code?: unknown }).code
  const message = messageOf(error)
  if (code === 'ECONNREFUSED') return `nothing listens at ${where}`
  return message === '' ? String(code ?? (error as Error).name) : message
}

function remedy(kind: SourceErrorKind, place: KinesisPlace, where: string): string {
  switch (kind) {
    case 'expired_iterator':
    case 'throttled':
      return 'Reading goes on by itself.'
    case 'gone':
      return `Create the stream ${place.streamName} at ${where}, or correct KINESIS_STREAM, KINESIS_ENDPOINT or AWS_REGION.`
    case 'denied':
      return 'Check the AWS credentials, and that they allow kinesis:DescribeStreamSummary, ListShards, GetShardIterator and GetRecords.'
    case 'temporary':
      return `Check that ${where} can be reached. It is tried again by itself.`
  }
}
