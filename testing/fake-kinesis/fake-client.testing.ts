import { KinesisClient } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { onTestFinished } from 'vitest'
import {
  type FakeKinesis,
  type FakeKinesisOptions,
  startFakeKinesis,
} from './start-fake-kinesis.ts'

export interface Opened {
  fake: FakeKinesis
  client: KinesisClient
}

/** A fake and a client of it, which end with the test. */
export async function openFake(
  options: FakeKinesisOptions = {},
  speaks: 'http1' | 'http2' = 'http1',
): Promise<Opened> {
  const fake = await startFakeKinesis(options)
  const client = new KinesisClient({
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    ...(speaks === 'http1' && { requestHandler: new NodeHttpHandler() }),
  })
  onTestFinished(async () => {
    client.destroy()
    await fake.close()
  })
  return { fake, client }
}

/** A clock that stands until it is moved. */
export function standingClock(startMs = 1_800_000_000_000) {
  let nowMs = startMs
  return {
    now: () => nowMs,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

export const FIRST_SHARD = 'shardId-000000000000'
