import { connect } from 'node:net'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  ListShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DAY_MS, epochMs, HOUR_MS } from '../../lib/time.ts'
import { systemClock } from '../platform/clock.ts'
import { SetupError } from '../platform/errors.ts'
import { createLog } from '../platform/log.ts'
import { iterator, readAll, tempFolder, testClient } from './embedded.testing.ts'
import { startKinesisServer } from './kinesis-server.ts'
import { ensureStream, listStreams, mendStreams } from './mend-streams.ts'
import { openKinesalite } from './open-kinesalite.ts'
import { trimExpired } from './trim-expired.ts'

// The machine may be busy with other tests.
vi.setConfig({ testTimeout: 30_000 })
const SOON = { timeout: 10_000 }

const log = createLog({ level: 'silent', name: 'test' })
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const STREAM = 'clicks'

function folder(): string {
  const temp = tempFolder()
  ends.push(temp.remove)
  return temp.folder
}

interface Options {
  folder?: string
  /** null: none was asked for. */
  port?: number | null
  usualPort?: number
  shardCount?: number
}

async function start(options: Options = {}) {
  const server = await startKinesisServer({
    folder: options.folder ?? folder(),
    streamName: STREAM,
    region: 'us-east-1',
    shardCount: options.shardCount ?? 4,
    port: options.port === null ? undefined : (options.port ?? 0),
    usualPort: options.usualPort ?? 0,
    clock: systemClock,
    log,
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= server.stop()
    return stopped
  }
  ends.push(stop)
  const endpoint = `http://127.0.0.1:${server.port}`
  const client = testClient(endpoint)
  ends.push(() => client.destroy())
  return { ...server, stop, endpoint, client }
}

const put = (client: ReturnType<typeof testClient>, texts: string[], streamName = STREAM) =>
  client.send(
    new PutRecordsCommand({
      StreamName: streamName,
      Records: texts.map((text, index) => ({
        PartitionKey: `key-${index}`,
        Data: Buffer.from(text),
      })),
    }),
  )

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('the stream', () => {
  test('is there and takes records as soon as the server answers', async () => {
    const { client } = await start()
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: STREAM }))
    expect(Shards.map((shard) => shard.ShardId)).toEqual([
      'shardId-000000000000',
      'shardId-000000000001',
      'shardId-000000000002',
      'shardId-000000000003',
    ])
    const ranges = Shards.map((shard) => shard.HashKeyRange)
    expect(ranges[0]?.StartingHashKey).toBe('0')
    expect(ranges[3]?.EndingHashKey).toBe((2n ** 128n - 1n).toString())
    for (let n = 1; n < 4; n += 1) {
      const before = BigInt(ranges[n - 1]?.EndingHashKey ?? '')
      expect(BigInt(ranges[n]?.StartingHashKey ?? '')).toBe(before + 1n)
    }
    await put(client, numbered('a', 200))
    const read = await readAll(client, STREAM)
    expect(read.map((record) => record.data.toString()).sort()).toEqual(numbered('a', 200).sort())
    expect(new Set(read.map((record) => record.shardId)).size).toBe(4)
  })

  test('keeps its records and its shards through a restart', async () => {
    const where = folder()
    const first = await start({ folder: where, shardCount: 2 })
    await put(first.client, ['one', 'two', 'three'])
    await first.stop()
    const second = await start({ folder: where, shardCount: 4 })
    const texts = (await readAll(second.client, STREAM)).map((record) => record.data.toString())
    expect(texts.sort()).toEqual(['one', 'three', 'two'])
    const { Shards = [] } = await second.client.send(new ListShardsCommand({ StreamName: STREAM }))
    expect(Shards).toHaveLength(2)
  })

  test('takes more than ten shards', async () => {
    const { client } = await start({ shardCount: 10 })
    await client.send(
      new SplitShardCommand({
        StreamName: STREAM,
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: '1000000',
      }),
    )
    await expect
      .poll(async () => {
        const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: STREAM }))
        return Shards.length
      }, SOON)
      .toBe(12)
  })
})

