import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import {
  iteratorAt,
  readFrom,
  readTail,
  refusal,
  TRIM_HORIZON,
} from './contract-reading.testing.ts'
import { shardsOf } from './contract-subjects.testing.ts'
import { FIRST_SHARD, openFake, standingClock } from './fake-client.testing.ts'

const DAY_MS = 24 * 3_600_000

test('trimmed records are gone, and positions before them begin at the first that is left', async () => {
  const { fake, client } = await openFake()
  const [a, b] = ['a', 'b', 'c'].map((text) => fake.put('k', text))
  const old = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
  fake.trim(FIRST_SHARD, b?.sequenceNumber)
  expect((await readTail(client, old)).texts).toEqual(['c'])
  const position = { type: 'AFTER_SEQUENCE_NUMBER' as const, sequenceNumber: a!.sequenceNumber }
  const tail = await readFrom(client, fake.streamName, FIRST_SHARD, position)
  expect(tail.texts).toEqual(['c'])
})

test('records older than the retention go, by the clock of the stream', async () => {
  const clock = standingClock()
  const { fake, client } = await openFake({ now: clock.now })
  fake.put('k', 'old')
  clock.pass(DAY_MS / 2)
  fake.put('k', 'young')
  clock.pass(DAY_MS / 2 + 1)
  fake.trimByAge()
  expect((await readFrom(client, fake.streamName, FIRST_SHARD)).texts).toEqual(['young'])
})

test('a closed shard expires a retention after it was closed, and is not found then', async () => {
  const clock = standingClock()
  const { fake, client } = await openFake({ now: clock.now })
  const ids = async () => (await shardsOf(client, fake.streamName)).map(({ ShardId }) => ShardId)
  fake.put('k', 'a')
  const children = fake.split(FIRST_SHARD)
  clock.pass(DAY_MS)
  fake.trimByAge()
  const ShardIterator = await iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON)
  clock.pass(1)
  fake.trimByAge()
  expect(await ids()).toEqual(children)
  const calls = [
    client.send(new GetRecordsCommand({ ShardIterator })),
    iteratorAt(client, fake.streamName, FIRST_SHARD, TRIM_HORIZON),
  ]
  expect(await Promise.all(calls.map(refusal))).toEqual([
    'ResourceNotFoundException',
    'ResourceNotFoundException',
  ])
})

test('a closed shard with records left does not expire', async () => {
  const { fake, client } = await openFake()
  const [a] = ['a', 'b'].map((text) => fake.put('k', text))
  fake.split(FIRST_SHARD)
  fake.trim(FIRST_SHARD, a?.sequenceNumber)
  expect(await shardsOf(client, fake.streamName)).toHaveLength(3)
  expect(await readFrom(client, fake.streamName, FIRST_SHARD)).toMatchObject({
    texts: ['b'],
    ended: true,
  })
})

test('the shards at the horizon are the eldest that are left', async () => {
  const { fake, client } = await openFake({ shards: 2 })
  const [left = '', right = ''] = fake.openShardIds()
  const atHorizon = async () => {
    const ShardFilter = { Type: 'AT_TRIM_HORIZON' as const }
    const answer = await client.send(
      new ListShardsCommand({ StreamName: fake.streamName, ShardFilter }),
    )
    return answer.Shards?.map(({ ShardId }) => ShardId)
  }
  const merged = fake.merge(left, right)
  const children = fake.split(merged)
  expect(await atHorizon()).toEqual([left, right])
  fake.trim(left)
  fake.trim(right)
  expect(await atHorizon()).toEqual([merged])
  fake.trim(merged)
  expect(await atHorizon()).toEqual(children)
})

test('a stream made anew is another one: later, empty, and old iterators find nothing', async () => {
  const clock = standingClock()
  const { fake, client } = await openFake({ now: clock.now })
  const StreamName = fake.streamName
  const created = async () => {
    const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName }))
    return Number(answer.StreamDescriptionSummary?.StreamCreationTimestamp)
  }
  const { sequenceNumber } = fake.put('k', 'a')
  const ShardIterator = await iteratorAt(client, StreamName, FIRST_SHARD, TRIM_HORIZON)
  const before = await created()
  fake.deleteStream()
  expect(await refusal(client.send(new GetRecordsCommand({ ShardIterator })))).toBe(
    'ResourceNotFoundException',
  )
  fake.recreate()
  expect(await created()).toBeGreaterThan(before)
  expect((await readFrom(client, StreamName, FIRST_SHARD)).texts).toEqual([])
  expect(await refusal(client.send(new GetRecordsCommand({ ShardIterator })))).toBe(
    'ResourceNotFoundException',
  )
  const type = 'AFTER_SEQUENCE_NUMBER'
  const call = iteratorAt(client, StreamName, FIRST_SHARD, { type, sequenceNumber })
  expect(await refusal(call)).toBe('InvalidArgumentException')
})
