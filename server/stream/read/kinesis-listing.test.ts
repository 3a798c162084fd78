import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { startFakeKinesis } from '../../../testing/fake-kinesis/start-fake-kinesis.ts'
import { createKinesisSource } from './kinesis-source.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function sourceAt(endpoint: string) {
  const source = createKinesisSource({
    streamName: 'fake',
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  closers.push(() => source.close())
  return source
}

async function facing(options: { shards: number; listPage?: number }) {
  const fake = await startFakeKinesis(options)
  closers.push(() => fake.close())
  return { fake, source: sourceAt(fake.endpoint) }
}

interface Page {
  Shards: object[]
  NextToken?: string
}

/** An endpoint whose pages are told by the token they were asked with. */
async function paging(pageOf: (token: string | undefined) => Page) {
  let calls = 0
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      calls += 1
      const { NextToken } = JSON.parse(Buffer.concat(pieces).toString())
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(pageOf(NextToken)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const { port } = server.address() as AddressInfo
  return { source: sourceAt(`http://127.0.0.1:${port}`), calls: () => calls }
}

const shard = (ShardId: string, closed = false) => ({
  ShardId,
  HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
  SequenceNumberRange: {
    StartingSequenceNumber: '1',
    ...(closed && { EndingSequenceNumber: '2' }),
  },
})

describe('the list of shards', () => {
  test('holds all of twenty thousand, over all pages', async () => {
    const { source, fake } = await facing({ shards: 20_000 })
    const shards = await source.listShards()
    expect(shards.map(({ shardId }) => shardId)).toEqual(fake.openShardIds())
  })

  test('names both parents and says what is closed', async () => {
    const { source, fake } = await facing({ shards: 2, listPage: 1 })
    const [left = '', right = ''] = fake.openShardIds()
    const merged = fake.merge(left, right)
    const listed = await source.listShards()
    expect(listed.map(({ shardId, parents, closed }) => ({ shardId, parents, closed }))).toEqual([
      { shardId: left, parents: [], closed: true },
      { shardId: right, parents: [], closed: true },
      { shardId: merged, parents: [left, right], closed: false },
    ])
    expect(listed[2]).toMatchObject({ hashFrom: '0', hashTo: String((1n << 128n) - 1n) })
  })

  test('is begun anew when its token expires, and given up when that stays so', async () => {
    const { source, fake } = await facing({ shards: 5, listPage: 2 })
    const expired = { kind: 'error', type: 'ExpiredNextTokenException' } as const
    fake.faults.next({ call: 'ListShards', fault: expired, times: 2 })
    expect(await source.listShards()).toHaveLength(5)
    fake.faults.next({ call: 'ListShards', fault: expired, times: 3 })
    await expect(source.listShards()).rejects.toMatchObject({ kind: 'temporary' })
    expect(fake.faults.pending()).toEqual([])
  })

  test('holds a shard once that two pages name, closed if one of them says so', async () => {
    const { source } = await paging((token) =>
      token === undefined
        ? { Shards: [shard('a'), shard('b')], NextToken: 'more' }
        : { Shards: [shard('b', true), shard('c')] },
    )
    const listed = await source.listShards()
    expect(listed.map(({ shardId, closed }) => [shardId, closed])).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
    ])
  })

  test('says within which range the sequence numbers of a shard are', async () => {
    const { source } = await paging(() => ({ Shards: [shard('a'), shard('b', true)] }))
    const [a, b] = await source.listShards()
    expect(a?.numbers).toEqual({ from: '1' })
    expect(b?.numbers).toEqual({ from: '1', to: '2' })
  })

  test('is an error where a token repeats itself', async () => {
    const { source, calls } = await paging(() => ({ Shards: [shard('a')], NextToken: 'again' }))
    await expect(source.listShards()).rejects.toMatchObject({
      kind: 'temporary',
      message: 'the list of shards repeats itself',
    })
    expect(calls()).toBe(2)
  })

  test('is an error where it does not end', async () => {
    let token = 0
    const { source } = await paging(() => ({
      Shards: [shard(`shard ${token}`)],
      NextToken: String(token++),
    }))
    await expect(source.listShards()).rejects.toMatchObject({
      kind: 'temporary',
      message: 'the list of shards does not end after 1,000 pages',
    })
  })

  test('9: is an error where pages follow one another that name no further shard', async () => {
    let token = 0
    const { source, calls } = await paging(() => ({
      Shards: [shard('a')],
      NextToken: String(token++),
    }))
    await expect(source.listShards()).rejects.toMatchObject({
      kind: 'temporary',
      message: 'the list of shards repeats itself',
    })
    expect(calls()).toBe(11)
  })

  const { HashKeyRange, SequenceNumberRange } = shard('a')
  test.each<[string, object[], string]>([
    ['no shard at all', [], 'there is no shard in it'],
    ['a shard without an id', [{ HashKeyRange, SequenceNumberRange }], 'a shard has no id'],
    [
      'a shard without hash keys',
      [{ ShardId: 'a', SequenceNumberRange }],
      'a has the hash keys "" to ""',
    ],
    [
      'hash keys from behind',
      [{ ...shard('a'), HashKeyRange: { StartingHashKey: '7', EndingHashKey: '3' } }],
      'a has the hash keys "7" to "3"',
    ],
    [
      'hash keys that are none',
      [{ ...shard('a'), HashKeyRange: { StartingHashKey: '0', EndingHashKey: 'z' } }],
      'a has the hash keys "0" to "z"',
    ],
    [
      'a shard of which it does not say whether it is closed',
      [{ ShardId: 'a', HashKeyRange }],
      'a has no first sequence number',
    ],
    [
      'an end that is empty',
      [
        {
          ...shard('a'),
          SequenceNumberRange: { ...SequenceNumberRange, EndingSequenceNumber: '' },
        },
      ],
      'a has a last sequence number that is none',
    ],
    [
      'a shard that is its own parent',
      [shard('b'), { ...shard('a'), ParentShardId: 'a' }],
      'a descends from itself',
    ],
    [
      'shards that descend from each other',
      [
        { ...shard('a'), ParentShardId: 'c' },
        { ...shard('b'), ParentShardId: 'a' },
        { ...shard('c'), ParentShardId: 'b' },
      ],
      'a descends from itself',
    ],
    [
      'a shard twice, with other parents',
      [shard('a'), { ...shard('b'), ParentShardId: 'a' }, shard('b')],
      'b is listed twice, with other hash keys or parents',
    ],
  ])('9: with %s is an error that says so', async (_name, Shards, problem) => {
    const { source } = await paging(() => ({ Shards }))
    await expect(source.listShards()).rejects.toMatchObject({
      kind: 'temporary',
      message: `the list of shards contradicts itself: ${problem}`,
      remedy: expect.stringContaining('the shards that are known are read on'),
    })
  })

  test('takes a shard twice over for one, and one whose parents are shared', async () => {
    const { source } = await paging(() => ({
      Shards: [
        { ...shard('d'), ParentShardId: 'b', AdjacentParentShardId: 'c' },
        { ...shard('c'), ParentShardId: 'a', AdjacentParentShardId: 'b' },
        { ...shard('b'), ParentShardId: 'a' },
        shard('a', true),
        shard('a', true),
      ],
    }))
    const listed = await source.listShards()
    expect(listed.map(({ shardId }) => shardId)).toEqual(['d', 'c', 'b', 'a'])
  })
})

test('a description tells the clock of the endpoint', async () => {
  const { source, fake } = await facing({ shards: 1 })
  const { status, createdMs, answeredAt = 0 } = await source.describe()
  expect(status).toBe('ACTIVE')
  expect(Math.abs(createdMs - fake.shards()[0]!.createdMs)).toBeLessThan(1_000)
  expect(answeredAt % 1_000).toBe(0)
  expect(answeredAt).toBeGreaterThanOrEqual(createdMs - 1_000)
})
