import { connect } from 'node:net'
import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttp2Handler, NodeHttpHandler } from '@smithy/node-http-handler'
import { expect, test, vi } from 'vitest'
import { openFake } from './fake-client.testing.ts'
import { startFakeKinesis } from './start-fake-kinesis.ts'

const connection = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
})

test('one port speaks HTTP/1.1 and HTTP/2', async () => {
  const { fake, client } = await openFake()
  const command = new ListShardsCommand({ StreamName: fake.streamName })
  expect((await client.send(command)).Shards).toHaveLength(1)
  expect(fake.counts().http2Sessions.opened).toBe(0)
  const overHttp2 = new KinesisClient(connection(fake.endpoint))
  expect((await overHttp2.send(command)).Shards).toHaveLength(1)
  expect(fake.counts().http2Sessions.opened).toBe(1)
  expect(fake.counts().calls).toEqual({ ListShards: 2 })
  overHttp2.destroy()
})

test('sessions are counted: the SDK opens one a call, or shares one if it may', async () => {
  const { fake } = await openFake()
  const client = new KinesisClient({
    ...connection(fake.endpoint),
    requestHandler: new NodeHttp2Handler({
      disableConcurrentStreams: false,
      maxConcurrentStreams: 30,
    }),
  })
  const command = new ListShardsCommand({ StreamName: fake.streamName })
  await Promise.all(Array.from({ length: 20 }, () => client.send(command)))
  expect(fake.counts().http2Sessions.opened).toBe(1)
  const alone = new KinesisClient(connection(fake.endpoint))
  await Promise.all(Array.from({ length: 20 }, () => alone.send(command)))
  expect(fake.counts().http2Sessions.opened).toBe(21)
  client.destroy()
  alone.destroy()
})

test('a preface in single bytes is understood', async () => {
  const { fake } = await openFake()
  const socket = connect(Number(new URL(fake.endpoint).port), '127.0.0.1').setNoDelay(true)
  for (const letter of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') {
    await new Promise<void>((resolve) => void socket.write(letter, () => resolve()))
  }
  await vi.waitFor(() => expect(fake.counts().http2Sessions.opened).toBe(1))
  socket.destroy()
})

test.each(['http1', 'http2'] as const)(
  'the time of an answer over %s is the stream’s',
  async (speaks) => {
    const now = () => 1_800_000_000_000
    const { fake } = await openFake({ now })
    const client = new KinesisClient({
      ...connection(fake.endpoint),
      requestHandler: speaks === 'http1' ? new NodeHttpHandler() : new NodeHttp2Handler(),
    })
    let date: string | undefined
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        date = (result.response as { headers: Record<string, string> }).headers.date
        return result
      },
      { step: 'deserialize', priority: 'low' },
    )
    await client.send(new DescribeStreamSummaryCommand({ StreamName: fake.streamName }))
    expect(date).toBe(new Date(now()).toUTCString())
    client.destroy()
  },
)

test('closing ends every socket', async () => {
  const fake = await startFakeKinesis()
  const command = new ListShardsCommand({ StreamName: fake.streamName })
  const clients = [new NodeHttpHandler(), new NodeHttp2Handler()].map(
    (requestHandler) => new KinesisClient({ ...connection(fake.endpoint), requestHandler }),
  )
  for (const client of clients) await client.send(command)
  expect(fake.counts().sockets.open).toBe(2)
  await fake.close()
  expect(fake.counts().sockets).toEqual({ opened: 2, open: 0 })
  for (const client of clients) client.destroy()
})
