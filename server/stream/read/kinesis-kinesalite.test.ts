import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import kinesalite from 'kinesalite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Wire } from '../../../lib/frames.ts'
import { createKinesisSource } from './kinesis-source.ts'
import type { StreamRecord, StreamSource } from './stream-source.ts'

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const streamName = 'independent'
const server: Server = kinesalite({ createStreamMs: 0 })
const sources: StreamSource[] = []
const notices: string[] = []
let endpoint = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    requestHandler: new NodeHttpHandler(),
  })
  await client.send(new CreateStreamCommand({ StreamName: streamName, ShardCount: 1 }))
  await vi.waitFor(async () => expect((await sourceBy('json').describe()).status).toBe('ACTIVE'))
  for (const [PartitionKey, text] of PUT) {
    const Data = Buffer.from(text)
    await client.send(new PutRecordCommand({ StreamName: streamName, PartitionKey, Data }))
  }
  client.destroy()
})
afterAll(async () => {
  for (const source of sources) source.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const PUT = [
  ['one', 'text'],
  ['ключ', 'Grüße 🔑'],
] as const

function sourceBy(wire: Wire): StreamSource {
  const onNotice = (text: string) => notices.push(text)
  const source = createKinesisSource({
    streamName,
    region: 'us-east-1',
    endpoint,
    credentials,
    wire,
    onNotice,
  })
  sources.push(source)
  return source
}

const textOf = ({ partitionKey, data }: StreamRecord) => [
  partitionKey,
  Buffer.from(data).toString(),
]

async function readAll(source: StreamSource) {
  const [shard] = await source.listShards()
  const iterator = await source.iterator(shard?.shardId ?? '', { kind: 'trim_horizon' })
  return source.read(iterator, { limit: 100 })
}

describe.each<Wire>(['cbor', 'json'])('kinesalite by %s', (wire) => {
  test('gives what was put, and the same times', async () => {
    const { records, next, answeredAt = 0 } = await readAll(sourceBy(wire))
    expect(Array.from(records, textOf)).toEqual(PUT)
    expect(next).toBeDefined()
    for (const { arrivedAt } of records)
      expect(Math.abs(arrivedAt - answeredAt)).toBeLessThan(60_000)
    const other = await readAll(sourceBy(wire === 'cbor' ? 'json' : 'cbor'))
    expect(Array.from(other.records, ({ arrivedAt }) => arrivedAt)).toEqual(
      Array.from(records, ({ arrivedAt }) => arrivedAt),
    )
  })

  test('refuses by kind', async () => {
    const source = sourceBy(wire)
    await expect(source.read('no iterator', { limit: 1 })).rejects.toMatchObject({
      kind: 'expired_iterator',
    })
    const unknown = source.iterator('shardId-000000009999', { kind: 'trim_horizon' })
    await expect(unknown).rejects.toMatchObject({ kind: 'gone' })
    const [shard] = await source.listShards()
    const odd = { kind: 'after', sequenceNumber: '12' } as const
    await expect(source.iterator(shard?.shardId ?? '', odd)).rejects.toMatchObject({
      kind: 'bad_position',
    })
  })
})

test('kinesalite has no fan-out', async () => {
  const { signal } = new AbortController()
  await expect(sourceBy('cbor').fanOut.consumer('c', signal)).rejects.toMatchObject({
    kind: 'unsupported',
  })
})

test('kinesalite puts text into CBOR where Kinesis has bytes, and is read as JSON after three answers', async () => {
  const source = sourceBy('cbor')
  for (let n = 0; n < 3; n++) {
    expect(source.wire()).toEqual({ spoken: 'cbor', notice: null })
    expect((await readAll(source)).records).toHaveLength(PUT.length)
  }
  expect(source.wire().spoken).toBe('json')
  expect(notices).toEqual([
    expect.stringMatching(/as Kinesis does .*a text instead of bytes.*read as JSON/),
  ])
})