describe('what a killed process left half done', () => {
  test('a stream that was being created, split or deleted is usable at the next start', async () => {
    const where = folder()
    const { store } = await openKinesalite(where)
    const now = epochMs(1_750_000_000_000)
    const base = { region: 'us-east-1', shardCount: 2, now }
    for (const name of ['creating', 'updating', 'deleting', 'active']) {
      await ensureStream(store, { ...base, name })
    }
    const [, creating, deleting, updating] = await listStreams(store)
    await store.metaDb.put('creating', { ...creating, Shards: [], StreamStatus: 'CREATING' })
    await store.metaDb.put('updating', { ...updating, StreamStatus: 'UPDATING' })
    await store.metaDb.put('deleting', { ...deleting, StreamStatus: 'DELETING' })
    await store.getStreamDb('deleting').put('00000000/1', { left: true })

    const mended = await mendStreams(store)

    expect(mended.map(({ stream, now: state }) => [stream, state])).toEqual([
      ['creating', 'gone'],
      ['deleting', 'gone'],
      ['updating', 'ACTIVE'],
    ])
    expect(await ensureStream(store, { ...base, name: 'creating' })).toBe(true)
    const left = await listStreams(store)
    expect(left.map((meta) => [meta.StreamName, meta.StreamStatus, meta.Shards.length])).toEqual([
      ['active', 'ACTIVE', 2],
      ['creating', 'ACTIVE', 2],
      ['updating', 'ACTIVE', 2],
    ])
    const keys: unknown[] = []
    for await (const key of store.getStreamDb('deleting').createKeyStream()) keys.push(key)
    expect(keys).toEqual([])
    await store.db.close()
  })

  test('a stream that is there is never made anew', async () => {
    const { store } = await openKinesalite(folder())
    const stream = { name: STREAM, region: 'us-east-1', shardCount: 3, now: 1_750_000_000_000 }
    expect(await ensureStream(store, stream)).toBe(true)
    expect(await ensureStream(store, { ...stream, shardCount: 9 })).toBe(false)
    expect((await listStreams(store))[0]?.Shards).toHaveLength(3)
    await store.db.close()
  })
})

describe('the port', () => {
  test('one that was asked for and is taken is refused by its variable', async () => {
    const first = await start()
    const second = start({ port: first.port })
    await expect(second).rejects.toThrow(SetupError)
    await expect(second).rejects.toThrow(/EMBEDDED_KINESIS_PORT.*taken/)
  })

  test('the usual one is passed over where it is taken', async () => {
    const first = await start()
    const second = await start({ port: null, usualPort: first.port })
    expect(second.port).not.toBe(first.port)
    await put(second.client, ['here'])
    expect(await readAll(first.client, STREAM)).toEqual([])
  })
})

test('a data folder in use is refused, and free again afterwards', async () => {
  const where = folder()
  const first = await start({ folder: where })
  const second = start({ folder: where })
  await expect(second).rejects.toThrow(SetupError)
  await expect(second).rejects.toThrow(/DATA_DIR.*in use/)
  await first.stop()
  await start({ folder: where })
})

describe('who may ask', () => {
  const ask = (endpoint: string, headers: Record<string, string>) =>
    fetch(endpoint, {
      method: 'POST',
      body: JSON.stringify({ StreamName: STREAM }),
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'Kinesis_20131202.DeleteStream',
        Authorization: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c',
        'X-Amz-Date': '20260101T000000Z',
        ...headers,
      },
    })

  test('a web page cannot reach the stream', async () => {
    const { endpoint, client } = await start()
    expect((await ask(endpoint, { Origin: 'https://evil.example' })).status).toBe(403)
    expect((await ask(endpoint, { Origin: 'http://127.0.0.1:3000' })).status).toBe(403)
    const preflight = await fetch(endpoint, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example' },
    })
    expect(preflight.status).toBe(403)
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
    const summary = await client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM }))
    expect(summary.StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE')
  })

  test('a name that was pointed at this machine is refused', async () => {
    const { port } = await start()
    const answer = await rawRequest(port, 'POST / HTTP/1.1\r\nHost: evil.example\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 403/)
  })
})

describe('clients that misbehave', () => {
  test('one that hangs up in mid-request harms nobody', async () => {
    const { port, client } = await start()
    const head =
      'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.1\r\n' +
      'X-Amz-Target: Kinesis_20131202.PutRecords\r\nContent-Length: 500000\r\n\r\n{"Str'
    for (let n = 0; n < 10; n += 1) await hangUpAfter(port, head)
    await put(client, ['still here'])
    expect(await readAll(client, STREAM)).toHaveLength(1)
  })

  test('odd requests are answered, and the next good one works', async () => {
    const { endpoint, client } = await start()
    const send = (target: string, body: string) =>
      fetch(endpoint, {
        method: 'POST',
        body,
        headers: {
          'Content-Type': 'application/x-amz-json-1.1',
          'X-Amz-Target': target,
          Authorization: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c',
          'X-Amz-Date': '20260101T000000Z',
        },
      })
    const bodies = ['', 'null', '[]', '"x"', '{"StreamName":7}', '{"Records":[null]}', '{']
    const operations = ['PutRecords', 'GetRecords', 'GetShardIterator', 'ListShards', 'Nonsense']
    for (const body of [...bodies, '{"NextToken":"never given out"}']) {
      for (const operation of operations) {
        const answer = await send(`Kinesis_20131202.${operation}`, body)
        expect(answer.status, `${operation} ${body}`).toBeGreaterThanOrEqual(400)
      }
    }
    const tooLarge = await send('Kinesis_20131202.PutRecords', ' '.repeat(7 * 1024 * 1024 + 1))
    expect(tooLarge.status).toBe(413)
    await put(client, ['fine'])
    expect(await readAll(client, STREAM)).toHaveLength(1)
  })
})

