import { type KinesisPlace, whereOf } from './kinesis-place.ts'
import type { SourceErrorKind } from './stream-source.ts'

/** The call that failed, as its permission is named. */
export type KinesisCall =
  | 'DescribeStreamSummary'
  | 'ListShards'
  | 'GetShardIterator'
  | 'GetRecords'
  | 'DescribeStreamConsumer'
  | 'RegisterStreamConsumer'
  | 'SubscribeToShard'

export interface Told {
  kind: SourceErrorKind
  message: string
  remedy: string
}

export interface Failure {
  /** The error's type as the endpoint names it, such as `ExpiredIteratorException`. */
  name: string
  /** What the endpoint said. */
  said: string
  status: number | undefined
  call: KinesisCall
  place: KinesisPlace
}

/** What an error that Kinesis names means; undefined where the name is not known. */
export const tellRefusal = (failure: Failure): Told | undefined =>
  BY_NAME.get(failure.name)?.(failure)

const BY_ITSELF = 'Reading goes on by itself.'

export const unreachable = (place: KinesisPlace): string =>
  place.ifUnreachable ?? `Check that ${whereOf(place)} can be reached. It is tried again by itself.`

/** Something answers there that is no Kinesis. */
export const strange = (place: KinesisPlace, status: number): Told => ({
  kind: 'temporary',
  message: `${whereOf(place)} answers with status ${status}, not as Kinesis does`,
  remedy: unreachable(place),
})

export const inside = (failure: Failure): Told => ({
  kind: 'temporary',
  message: quoting(`${whereOf(failure.place)} has trouble of its own`, failure),
  remedy: BY_ITSELF,
})

/** What the endpoint said, in one line that fits a screen. */
export const sentence = (said: string): string =>
  said.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 400)

/** Our words, then the endpoint's own where it has some. */
function quoting(words: string, { said, name }: Failure): string {
  const quoted = sentence(said)
  return quoted === '' || quoted === name || quoted === 'UnknownError'
    ? words
    : `${words}: ${quoted}`
}

type Teller = (failure: Failure) => Told

const throttled =
  (words: string, remedy = BY_ITSELF): Teller =>
  (failure) => ({ kind: 'throttled', message: quoting(words, failure), remedy })

const denied =
  (words: string, remedy: (failure: Failure) => string): Teller =>
  (failure) => ({ kind: 'denied', message: quoting(words, failure), remedy: remedy(failure) })

const permission = ({ call, place }: Failure): string =>
  `Allow kinesis:${call} for the stream ${place.streamName} to the AWS credentials in use.`

const NEW_CREDENTIALS =
  'Give the process valid AWS credentials (environment, profile or role) and check AWS_REGION.'

const CLOCK_WORDS = /expired|skew|not yet current|earlier than|later than|too large/i

const wrongClock: Teller = (failure) => ({
  kind: 'temporary',
  message: quoting(
    `${whereOf(failure.place)} does not take this machine's time for the right one`,
    failure,
  ),
  remedy: "Set this machine's clock, best by NTP. It is tried again by itself.",
})

/** The call was signed long before it arrived. */
export const isLate = ({ name, said }: Failure): boolean =>
  BY_NAME.get(name) === wrongClock || (BY_NAME.get(name) === badSignature && CLOCK_WORDS.test(said))

/** A signature is wrong because of the clock, or because of the secret key. */
const badSignature: Teller = (failure) =>
  CLOCK_WORDS.test(failure.said)
    ? wrongClock(failure)
    : denied('the AWS secret key does not fit its access key', () => NEW_CREDENTIALS)(failure)

const expired: Teller = (failure) => ({
  kind: 'expired_iterator',
  message: quoting('the iterator is older than 5 minutes, or not of this stream', failure),
  remedy: `${BY_ITSELF} If it stays, look at what answers at ${whereOf(failure.place)}: its clock, or a proxy that keeps answers.`,
})

