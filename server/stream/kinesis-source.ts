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
  /** What to do where it cannot be reached, if not to look at the network. */
  ifUnreachable?: string
  /** An endpoint that says nothing for so long is given up; 10 s. */
  answerWithinMs?: number
}

const ANSWER_WITHIN_MS = 10_000

/** Reads by HTTP/1.1, which every Kinesis speaks. One attempt a call: waiting is the reader's matter. */
export function createKinesisSource(place: KinesisPlace): StreamSource {
  const answerWithinMs = place.answerWithinMs ?? ANSWER_WITHIN_MS
  const client = new KinesisClient({
    ...(place.region !== undefined && { region: place.region }),
    ...(place.endpoint !== undefined && { endpoint: place.endpoint }),
    ...(place.credentials !== undefined && { credentials: place.credentials }),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 3_000,
      // Until the answer begins, and then between any two pieces of it.
      requestTimeout: answerWithinMs,
      throwOnRequestTimeout: true,
      socketTimeout: answerWithinMs,
      httpAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
      httpsAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
    }),
  })
  const StreamName = place.streamName
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw error instanceof SourceError ? error : sourceError(error, place)
    }
  }

  return {
    describe: () =>
      call(async () => {
        const { StreamDescriptionSummary: summary } = await client.send(
          new DescribeStreamSummaryCommand({ StreamName }),
        )
        const { StreamStatus: status, StreamCreationTimestamp: created } = summary ?? {}
        if (status === undefined || created === undefined) throw notKinesis(place)
        return { status, createdMs: created.getTime() }
      }),
    listShards: () =>
      call(async () => {
        const shards: ListedShard[] = []
        let NextToken: string | undefined
        for (let page = 0; page < MAX_LIST_PAGES; page++) {
          const answer: ListShardsCommandOutput = await client.send(
            new ListShardsCommand(NextToken === undefined ? { StreamName } : { NextToken }),
          )
          if (answer.Shards === undefined) throw notKinesis(place)
          shards.push(...answer.Shards.map(listedShard))
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
        if (answer.ShardIterator === undefined) throw notKinesis(place)
        return answer.ShardIterator
      }),
    read: (ShardIterator) =>
      call(async () => {
        const answer = await client.send(
          new GetRecordsCommand({ ShardIterator, Limit: READ_LIMIT }),
        )
        // Such an answer has no next iterator either, and must not count as the shard's end.
        if (answer.Records === undefined) throw notKinesis(place)
        const records = answer.Records.map((record) => ({
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
  if (/^Region (is missing|not accepted)/.test(messageOf(error))) {
    const remedy = 'Set AWS_REGION, such as AWS_REGION=eu-west-1.'
    return new SourceError('temporary', 'no AWS region is set', remedy, { cause: error })
  }
  const name = error instanceof Error ? error.name : ''
  const kind = KINDS[name] ?? 'temporary'
  return new SourceError(kind, said(error, place), remedy(kind, place), { cause: error })
}

const notKinesis = (place: KinesisPlace): SourceError =>
  new SourceError('temporary', strange(place, 200), remedy('temporary', place))

const strange = (place: KinesisPlace, status: number): string =>
  `${whereOf(place)} answers with status ${status}, not as Kinesis does`

const whereOf = ({ endpoint, region }: KinesisPlace): string =>
  endpoint ?? (region === undefined ? 'Amazon Kinesis' : `Amazon Kinesis in ${region}`)

/** Errors of the network carry codes, and words that only programmers know. */
function said(error: unknown, place: KinesisPlace): string {
  const where = whereOf(place)
  const { code, name, $response } = error as {
    code?: unknown
    name?: unknown
    $response?: { statusCode?: number }
  }
  const message = messageOf(error)
  if (error instanceof SyntaxError || message === 'UnknownError') {
    return strange(place, $response?.statusCode ?? 200)
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${where}`
    case 'ECONNRESET':
    case 'EPIPE':
      return `${where} ended the connection in mid-answer`
    case 'EPROTO':
      return `${where} does not speak https`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no address for ${where}`
    default: {
      if (name === 'TimeoutError') return `${where} does not answer`
      return message === '' ? String(code ?? name) : message.replace(/\.$/, '')
    }
  }
}

function remedy(kind: SourceErrorKind, place: KinesisPlace): string {
  const where = whereOf(place)
  switch (kind) {
    case 'expired_iterator':
    case 'throttled':
      return 'Reading goes on by itself.'
    case 'gone':
      return `Create the stream ${place.streamName} at ${where}, or correct KINESIS_STREAM, KINESIS_ENDPOINT or AWS_REGION.`
    case 'denied':
      return 'Check the AWS credentials, and that they allow kinesis:DescribeStreamSummary, ListShards, GetShardIterator and GetRecords.'
    case 'temporary':
      return (
        place.ifUnreachable ?? `Check that ${where} can be reached. It is tried again by itself.`
      )
  }
}
