import {
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  RegisterStreamConsumerCommand,
} from '@aws-sdk/client-kinesis'
import { notKinesis, toSourceError } from './kinesis-errors.ts'
import type { KinesisPlace, KinesisPorts } from './kinesis-place.ts'
import type { KinesisCall } from './kinesis-refusals.ts'
import { withOwnSignal } from './own-signal.ts'
import { SourceError } from './stream-source.ts'

/** A registration takes seconds; DescribeStreamConsumer may be called 20 times a second by all together. */
const LOOK_EVERY_MS = 1_000
/** About ten minutes. */
const MAX_LOOKS = 600

/** Registers the consumer `name`, or adopts it; resolves once it is ACTIVE. Throws `SourceError`. */
export async function takeConsumer(
  client: KinesisClient,
  place: KinesisPlace,
  ports: KinesisPorts,
  asked: { name: string; signal: AbortSignal },
): Promise<{ arn: string; adopted: boolean }> {
  const { name, signal } = asked
  const StreamARN = await streamArn(client, place, signal)
  let registered = false
  for (let look = 0; look < MAX_LOOKS; look++) {
    const seen = await lookAt(client, place, { StreamARN, ConsumerName: name }, signal)
    if (seen?.status === 'ACTIVE') return { arn: seen.arn, adopted: !registered }
    if (seen === undefined && !registered) {
      registered = await register(client, place, { StreamARN, ConsumerName: name }, signal)
    }
    await ports.pause(LOOK_EVERY_MS * (0.5 + ports.random()), signal)
    if (signal.aborted) throw ended(name)
    // What is being deleted has to be registered anew.
    if (seen?.status === 'DELETING') registered = false
  }
  throw new SourceError(
    'temporary',
    `the fan-out consumer ${name} did not become active`,
    'It is tried again by itself. If it stays, deregister the consumer.',
  )
}

interface ConsumerName {
  StreamARN: string
  ConsumerName: string
}

async function streamArn(
  client: KinesisClient,
  place: KinesisPlace,
  signal: AbortSignal,
): Promise<string> {
  const command = new DescribeStreamSummaryCommand({ StreamName: place.streamName })
  const answer = await withOwnSignal(signal, (options) => client.send(command, options)).catch(
    failing('DescribeStreamSummary', place),
  )
  const arn = answer.StreamDescriptionSummary?.StreamARN
  if (arn === undefined) throw notKinesis(place)
  return arn
}

/** undefined: it is not registered. */
async function lookAt(
  client: KinesisClient,
  place: KinesisPlace,
  consumer: ConsumerName,
  signal: AbortSignal,
): Promise<{ arn: string; status: string } | undefined> {
  const command = new DescribeStreamConsumerCommand(consumer)
  const answer = await withOwnSignal(signal, (options) => client.send(command, options)).catch(
    (error: unknown) => {
      if (isNamed(error, 'ResourceNotFoundException')) return undefined
      throw toSourceError(error, 'DescribeStreamConsumer', place)
    },
  )
  if (answer === undefined) return undefined
  const { ConsumerARN: arn, ConsumerStatus: status } = answer.ConsumerDescription ?? {}
  if (arn === undefined || status === undefined) throw notKinesis(place)
  return { arn, status }
}

/** false: someone else did, or is about to. */
async function register(
  client: KinesisClient,
  place: KinesisPlace,
  consumer: ConsumerName,
  signal: AbortSignal,
): Promise<boolean> {
  const command = new RegisterStreamConsumerCommand(consumer)
  return withOwnSignal(signal, (options) => client.send(command, options)).then(
    () => true,
    (error: unknown) => {
      if (isNamed(error, 'ResourceInUseException')) return false
      throw toSourceError(error, 'RegisterStreamConsumer', place)
    },
  )
}

const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name

const failing =
  (call: KinesisCall, place: KinesisPlace) =>
  (error: unknown): never => {
    throw toSourceError(error, call, place)
  }

const ended = (name: string): SourceError =>
  new SourceError(
    'temporary',
    `waiting for the fan-out consumer ${name} was ended from here`,
    'Nothing has to be done.',
  )