/** Sequence numbers first: their messages name the call GetShardIterator too. */
const badArgument: Teller = (failure) => {
  const { said, call } = failure
  if (/sequence ?number|timestamp/i.test(said)) {
    return {
      kind: 'bad_position',
      message: quoting('the shard does not know the position to read from', failure),
      remedy: 'Reading begins at the oldest record the shard still holds.',
    }
  }
  if (/iterator/i.test(said) && call === 'GetRecords') return expired(failure)
  return {
    kind: 'temporary',
    message: quoting(`${whereOf(failure.place)} does not accept the call ${call}`, failure),
    remedy: 'Check KINESIS_STREAM and KINESIS_ENDPOINT. It is tried again by itself.',
  }
}

/** Of calls for one shard it is not known whether that is gone or all of the stream. */
const gone: Teller = (failure) => {
  const { call, place } = failure
  const create = `reate the stream ${place.streamName} at ${whereOf(place)}, or correct KINESIS_STREAM, KINESIS_ENDPOINT or AWS_REGION.`
  switch (call) {
    case 'DescribeStreamSummary':
    case 'ListShards':
    case 'RegisterStreamConsumer':
    case 'DescribeStreamConsumer':
      return {
        kind: 'gone',
        message: quoting(`the stream ${place.streamName} is not there`, failure),
        remedy: `C${create}`,
      }
    case 'GetShardIterator':
    case 'GetRecords':
      return {
        kind: 'gone',
        message: quoting(`the shard is not there any more, or ${place.streamName} is not`, failure),
        remedy: `Which of the two is looked up by itself. If it is the stream, c${create}`,
      }
    case 'SubscribeToShard':
      return {
        kind: 'gone',
        message: quoting(
          `the shard or the fan-out consumer is not there any more, or ${place.streamName} is not`,
          failure,
        ),
        remedy: `Which of them is looked up by itself, and a consumer is registered anew. If it is the stream, c${create}`,
      }
  }
}

/** Of each call it says something else: only one of them subscribes. */
const inUse: Teller = (failure) => {
  switch (failure.call) {
    case 'SubscribeToShard':
      return {
        kind: 'in_use',
        message: quoting('the consumer subscribed to this shard less than 5 s ago', failure),
        remedy: `${BY_ITSELF} If it stays, another process uses the same consumer name.`,
      }
    case 'RegisterStreamConsumer':
    case 'DescribeStreamConsumer':
      return {
        kind: 'temporary',
        message: quoting(
          `the fan-out consumer of ${failure.place.streamName} is being registered or deregistered`,
          failure,
        ),
        remedy:
          'It is tried again by itself. If it stays, another process registers and deregisters a consumer of the same name: give each its own in KINESIS_CONSUMER.',
      }
    case 'DescribeStreamSummary':
    case 'ListShards':
    case 'GetShardIterator':
    case 'GetRecords':
      return {
        kind: 'temporary',
        message: quoting(
          `the stream ${failure.place.streamName} is being created, changed or deleted`,
          failure,
        ),
        remedy: 'It is tried again by itself, and goes on once the stream is ACTIVE.',
      }
  }
}

const limit: Teller = (failure) =>
  failure.call === 'RegisterStreamConsumer' &&
  !/\brate\b|per second|too many requests/i.test(failure.said)
    ? denied(
        'the stream has as many fan-out consumers as it may have',
        ({ place }) =>
          `Deregister a consumer of ${place.streamName} that is not used any more, or set READ_MODE=polling.`,
      )(failure)
    : throttled('more calls were made than AWS allows this account')(failure)

const unsupported: Teller = (failure) =>
  isFanOut(failure.call) ? noFanOut(failure) : strange(failure.place, failure.status ?? 400)

export const isFanOut = (call: KinesisCall): boolean =>
  call === 'SubscribeToShard' || call.endsWith('StreamConsumer')

export const hasNoFanOut = ({ status, said }: Failure): boolean =>
  status === 404 || status === 501 || /not implemented|not supported|unknown operation/i.test(said)

export const noFanOut = ({ place }: Failure): Told => ({
  kind: 'unsupported',
  message: `${whereOf(place)} has no enhanced fan-out`,
  remedy: 'Set READ_MODE=polling.',
})

