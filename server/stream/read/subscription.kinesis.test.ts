import { afterEach, expect, test, vi } from 'vitest'
import { startFakeKinesis } from '../../../testing/fake-kinesis/start-fake-kinesis.ts'
import { pause } from '../../platform/pause.ts'
import { createKinesisSource } from './kinesis-source.ts'
import { keepSubscribed } from './subscription.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('a shard is read once and in order over renewed, ended and refused subscriptions, until it ends', async () => {
  const fake = await startFakeKinesis({ subscriptionMs: 400, resubscribeMs: 60, heartbeatMs: 30 })
  const source = createKinesisSource({
    streamName: fake.streamName,
    region: 'us-east-1',
    endpoint: fake.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  closers.push(
    () => fake.close(),
    () => source.close(),
  )
  const abort = new AbortController()
  closers.push(() => abort.abort())
  const { signal } = abort
  const [shardId = ''] = fake.openShardIds()
  const { arn: consumerArn } = await source.fanOut.consumer('kinesight', signal)
  const got: string[] = []
  let subscriptions = 0
  const batches = keepSubscribed({
    subscribe: (position, own) => {
      subscriptions += 1
      return source.fanOut.subscribe(shardId, { consumerArn, position, signal: own })
    },
    position: { kind: 'trim_horizon' },
    signal,
    // A hundred times faster than real.
    pause: (ms, own) => pause(ms / 100, own),
    random: () => 0.5,
    renewAfterMs: 10_000,
  })
  const reading = (async () => {
    for await (const { records } of batches) {
      got.push(...Array.from(records, ({ data }) => Buffer.from(data).toString()))
    }
  })()
  let put = 0
  await vi.waitFor(
    () => {
      for (let n = 0; n < 5; n++) fake.put('key', String(put++))
      expect(subscriptions).toBeGreaterThan(8)
    },
    { timeout: 8_000, interval: 3 },
  )
  fake.split(shardId)
  await reading
  expect(got).toEqual(Array.from({ length: put }, (_, n) => String(n)))
  await vi.waitFor(() => expect(fake.counts().openSubscriptions).toHaveLength(0))
})
