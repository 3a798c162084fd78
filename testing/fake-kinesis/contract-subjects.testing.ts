import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  type Shard,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import kinesalite from 'kinesalite'
import { expect, type test, vi } from 'vitest'
import { startFakeKinesis } from './start-fake-kinesis.ts'

/**
 * What one of them cannot do, or does otherwise than the API reference says; the reference is right
 * then, and the fake keeps to it.
 */
export type Ability =
  /** ChildShards in the last answer of a closed shard; kinesalite is older than they are. */
  | 'child_shards'
  /** ListShards heeds its ShardFilter; kinesalite lists all. */
  | 'shard_filter'
  /** MillisBehindLatest above 0 while records are left; kinesalite says 0 always. */
  | 'millis_behind'
  /** kinesalite is older than enhanced fan-out. */
  | 'fan_out'
  /** A subscription says that its shard ended; kinesis-mock sends idle events for ever. */
  | 'fan_out_shard_end'
  /** MaxResults and NextToken of ListShards; kinesalite lists all there are in one answer. */
  | 'listing_pages'
  /**
   * Byte strings for Data, as the Java SDK sends and reads them: kinesalite answers with a map of
   * what it stored as JSON, kinesis-mock with base64 in a text.
   */
  | 'cbor_bytes'
  /** kinesalite splits a shard again that is split. */
  | 'refuses_closed_shards'
  /** The API reference says InvalidArgumentException; kinesis-mock answers with status 500. */
  | 'refuses_strange_iterators'
  /** The reference's InvalidArgumentException again; kinesis-mock takes them, or finds no resource. */
  | 'refuses_strange_numbers'
  | 'refuses_foreign_numbers'
  | 'refuses_future_times'

export interface Subject {
  client: KinesisClient
  endpoint: string
  /** A stream of its own for a test, ACTIVE. */
  stream(shards: number): Promise<string>
  close(): Promise<void>
}

/** A test that only those run who have the abilities. */
export type Needs = (...abilities: Ability[]) => ReturnType<typeof test.skipIf>

export interface SubjectKind {
  name: string
  lacks: readonly Ability[]
  open(): Promise<Subject>
}

const ENOUGH_SHARDS = 500
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

function subjectAt(
  endpoint: string,
  speaks: 'http1' | 'http2',
  close: () => Promise<void>,
): Subject {
  const client = new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    ...(speaks === 'http1' && { requestHandler: new NodeHttpHandler() }),
  })
  let streams = 0
  return {
    client,
    endpoint,
    async stream(ShardCount) {
      const StreamName = `contract-${++streams}`
      await client.send(new CreateStreamCommand({ StreamName, ShardCount }))
      await untilActive(client, StreamName)
      return StreamName
    },
    async close() {
      client.destroy()
      await close()
    },
  }
}

export const untilActive = (client: KinesisClient, StreamName: string): Promise<void> =>
  vi.waitFor(
    async () => {
      const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName }))
      expect(answer.StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE')
    },
    { timeout: 5_000, interval: 20 },
  )

export async function shardsOf(client: KinesisClient, StreamName: string): Promise<Shard[]> {
  const { Shards } = await client.send(new ListShardsCommand({ StreamName }))
  return Shards ?? []
}

export const middleOf = ({ HashKeyRange }: Shard): string =>
  (
    (BigInt(HashKeyRange?.StartingHashKey ?? 0) + BigInt(HashKeyRange?.EndingHashKey ?? 0)) /
    2n
  ).toString()

export async function splitInTheMiddle(client: KinesisClient, StreamName: string, shard: Shard) {
  const NewStartingHashKey = middleOf(shard)
  const ShardToSplit = shard.ShardId ?? ''
  await client.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }))
  await untilActive(client, StreamName)
}

const fakeOver = (speaks: 'http1' | 'http2') => async () => {
  const fake = await startFakeKinesis({ heartbeatMs: 200 })
  return subjectAt(fake.endpoint, speaks, () => fake.close())
}

async function openKinesalite(): Promise<Subject> {
  const server = kinesalite({ createStreamMs: 0, updateStreamMs: 0, shardLimit: ENOUGH_SHARDS })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return subjectAt(`http://127.0.0.1:${port}`, 'http1', async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
}

/** kinesis-mock cannot choose a port by itself. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const QUICK = '5ms'

async function openKinesisMock(): Promise<Subject> {
  const require = createRequire(import.meta.url)
  const main = require.resolve('kinesis-local')
  const plainPort = await freePort()
  const child = spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: {
      ...process.env,
      KINESIS_MOCK_CERT_PATH: path.join(path.dirname(main), 'server.json'),
      KINESIS_MOCK_PLAIN_PORT: String(plainPort),
      KINESIS_MOCK_TLS_PORT: String(await freePort()),
      SHARD_LIMIT: String(ENOUGH_SHARDS),
      CREATE_STREAM_DURATION: QUICK,
      SPLIT_SHARD_DURATION: QUICK,
      MERGE_SHARDS_DURATION: QUICK,
      REGISTER_STREAM_CONSUMER_DURATION: QUICK,
      DEREGISTER_STREAM_CONSUMER_DURATION: QUICK,
      LOG_LEVEL: 'ERROR',
    },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const endpoint = `http://127.0.0.1:${plainPort}`
  await vi.waitFor(async () => expect((await fetch(`${endpoint}/healthcheck`)).ok).toBe(true), {
    timeout: 20_000,
    interval: 50,
  })
  return subjectAt(endpoint, 'http1', async () => {
    child.kill('SIGKILL')
    await ended
  })
}

export const QUICK_SUBJECTS: SubjectKind[] = [
  { name: 'the fake over HTTP/1.1', lacks: [], open: fakeOver('http1') },
  { name: 'the fake over HTTP/2', lacks: [], open: fakeOver('http2') },
  {
    name: 'kinesalite',
    lacks: [
      'child_shards',
      'shard_filter',
      'listing_pages',
      'millis_behind',
      'refuses_closed_shards',
      'fan_out',
      'fan_out_shard_end',
      'cbor_bytes',
    ],
    open: openKinesalite,
  },
]

export const KINESIS_MOCK: SubjectKind = {
  name: 'kinesis-mock',
  lacks: [
    'fan_out_shard_end',
    'cbor_bytes',
    'refuses_strange_iterators',
    'refuses_strange_numbers',
    'refuses_foreign_numbers',
    'refuses_future_times',
  ],
  open: openKinesisMock,
}
