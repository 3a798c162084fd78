import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type FakeKinesis,
  startFakeKinesis,
} from '../../../testing/fake-kinesis/start-fake-kinesis.ts'
import { toSourceError } from './kinesis-errors.ts'
import type { KinesisPlace } from './kinesis-place.ts'
import type { KinesisCall } from './kinesis-refusals.ts'
import { createKinesisSource } from './kinesis-source.ts'
import type { SourceError, SourceErrorKind, StreamSource } from './stream-source.ts'

let fake: FakeKinesis
let source: StreamSource
let place: KinesisPlace
let consumerArn = ''
const SHARD = 'shardId-000000000000'
const { signal } = new AbortController()

beforeAll(async () => {
  fake = await startFakeKinesis({ resubscribeMs: 0 })
  place = {
    streamName: fake.streamName,
    region: 'us-east-1',
    endpoint: fake.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  source = createKinesisSource(place)
  consumerArn = (await source.fanOut.consumer('kinesight', signal)).arn
})
afterAll(async () => {
  source.close()
  await fake.close()
})
beforeEach(() => fake.faults.clear())

const position = { kind: 'trim_horizon' } as const
const CALLS: Record<KinesisCall, () => Promise<unknown>> = {
  DescribeStreamSummary: () => source.describe(),
  ListShards: () => source.listShards(),
  GetShardIterator: () => source.iterator(SHARD, position),
  GetRecords: () => source.read('iterator', { limit: 10 }),
  DescribeStreamConsumer: () => source.fanOut.consumer('kinesight', signal),
  RegisterStreamConsumer: () => source.fanOut.consumer('another', signal),
  SubscribeToShard: () => source.fanOut.subscribe(SHARD, { consumerArn, position, signal }),
}

interface Row {
  call: KinesisCall
  type: string
  said?: string
  status?: number
  kind: SourceErrorKind
  message: RegExp
  remedy: RegExp
}

const row = (
  call: KinesisCall,
  type: string,
  kind: SourceErrorKind,
  message: RegExp,
  remedy: RegExp,
  more: { said?: string; status?: number } = {},
): Row => ({ call, type, kind, message, remedy, ...more })

const GOES_ON = /goes on by itself/
const CLOCK = /Set this machine's clock/

const ROWS: Row[] = [
  row(
    'GetRecords',
    'ProvisionedThroughputExceededException',
    'throttled',
    /read more often/,
    /READ_MODE=fanout/,
  ),
  row('GetRecords', 'LimitExceededException', 'throttled', /more calls/, GOES_ON),
  row('ListShards', 'LimitExceededException', 'throttled', /more calls/, GOES_ON),
  row('SubscribeToShard', 'LimitExceededException', 'throttled', /more calls/, GOES_ON),
  row('RegisterStreamConsumer', 'LimitExceededException', 'throttled', /more calls/, GOES_ON, {
    said: 'Rate exceeded for stream.',
  }),
  row(
    'RegisterStreamConsumer',
    'LimitExceededException',
    'denied',
    /as many fan-out consumers/,
    /Deregister.*READ_MODE=polling/,
    { said: 'Too many consumers.' },
  ),
  row('GetRecords', 'ThrottlingException', 'throttled', /more calls/, GOES_ON),
  row('GetRecords', 'KMSThrottlingException', 'throttled', /KMS is asked/, GOES_ON),
  row(
    'GetRecords',
    'ExpiredIteratorException',
    'expired_iterator',
    /older than 5 minutes/,
    GOES_ON,
  ),
  row('GetRecords', 'InvalidArgumentException', 'expired_iterator', /iterator/, GOES_ON, {
    said: 'Invalid ShardIterator.',
  }),
  row(
    'GetShardIterator',
    'InvalidArgumentException',
    'bad_position',
    /does not know the position/,
    /oldest record/,
    { said: 'StartingSequenceNumber 7 used in GetShardIterator on shard shardId-0 is invalid.' },
  ),
  row(
    'GetShardIterator',
    'InvalidArgumentException',
    'bad_position',
    /does not know the position/,
    /oldest record/,
    {
      said: 'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.',
    },
  ),
  row(
    'SubscribeToShard',
    'InvalidArgumentException',
    'bad_position',
    /does not know the position/,
    /oldest record/,
    { said: 'The StartingSequenceNumber is invalid.' },
  ),
  row(
    'GetShardIterator',
    'InvalidArgumentException',
    'temporary',
    /does not accept the call GetShardIterator/,
    /KINESIS_STREAM/,
    { said: 'StreamName is odd.' },
  ),
  row('ListShards', 'ExpiredNextTokenException', 'temporary', /list of shards/, GOES_ON),
  row(
    'GetShardIterator',
    'ResourceNotFoundException',
    'gone',
    /^the shard is not there any more, or fake is not$/,
    /looked up by itself.*create the stream fake/,
  ),
  row(
    'DescribeStreamSummary',
    'ResourceNotFoundException',
    'gone',
    /^the stream fake is not there$/,
    /^Create the stream fake at http/,
  ),
  row(
    'SubscribeToShard',
    'ResourceNotFoundException',
    'gone',
    /^the shard or the fan-out consumer is not there/,
    /registered anew/,
  ),
  row(
    'SubscribeToShard',
    'ResourceInUseException',
    'in_use',
    /less than 5 s ago/,
    /another process/,
  ),
  row(
    'ListShards',
    'ResourceInUseException',
    'temporary',
    /^the stream fake is being created, changed or deleted$/,
    /once the stream is ACTIVE/,
  ),
  row(
    'DescribeStreamSummary',
    'ResourceInUseException',
    'temporary',
    /^the stream fake is being created, changed or deleted$/,
    /once the stream is ACTIVE/,
  ),
  row(
    'DescribeStreamConsumer',
    'ResourceInUseException',
    'temporary',
    /^the fan-out consumer of fake is being registered or deregistered$/,
    /same name/,
  ),
  row(
    'GetRecords',
    'AccessDeniedException',
    'denied',
    /access is denied: not you/,
    /kinesis:GetRecords/,
    { said: 'not you' },
  ),
  row('ListShards', 'AccessDeniedException', 'denied', /access is denied/, /kinesis:ListShards/),
  row(
    'SubscribeToShard',
    'AccessDeniedException',
    'denied',
    /access is denied/,
    /kinesis:SubscribeToShard/,
  ),
  row(
    'RegisterStreamConsumer',
    'AccessDeniedException',
    'denied',
    /access is denied/,
    /kinesis:RegisterStreamConsumer/,
  ),
  row(
    'DescribeStreamConsumer',
    'AccessDeniedException',
    'denied',
    /access is denied/,
    /kinesis:DescribeStreamConsumer/,
  ),
  row('GetRecords', 'KMSAccessDeniedException', 'denied', /KMS key is denied/, /kms:Decrypt/),
  row(
    'GetRecords',
    'KMSDisabledException',
    'denied',
    /KMS key is disabled/,
    /Enable the stream's KMS key/,
  ),
  row('GetRecords', 'KMSInvalidStateException', 'denied', /state it is in/, /cancel its deletion/),
  row(
    'GetRecords',
    'KMSNotFoundException',
    'denied',
    /KMS key is not there/,
    /a KMS key that exists/,
  ),
  row('GetRecords', 'KMSOptInRequired', 'denied', /not set up for KMS/, /KMS in this region/),
  row('GetRecords', 'OptInRequired', 'denied', /not set up for Kinesis/, /Enable the region/),
  row(
    'GetRecords',
    'UnrecognizedClientException',
    'denied',
    /does not know the access key/,
    /valid AWS credentials/,
  ),
  row(
    'GetRecords',
    'ExpiredTokenException',
    'denied',
    /credentials expired/,
    /valid AWS credentials/,
  ),
  row(
    'GetRecords',
    'MissingAuthenticationTokenException',
    'denied',
    /no AWS credentials/,
    /valid AWS credentials/,
  ),
  row(
    'GetRecords',
    'IncompleteSignatureException',
    'denied',
    /cannot read the signature/,
    /valid AWS credentials/,
  ),
  row(
    'GetRecords',
    'InvalidSignatureException',
    'denied',
    /does not fit its access key/,
    /valid AWS credentials/,
    { said: 'The request signature we calculated does not match.' },
  ),
  row('GetRecords', 'InvalidSignatureException', 'temporary', /this machine's time/, CLOCK, {
    said: 'Signature expired: 20261123T000000Z is now earlier than 20261123T010000Z',
  }),
  row('DescribeStreamSummary', 'SignatureDoesNotMatch', 'temporary', /this machine's time/, CLOCK, {
    said: 'Signature not yet current: 20261123T000000Z is still later than now',
  }),
  row('GetRecords', 'RequestExpired', 'temporary', /this machine's time/, CLOCK),
  row('GetRecords', 'RequestTimeTooSkewed', 'temporary', /this machine's time/, CLOCK),
  row('GetRecords', 'InternalFailureException', 'temporary', /trouble of its own/, GOES_ON),
  row('GetRecords', 'ServiceUnavailable', 'temporary', /trouble of its own/, GOES_ON),
  row('SubscribeToShard', 'InternalFailure', 'temporary', /trouble of its own/, GOES_ON, {
    status: 500,
  }),
  row(
    'SubscribeToShard',
    'UnknownOperationException',
    'unsupported',
    /no enhanced fan-out/,
    /READ_MODE=polling/,
  ),
  row(
    'DescribeStreamConsumer',
    'UnknownOperationException',
    'unsupported',
    /no enhanced fan-out/,
    /READ_MODE=polling/,
  ),
  row(
    'GetRecords',
    'SomethingNew',
    'temporary',
    /not known here: SomethingNew/,
    /tried again by itself/,
  ),
]

describe('an error of Kinesis', () => {
  test.each(ROWS)(
    '$type for $call is $kind',
    async ({ call, type, said, status, kind, message, remedy }) => {
      fake.faults.next({
        call,
        times: 10,
        fault: {
          kind: 'error',
          type,
          message: said ?? '',
          ...(status !== undefined && { status }),
        },
      })
      const error = await CALLS[call]().then(
        () => undefined,
        (failed: SourceError) => failed,
      )
      expect(error).toMatchObject({ name: 'SourceError', kind })
      expect(error?.message).toMatch(message)
      expect(error?.remedy).toMatch(remedy)
      if (type !== 'SomethingNew') expect(error?.message).not.toContain(type)
    },
  )
})

test.each([
  [404, ''],
  [501, ''],
])('an endpoint that answers %i to a subscription has no fan-out', async (status, body) => {
  fake.faults.next({ call: 'SubscribeToShard', fault: { kind: 'status', status, body } })
  await expect(CALLS.SubscribeToShard()).rejects.toMatchObject({ kind: 'unsupported' })
})

const REACHED = /can be reached/
const CERTIFICATE = /NODE_EXTRA_CA_CERTS/

const coded = (code: string, name = 'Error') =>
  Object.assign(new Error(`raw ${code}`), { code, name })

test.each([
  [coded('ECONNREFUSED'), /^nothing listens at http/],
  [coded('ECONNRESET'), /ended the connection in mid-answer$/],
  [coded('EPIPE'), /ended the connection in mid-answer$/],
  [coded('ERR_STREAM_PREMATURE_CLOSE'), /ended the connection in mid-answer$/],
  [coded('ERR_HTTP2_STREAM_ERROR'), /ended the connection in mid-answer$/],
  [coded('ERR_HTTP2_GOAWAY_SESSION'), /ended the connection in mid-answer$/],
  [coded('HPE_INVALID_CONSTANT'), /does not speak HTTP as Kinesis does$/, /KINESIS_ENDPOINT/],
  [new Error('aborted'), /ended the connection in mid-answer$/],
  [coded('ETIMEDOUT', 'TimeoutError'), /does not answer$/],
  [Object.assign(new Error('x'), { name: 'TimeoutError' }), /does not answer$/],
  [coded('ENOTFOUND'), /^there is no address for http/, /AWS_REGION, and this machine's DNS/],
  [coded('EAI_AGAIN'), /^there is no address for http/, /DNS/],
  [coded('EHOSTUNREACH'), /no way through the network to http/],
  [coded('EMFILE'), /open no more files or connections$/, /ulimit -n/],
  [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), /^the certificate of http.* is not trusted/, CERTIFICATE],
  [coded('CERT_HAS_EXPIRED'), /^the certificate of http.* is not trusted/, CERTIFICATE],
  [coded('ERR_TLS_CERT_ALTNAME_INVALID'), /^the certificate of http.* is not trusted/, CERTIFICATE],
  [coded('EPROTO'), /does not speak https$/, /with http:\/\//],
])('%o of the network is temporary and said in words', (error, message, cure = REACHED) => {
  const { kind, message: said, remedy } = toSourceError(error, 'GetRecords', place)
  expect(kind).toBe('temporary')
  expect(said).toMatch(message)
  expect(said).not.toContain('raw')
  expect(remedy).toMatch(cure)
})

describe('after this process stood still', () => {
  const stopped = () => ({ ...place, stoodStillMs: () => 95_000 })

  test.each([
    coded('ETIMEDOUT', 'TimeoutError'),
    coded('ECONNRESET'),
    new Error('socket hang up'),
    Object.assign(new Error('Signature expired: 20261201T000000Z is now earlier than …'), {
      name: 'InvalidSignatureException',
    }),
  ])('%o is not the endpoint’s fault, nor the clock’s', (error) => {
    const { kind, message, remedy } = toSourceError(error, 'GetRecords', stopped())
    expect(kind).toBe('temporary')
    expect(message).toBe('Kinesight stood still for 1 min 35 s, and its call GetRecords was lost')
    expect(remedy).not.toMatch(/can be reached|clock/)
  })

  test('what the endpoint says of itself is said all the same', () => {
    const said = Object.assign(new Error('not you'), { name: 'AccessDeniedException' })
    expect(toSourceError(said, 'GetRecords', stopped()).message).toBe('access is denied: not you')
    const failed = Object.assign(new Error('x'), { name: 'InternalFailure' })
    expect(toSourceError(failed, 'GetRecords', stopped()).message).toMatch(/trouble of its own/)
  })
})
