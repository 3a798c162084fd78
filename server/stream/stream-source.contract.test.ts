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
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { createKinesisSource } from './kinesis-source.ts'
import { createMemoryStream } from './memory-stream.ts'
import type { StreamRecord, StreamSource } from './stream-source.ts'

/** What the consumer relies on, held against the real adapter and the fake alike. */
interface Subject {
  source: StreamSource
  put(key: string, text: string): Promise<void>
  split(shardId: string): Promise<void>
  close(): Promise<void>
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

async function kinesisSubject(): Promise<Subject> {
  const server: Server = kinesalite({ createStreamMs: 0, updateStreamMs: 0, shardLimit: 20 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const place = { endpoint, region: 'us-east-1', credentials }
  const client = new KinesisClient({ ...place, requestHandler: new NodeHttpHandler() })
  const StreamName = 'contract'
  const active = () =>
    vi.waitFor(async () => {
      const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName }))
      expect(answer.StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE')
    })
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }))
  await active()
  const source = createKinesisSource({ streamName: StreamName, ...place })
  return {
    source,
    async put(PartitionKey, text) {
      const Data = new TextEncoder().encode(text)
      await client.send(new PutRecordCommand({ StreamName, PartitionKey, Data }))
    },
    async split(ShardToSplit) {
      const shard = (await source.listShards()).find(({ shardId }) => shardId === ShardToSplit)
      const middle = (BigInt(shard?.hashFrom ?? 0) + BigInt(shard?.hashTo ?? 0)) / 2n
      const NewStartingHashKey = middle.toString()
      await client.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }))
      await active()
    },
    async close() {
      source.close()
      client.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function memorySubject(): Promise<Subject> {
  const source = createMemoryStream({ shards: 2, now: systemClock.now })
  return {
    source,
    put: async (key, text) => void source.put(key, text),
    split: async (shardId) => void source.split(shardId),
    close: async () => {},
  }
}

const textOf = ({ data }: StreamRecord) => new TextDecoder().decode(data)

describe.each([
  ['Kinesis over HTTP', kinesisSubject],
  ['the stream in memory', memorySubject],
])('%s', (_name, open) => {
  let subject: Subject
  let source: StreamSource
  beforeAll(async () => {
    subject = await open()
    source = subject.source
  })
  afterAll(() => subject.close())

  const readAll = async (shardId: string, from: Parameters<StreamSource['iterator']>[1]) => {
    const records: StreamRecord[] = []
    let iterator: string | undefined = await source.iterator(shardId, from)
    for (let reads = 0; iterator !== undefined && reads < 20; reads++) {
      const result = await source.read(iterator)
      records.push(...result.records)
      iterator = result.next
      if (result.records.length === 0 && result.millisBehindLatest === 0 && !result.full) break
    }
    return { records, ended: iterator === undefined }
  }

  test('is active and covers the whole range of hash keys', async () => {
    const { status, createdMs } = await source.describe()
    expect(status).toBe('ACTIVE')
    expect(createdMs).toBeGreaterThan(0)
    const shards = await source.listShards()
    expect(shards.map(({ hashFrom }) => hashFrom)).toEqual(['0', (1n << 127n).toString()])
    expect(shards.at(-1)?.hashTo).toBe(((1n << 128n) - 1n).toString())
    expect(shards.every(({ closed, parents }) => !closed && parents.length === 0)).toBe(true)
  })

  test('gives back in order what was put, and goes on after a sequence number or at a time', async () => {
    const startedAt = systemClock.now()
    for (let n = 0; n < 5; n++) await subject.put('same key', `record ${n}`)
    const shards = await source.listShards()
    const all = await Promise.all(
      shards.map(async ({ shardId }) => ({
        shardId,
        ...(await readAll(shardId, { kind: 'trim_horizon' })),
      })),
    )
    const used = all.find(({ records }) => records.length > 0)
    expect(used?.records.map(textOf)).toEqual(['0', '1', '2', '3', '4'].map((n) => `record ${n}`))
    expect(used?.ended).toBe(false)
    const shardId = used?.shardId ?? ''
    const third = used?.records[2]?.sequenceNumber ?? ''
    const after = await readAll(shardId, { kind: 'after', sequenceNumber: third })
    expect(after.records.map(textOf)).toEqual(['record 3', 'record 4'])
    const sooner = await readAll(shardId, { kind: 'at', timeMs: startedAt - 60_000 })
    expect(sooner.records).toHaveLength(5)
    for (const { arrivedAt } of sooner.records) {
      expect(Math.abs(arrivedAt - systemClock.now())).toBeLessThan(60_000)
    }
  })

  test('a shard that was split ends after its last record and is named by its children', async () => {
    const [first] = await source.listShards()
    const shardId = first?.shardId ?? ''
    await subject.split(shardId)
    const listed = await source.listShards()
    expect(listed.find((shard) => shard.shardId === shardId)?.closed).toBe(true)
    const children = listed.filter(({ parents }) => parents.includes(shardId))
    expect(children).toHaveLength(2)
    expect(children.every(({ closed }) => !closed)).toBe(true)
    expect((await readAll(shardId, { kind: 'trim_horizon' })).ended).toBe(true)
  })

  test('an unknown shard is gone', async () => {
    const unknown = source.iterator('shardId-000000009999', { kind: 'trim_horizon' })
    await expect(unknown).rejects.toMatchObject({ name: 'SourceError', kind: 'gone' })
  })
})

test('where nothing listens, the error says where and what to do', async () => {
  const source = createKinesisSource({
    streamName: 'clickstream',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9',
    credentials,
  })
  await expect(source.describe()).rejects.toMatchObject({
    kind: 'temporary',
    message: 'nothing listens at http://127.0.0.1:9',
    remedy: expect.stringMatching(/Check that http:\/\/127\.0\.0\.1:9 can be reached/),
  })
  source.close()
})
