import type { FakeKinesis } from './start-fake-kinesis.ts'

/** The environment of a Kinesight that reads this stream from its oldest record on. */
export const envOf = ({ streamName, endpoint }: Pick<FakeKinesis, 'streamName' | 'endpoint'>) => ({
  KINESIS_STREAM: streamName,
  KINESIS_ENDPOINT: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  START_AT: 'trim_horizon',
})
