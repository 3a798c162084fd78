import { NodeHttpHandler } from '@smithy/node-http-handler'
import { messageOf, SetupError } from '../platform/errors.ts'
import type { SendRecords } from './put-records.ts'

export interface Producer {
  /** Throws `SetupError` in plain words if the stream cannot be reached, or is not there. */
  check(): Promise<void>
  send: SendRecords
  close(): void
}

export interface ProducerTarget {
  streamName: string
  region: string
  /** undefined: Amazon Kinesis in the region. */
  endpoint: string | undefined
  /** Sign with made-up credentials; else by the usual credential chain. */
  anyCredentials: boolean
  /** An endpoint that says nothing for so long is given up; 30 s. */
  answerWithinMs?: number
}

const ANSWER_WITHIN_MS = 30_000

/** The embedded stream and its like look at the form of a signature only. */
const ANY_CREDENTIALS = { accessKeyId: 'kinesight', secretAccessKey: 'kinesight' }

/**
 * A Kinesis client that only puts. Over HTTP/1.1: kinesalite speaks nothing newer. The AWS SDK is loaded
 * when it is first needed, so that it holds up nobody's start.
 */
export async function createProducer(target: ProducerTarget): Promise<Producer> {
  const { KinesisClient, DescribeStreamSummaryCommand, PutRecordsCommand } = await import(
    '@aws-sdk/client-kinesis'
  )
  const { streamName: StreamName, answerWithinMs = ANSWER_WITHIN_MS } = target
  const client = new KinesisClient({
    region: target.region,
    ...(target.endpoint !== undefined && { endpoint: target.endpoint }),
    ...(target.anyCredentials && { credentials: ANY_CREDENTIALS }),
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: answerWithinMs,
      throwOnRequestTimeout: true,
      socketTimeout: answerWithinMs,
    }),
    // putRecords retries by itself, only what failed.
    maxAttempts: 1,
  })
  return {
    async check() {
      try {
        await client.send(new DescribeStreamSummaryCommand({ StreamName }))
      } catch (error) {
        const problem = unreachable(target, error)
        if (problem !== undefined) throw new SetupError(problem, { cause: error })
      }
    },
    async send(entries) {
      const Records = entries.map(({ partitionKey, data }) => ({
        PartitionKey: partitionKey,
        Data: data,
      }))
      const answer = await client.send(new PutRecordsCommand({ StreamName, Records }))
      return (answer.Records ?? []).map((record) => record.ErrorCode)
    },
    close: () => client.destroy(),
  }
}

/** undefined: who may not describe a stream may still be allowed to put. */
function unreachable({ streamName, endpoint, region }: ProducerTarget, error: unknown) {
  const { name, code } = error as { name?: string; code?: string }
  const place = endpoint ?? `Amazon Kinesis in ${region}`
  if (name === 'ResourceNotFoundException') {
    return `There is no stream ${streamName} at ${place}: check --stream and --region`
  }
  if (name === 'CredentialsProviderError') {
    return `No AWS credentials for ${place}: ${messageOf(error)}. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`
  }
  if (/AccessDenied/.test(name ?? '')) return undefined
  if (code === 'ECONNREFUSED') {
    return `Nothing answers at ${place}: start Kinesight (npm start), or name another --endpoint`
  }
  return `${place} cannot be used: ${messageOf(error) || name || code}. Check --endpoint and --region`
}
