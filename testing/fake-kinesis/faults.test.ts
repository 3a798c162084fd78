import { GetRecordsCommand, ListShardsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { describe, expect, test, vi } from 'vitest'
import { iteratorAt, put, readFrom, refusal, TRIM_HORIZON } from './contract-reading.testing.ts'
import { FIRST_SHARD, type Opened, openFake } from './fake-client.testing.ts'
import { createFaults } from './faults.ts'

const OK = 'was answered'
const list = ({ fake, client }: Opened) =>
  client.send(new ListShardsCommand({ StreamName: fake.streamName }))

describe('a scripted fault', () => {
  test('meets the calls it names, as often as it says', async () => {
    const { fake, client } = await openFake({ shards: 2 })
    const [first = '', second = ''] = fake.openShardIds()
    const fault = { kind: 'error', type: 'KMSThrottlingException' } as const
    fake.faults.next({ call: 'GetShardIterator', shardId: second, times: 2, fault })
    const ask = (id: string) => refusal(iteratorAt(client, fake.streamName, id, TRIM_HORIZON))
    expect(await ask(first)).toBe(OK)
    expect([await ask(second), await ask(second), await ask(second)]).toEqual([
      'KMSThrottlingException',
      'KMSThrottlingException',
      OK,
    ])
    expect(fake.faults.pending()).toEqual([])
  })

  test('knows the shard of an iterator', async () => {
    const { fake, client } = await openFake()
    const ShardIterator = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
    const fault = { kind: 'error', type: 'InternalFailure' } as const
    fake.faults.next({ call: 'GetRecords', shardId: FIRST_SHARD, fault })
    const answer = await client.send(new GetRecordsCommand({ ShardIterator })).catch((e) => e)
    expect(answer.$metadata.httpStatusCode).toBe(500)
    expect(fake.counts().byShard[FIRST_SHARD]).toEqual({ GetShardIterator: 1, GetRecords: 1 })
  })

  test('can answer as something that is no Kinesis', async () => {
    const opened = await openFake()
    opened.fake.faults.next({ fault: { kind: 'status', status: 503 } })
    const error = await list(opened).catch((e) => e)
    expect(error.$metadata?.httpStatusCode ?? error.$response?.statusCode).toBe(503)
  })

  test.each(['truncated', 'garbled'] as const)(
    'can send an answer %s that is as long as it says',
    async (kind) => {
      const { fake, client } = await openFake()
      fake.put('k', 'a')
      const ShardIterator = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
      fake.faults.next({ call: 'GetRecords', fault: { kind } })
      const read = () => client.send(new GetRecordsCommand({ ShardIterator }))
      await expect(read()).rejects.toThrow(SyntaxError)
      expect((await read()).Records).toHaveLength(1)
    },
  )

  test('can say that nothing came though there is something', async () => {
    const { fake, client } = await openFake()
    fake.put('k', 'a')
    const ShardIterator = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
    fake.faults.next({ call: 'GetRecords', fault: { kind: 'empty', millisBehindLatest: 7 } })
    const empty = await client.send(new GetRecordsCommand({ ShardIterator }))
    expect(empty).toMatchObject({ Records: [], MillisBehindLatest: 7 })
    const next = new GetRecordsCommand({ ShardIterator: empty.NextShardIterator })
    expect((await client.send(next)).Records).toHaveLength(1)
  })

  test('fails some entries of PutRecords and takes the others', async () => {
    const { fake, client } = await openFake()
    const type = 'InternalFailure'
    fake.faults.next({ call: 'PutRecords', fault: { kind: 'entries', at: [0, 2], type } })
    const Records = ['a', 'b', 'c', 'd'].map((text) => ({
      PartitionKey: 'k',
      Data: new TextEncoder().encode(text),
    }))
    const StreamName = fake.streamName
    const answer = await client.send(new PutRecordsCommand({ StreamName, Records }))
    expect(answer.FailedRecordCount).toBe(2)
    expect(answer.Records?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      type,
      undefined,
      type,
      undefined,
    ])
    expect((await readFrom(client, StreamName, FIRST_SHARD)).texts).toEqual(['b', 'd'])
  })

  test('delays an answer', async () => {
    const opened = await openFake()
    opened.fake.faults.next({ fault: { kind: 'delay', ms: 60 } })
    const startedMs = performance.now()
    expect(await refusal(list(opened))).toBe(OK)
    expect(performance.now() - startedMs).toBeGreaterThan(50)
  })
})

describe.each(['http1', 'http2'] as const)('a broken connection over %s', (speaks) => {
  test.each([
    ['before', 0],
    ['after', 1],
    ['mid_answer', 1],
  ] as const)('%s the call took effect leaves %i records', async (when, records) => {
    const { fake, client } = await openFake({}, speaks)
    fake.faults.next({ call: 'PutRecord', fault: { kind: 'cut', when } })
    expect(await refusal(put(client, fake.streamName, 'k', 'a'))).not.toBe(OK)
    expect(fake.shards()[0]?.records).toHaveLength(records)
    expect(await refusal(put(client, fake.streamName, 'k', 'b'))).toBe(OK)
  })

  test('that hangs is never answered, and others are', async () => {
    const opened = await openFake({}, speaks)
    const { fake, client } = opened
    fake.faults.next({ fault: { kind: 'hang' } })
    const abort = new AbortController()
    const hanging = refusal(
      client.send(new ListShardsCommand({ StreamName: fake.streamName }), {
        abortSignal: abort.signal,
      }),
    )
    await vi.waitFor(() => expect(fake.counts().calls.ListShards).toBe(1))
    expect(await refusal(list(opened))).toBe(OK)
    abort.abort()
    expect(await hanging).toBe('AbortError')
  })
})

test('chance meets the share of calls it says, the same with the same numbers', () => {
  const numbers = (seed: number) => () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const run = () => {
    const faults = createFaults()
    faults.chance(0.25, numbers(42), [{ kind: 'hang' }, { kind: 'delay', ms: 1 }], ['GetRecords'])
    return Array.from({ length: 4_000 }, () => faults.take('GetRecords', undefined)?.kind)
  }
  const met = run().filter((kind) => kind !== undefined)
  expect(met.length).toBeGreaterThan(900)
  expect(met.length).toBeLessThan(1_100)
  expect(new Set(met)).toEqual(new Set(['hang', 'delay']))
  expect(run()).toEqual(run())
})
