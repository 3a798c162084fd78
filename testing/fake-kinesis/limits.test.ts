import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { describe, expect, test } from 'vitest'
import { iteratorAt, put, refusal, TRIM_HORIZON } from './contract-reading.testing.ts'
import { FIRST_SHARD, type Opened, openFake, standingClock } from './fake-client.testing.ts'
import { MEBIBYTE } from './vocabulary.ts'

const EXCEEDED = 'ProvisionedThroughputExceededException'
const OK = 'was answered'

async function limited(shards = 1) {
  const clock = standingClock()
  const opened = await openFake({ limits: 'real', now: clock.now, shards })
  return { ...opened, clock }
}

const read = ({ client }: Opened, ShardIterator: string) =>
  refusal(client.send(new GetRecordsCommand({ ShardIterator })))

describe('with the limits of the service', () => {
  test('a shard is read five times a second, whoever asks', async () => {
    const opened = await limited(2)
    const { fake, client, clock } = opened
    const [first = '', second = ''] = await Promise.all(
      fake.openShardIds().map((id) => iteratorAt(client, fake.streamName, id, TRIM_HORIZON)),
    )
    for (let n = 0; n < 5; n++) expect(await read(opened, first)).toBe(OK)
    expect(await read(opened, first)).toBe(EXCEEDED)
    expect(await read(opened, second)).toBe(OK)
    clock.pass(999)
    expect(await read(opened, first)).toBe(EXCEEDED)
    clock.pass(1)
    expect(await read(opened, first)).toBe(OK)
  })

  test('an answer of 10 MiB keeps its shard silent for five seconds', async () => {
    const opened = await limited()
    const { fake, client, clock } = opened
    for (let n = 0; n < 11; n++) fake.put('k', new Uint8Array(MEBIBYTE))
    const ShardIterator = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
    const answer = await client.send(new GetRecordsCommand({ ShardIterator }))
    expect(answer.Records).toHaveLength(10)
    clock.pass(4_999)
    expect(await read(opened, ShardIterator)).toBe(EXCEEDED)
    clock.pass(1)
    expect(await read(opened, ShardIterator)).toBe(OK)
  })

  test('a shard gives 2 MiB a second', async () => {
    const opened = await limited()
    const { fake, client, clock } = opened
    fake.put('k', new Uint8Array(MEBIBYTE))
    const iterator = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
    expect(await read(opened, iterator)).toBe(OK)
    expect(await read(opened, iterator)).toBe(OK)
    expect(await read(opened, iterator)).toBe(EXCEEDED)
    clock.pass(1_000)
    expect(await read(opened, iterator)).toBe(OK)
  })

  test('a shard gives five iterators a second', async () => {
    const { fake, client } = await limited()
    const ask = () => refusal(iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON))
    for (let n = 0; n < 5; n++) expect(await ask()).toBe(OK)
    expect(await ask()).toBe(EXCEEDED)
  })

  test('a shard takes a thousand records a second, and the rest of PutRecords fails by entry', async () => {
    const { fake, client, clock } = await limited()
    const Records = Array.from({ length: 400 }, () => ({
      PartitionKey: 'k',
      Data: new Uint8Array(),
    }))
    const send = () => client.send(new PutRecordsCommand({ StreamName: fake.streamName, Records }))
    expect((await send()).FailedRecordCount).toBe(0)
    expect((await send()).FailedRecordCount).toBe(0)
    const third = await send()
    expect(third.FailedRecordCount).toBe(200)
    const codes = third.Records?.map(({ ErrorCode }) => ErrorCode)
    expect(codes).toEqual([...Array(200).fill(undefined), ...Array(200).fill(EXCEEDED)])
    clock.pass(1_000)
    expect((await send()).FailedRecordCount).toBe(0)
  })

  test('a shard takes 1 MiB a second', async () => {
    const { fake, client, clock } = await limited()
    const send = () => refusal(put(client, fake.streamName, 'k', 'x'.repeat(MEBIBYTE / 2 - 1)))
    expect([await send(), await send(), await send()]).toEqual([OK, OK, EXCEEDED])
    clock.pass(1_000)
    expect(await send()).toBe(OK)
  })

  test('a stream is described twenty times a second', async () => {
    const { fake, client } = await limited()
    const call = () =>
      refusal(client.send(new DescribeStreamSummaryCommand({ StreamName: fake.streamName })))
    for (let n = 0; n < 20; n++) expect(await call()).toBe(OK)
    expect(await call()).toBe('LimitExceededException')
  })
})

describe('with any limits', () => {
  test('an iterator lasts five minutes', async () => {
    const clock = standingClock()
    const opened = await openFake({ now: clock.now })
    const { fake, client } = opened
    const iterator = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
    clock.pass(300_000)
    expect(await read(opened, iterator)).toBe(OK)
    clock.pass(1)
    expect(await read(opened, iterator)).toBe('ExpiredIteratorException')
  })

  test('a listing goes on for five minutes, and not with the name of the stream', async () => {
    const clock = standingClock()
    const { fake, client } = await openFake({ now: clock.now, shards: 3, listPage: 2 })
    const StreamName = fake.streamName
    const { NextToken } = await client.send(new ListShardsCommand({ StreamName }))
    const both = new ListShardsCommand({ StreamName, NextToken })
    expect(await refusal(client.send(both))).toBe('InvalidArgumentException')
    const next = () => client.send(new ListShardsCommand({ NextToken }))
    clock.pass(300_000)
    expect((await next()).Shards).toHaveLength(1)
    clock.pass(1)
    expect(await refusal(next())).toBe('ExpiredNextTokenException')
  })

  test('a record larger than the stream allows is refused', async () => {
    const { fake, client } = await openFake({ maxRecordBytes: 10 })
    const call = put(client, fake.streamName, 'k', 'eleven char')
    expect(await refusal(call)).toBe('ValidationException')
  })
})
