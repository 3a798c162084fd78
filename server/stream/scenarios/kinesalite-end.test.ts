import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import kinesalite from 'kinesalite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { until } from '../consumer.testing.ts'
import { createKinesisSource } from '../read/kinesis-source.ts'
import type { StreamSource } from '../read/stream-source.ts'
import { ledgerOf, witness, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD_0 = 'shardId-000000000000'
const MIDDLE = String(1n << 127n)
const keys = Array.from({ length: 10 }, (_, n) => `key-${n}`)

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const server: Server = kinesalite({ createStreamMs: 0, updateStreamMs: 0 })
const sources: StreamSource[] = []
let client: KinesisClient
let endpoint = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const requestHandler = new NodeHttpHandler()
  client = new KinesisClient({ endpoint, region: 'us-east-1', credentials, requestHandler })
})
afterAll(async () => {
  for (const source of sources) source.close()
  client.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function active(StreamName: string): Promise<void> {
  await vi.waitFor(async () => {
    const command = new DescribeStreamSummaryCommand({ StreamName })
    const { StreamDescriptionSummary } = await client.send(command)
    expect(StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE')
  })
}

/** kinesalite names no children, and tells with the end of a shard how long ago that was closed. */
test.each([
  ['is known to speak so, as the embedded one is: at once', true, 0],
  ['is not known to: once it fell behind with the clock for 5 s', false, 2],
])(
  '9: the end of a shard by an endpoint that tells how long ago it was closed, and %s',
  async (_name, endsBehind, doubts) => {
    const StreamName = endsBehind ? 'known' : 'unknown'
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
    await active(StreamName)
    const world = await open()
    const put = ledgerOf(world)
    const order = witness()
    const putAll = async () => {
      for (const key of keys) {
        const Data = Buffer.from(put.event(key))
        await client.send(new PutRecordCommand({ StreamName, PartitionKey: key, Data }))
      }
    }
    await putAll()
    // Opened behind a record of an earlier second, a closed shard of kinesalite goes on once before it ends.
    const second = Math.floor(Date.now() / 1_000)
    await until(() => expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(second))
    await client.send(
      new SplitShardCommand({ StreamName, ShardToSplit: SHARD_0, NewStartingHashKey: MIDDLE }),
    )
    await active(StreamName)
    await putAll()
    const source = createKinesisSource({
      streamName: StreamName,
      region: 'us-east-1',
      endpoint,
      credentials,
      wire: 'json',
      endsBehind,
    })
    sources.push(source)
    const through = (): StreamSource => source
    const consumer = await world.start({ through, apps: [createTotalsApp(), order.app()] })
    await put.settled(25_000)
    await until(() => expect(consumer.shard(SHARD_0)?.reading.reader).toEqual({ kind: 'finished' }))
    expect(order.outOfOrder()).toEqual([])
    expect(await world.fates()).toEqual({ applied: 20, duplicate: 0, rejected: 0 })
    const { contradicting = 0 } = consumer.shard(SHARD_0)?.reading.log.reads ?? {}
    expect(Math.min(contradicting, 2)).toBe(doubts)
  },
)