const allowDecrypt = (): string =>
  "Allow kms:Decrypt on the stream's key to the AWS credentials in use, in IAM and in the key's policy."

/** By the error's type as the endpoint names it. */
const BY_NAME: ReadonlyMap<string, Teller> = new Map(
  Object.entries<Teller>({
    ProvisionedThroughputExceededException: throttled(
      'the shard is read more often, or faster, than it allows',
      `${BY_ITSELF} If it stays, too many applications read this stream: use READ_MODE=fanout.`,
    ),
    LimitExceededException: limit,
    ThrottlingException: throttled('more calls were made than AWS allows this account'),
    Throttling: throttled('more calls were made than AWS allows this account'),
    RequestLimitExceeded: throttled('more calls were made than AWS allows this account'),
    TooManyRequestsException: throttled('more calls were made than AWS allows this account'),
    KMSThrottlingException: throttled(
      "AWS KMS is asked for the stream's key more often than it allows",
    ),

    ExpiredIteratorException: expired,
    ExpiredNextTokenException: (failure) => ({
      kind: 'temporary',
      message: quoting('the list of shards changed too often while it was read', failure),
      remedy: BY_ITSELF,
    }),
    InvalidArgumentException: badArgument,
    ValidationException: badArgument,
    ResourceNotFoundException: gone,
    ResourceInUseException: inUse,

    AccessDeniedException: denied('access is denied', permission),
    AccessDenied: denied('access is denied', permission),
    NotAuthorized: denied('access is denied', permission),
    UnauthorizedOperation: denied('access is denied', permission),
    OptInRequired: denied(
      'the AWS account is not set up for Kinesis in this region',
      () => 'Enable the region, and Kinesis in it, for the AWS account.',
    ),
    KMSAccessDeniedException: denied("access to the stream's KMS key is denied", allowDecrypt),
    KMSDisabledException: denied(
      "the stream's KMS key is disabled",
      () => "Enable the stream's KMS key.",
    ),
    KMSInvalidStateException: denied(
      "the stream's KMS key cannot be used in the state it is in",
      () => "Enable the stream's KMS key, or cancel its deletion.",
    ),
    KMSNotFoundException: denied(
      "the stream's KMS key is not there",
      () => 'Give the stream a KMS key that exists, or turn off its encryption.',
    ),
    KMSOptInRequired: denied(
      'the AWS account is not set up for KMS',
      () => 'Subscribe the AWS account to AWS KMS in this region.',
    ),

    CredentialsProviderError: denied('there are no AWS credentials', () => NEW_CREDENTIALS),
    TokenProviderError: denied('the AWS sign-in is over', () => 'Sign in again: aws sso login.'),
    MissingAuthenticationTokenException: denied(
      'there are no AWS credentials',
      () => NEW_CREDENTIALS,
    ),
    MissingAuthenticationToken: denied('there are no AWS credentials', () => NEW_CREDENTIALS),
    ExpiredTokenException: denied('the AWS credentials expired', () => NEW_CREDENTIALS),
    ExpiredToken: denied('the AWS credentials expired', () => NEW_CREDENTIALS),
    UnrecognizedClientException: denied('AWS does not know the access key', () => NEW_CREDENTIALS),
    InvalidClientTokenId: denied('AWS does not know the access key', () => NEW_CREDENTIALS),
    IncompleteSignature: denied('AWS cannot read the signature', () => NEW_CREDENTIALS),
    IncompleteSignatureException: denied('AWS cannot read the signature', () => NEW_CREDENTIALS),

    InvalidSignatureException: badSignature,
    SignatureDoesNotMatch: badSignature,
    RequestExpired: wrongClock,
    RequestTimeTooSkewed: wrongClock,
    RequestInTheFuture: wrongClock,

    InternalFailureException: inside,
    InternalFailure: inside,
    InternalServerError: inside,
    ServiceUnavailableException: inside,
    ServiceUnavailable: inside,

    UnknownOperationException: unsupported,
    InvalidAction: unsupported,
    SerializationException: unsupported,
  }),
)