describe('reading', () => {
  test('one read is bounded in bytes, and the rest follows', async () => {
    const { client } = await start({ shardCount: 1 })
    const megabyte = 'x'.repeat(1_000_000)
    for (let n = 0; n < 6; n += 1) await put(client, [megabyte, megabyte, megabyte, megabyte])
    const from = await iterator(client, STREAM, 'shardId-000000000000', 'TRIM_HORIZON')
    const first = await client.send(new GetRecordsCommand({ ShardIterator: from }))
    expect(first.Records).toHaveLength(10)
    expect(await readAll(client, STREAM)).toHaveLength(24)
  })

  test('from a time on: the first record that arrived then, or later', async () => {
    const { client } = await start({ shardCount: 1 })
    const shard = 'shardId-000000000000'
    const times: number[] = []
    for (let n = 0; n < 5; n += 1) {
      await put(client, [`round ${n}`])
      times.push(systemClock.now())
      const next = times[n] as number
      await expect.poll(() => systemClock.now(), { interval: 5 }).toBeGreaterThan(next + 10)
    }
    const readFrom = async (time: number) => {
      const from = await iterator(client, STREAM, shard, 'AT_TIMESTAMP', new Date(time))
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: from }))
      return (answer.Records ?? []).map((record) => Buffer.from(record.Data ?? []).toString())
    }
    expect(await readFrom((times[0] as number) - HOUR_MS)).toHaveLength(5)
    expect(await readFrom((times[2] as number) + 2)).toEqual(['round 3', 'round 4'])
    // kinesalite alone would never answer this.
    expect(await readFrom((times[4] as number) + 2)).toEqual([])
  })

  test('from the latest on: what is put after the iterator was given out, nothing before', async () => {
    const { client } = await start({ shardCount: 1 })
    const shard = 'shardId-000000000000'
    const early = await iterator(client, STREAM, shard, 'LATEST')
    await put(client, ['first'])
    const late = await iterator(client, STREAM, shard, 'LATEST')
    await put(client, ['second'])
    const read = async (from: string | undefined) => {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: from }))
      return (answer.Records ?? []).map((record) => Buffer.from(record.Data ?? []).toString())
    }
    expect(await read(early)).toEqual(['first', 'second'])
    expect(await read(late)).toEqual(['second'])
  })
})

describe('retention', () => {
  test('expired records go, the others stay, also those of other streams', async () => {
    const where = folder()
    const running = await start({ folder: where })
    await put(running.client, numbered('a', 300))
    await running.client.send(new CreateStreamCommand({ StreamName: 'other', ShardCount: 1 }))
    await expect
      .poll(async () => {
        const answer = await running.client.send(
          new DescribeStreamSummaryCommand({ StreamName: 'other' }),
        )
        return answer.StreamDescriptionSummary?.StreamStatus
      }, SOON)
      .toBe('ACTIVE')
    await put(running.client, numbered('b', 10), 'other')
    await running.stop()

    const { store } = await openKinesalite(where)
    const now = systemClock.now()
    expect(await trimExpired(store, now)).toBe(0)
    const other = (await listStreams(store)).find((meta) => meta.StreamName === 'other')
    await store.metaDb.put('other', { ...other, RetentionPeriodHours: 48 })
    expect(await trimExpired(store, now + DAY_MS + HOUR_MS)).toBe(300)
    expect(await trimExpired(store, now + DAY_MS + HOUR_MS)).toBe(0)
    await store.db.close()

    const again = await start({ folder: where })
    expect(await readAll(again.client, STREAM)).toEqual([])
    expect(await readAll(again.client, 'other')).toHaveLength(10)
    await again.client.send(new DeleteStreamCommand({ StreamName: 'other' }))
  })
})

function rawRequest(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (data) => {
      answer += data.toString()
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}

function hangUpAfter(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(text, () => {
        socket.resetAndDestroy()
        resolve()
      })
    })
    socket.on('error', reject)
  })
}
