import { getEventListeners, setMaxListeners } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Wire } from '../../../lib/frames.ts'
import {
  type FakeKinesisOptions,
  startFakeKinesis,
} from '../../../testing/fake-kinesis/start-fake-kinesis.ts'
import { pause } from '../../platform/pause.ts'
import type { KinesisPlace } from './kinesis-place.ts'
import { createKinesisSource } from './kinesis-source.ts'
import type { Batch, Position, StreamRecord } from './stream-source.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const BEGINNING: Position = { kind: 'trim_horizon' }
const CONSUMER = 'kinesight'

async function facing(options: FakeKinesisOptions = {}, place: Partial<KinesisPlace> = {}) {
  const fake = await startFakeKinesis({ resubscribeMs: 0, ...options })
  let pauses = 0
  // A hundred times faster than the watch says.
  const hasty = async (ms: number, signal: AbortSignal) => {
    await pause(ms / 100, signal)
    pauses += 1
  }
  const source = createKinesisSource(
    {
      streamName: fake.streamName,
      region: 'us-east-1',
      endpoint: fake.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      answerWithinMs: 20_000,
      ...place,
    },
    { pause: hasty, random: () => 0.5 },
  )
  closers.push(
    () => fake.close(),
    () => source.close(),
  )
  const abort = new AbortController()
  const { signal } = abort
  // A hundred subscriptions share it, of which each would have its own.
  setMaxListeners(0, signal)
  const subscribe = async (shardId: string, position = BEGINNING) => {
    const { arn } = await source.fanOut.consumer(CONSUMER, signal)
    return source.fanOut.subscribe(shardId, { consumerArn: arn, position, signal })
  }
  return { fake, source, abort, signal, subscribe, pauses: () => pauses }
}

const textOf = ({ data }: StreamRecord) => Buffer.from(data).toString()

async function take(batches: AsyncIterable<Batch>, records: number): Promise<Batch[]> {
  const taken: Batch[] = []
  let count = 0
  for await (const batch of batches) {
    taken.push(batch)
    count += batch.records.length
    if (count >= records) break
  }
  return taken
}

describe.each<Wire>(['cbor', 'json'])('a subscription by %s', (wire) => {
  test('brings what was put, and goes on after its position', async () => {
    const { fake, subscribe } = await facing({}, { wire })
    const [shardId = ''] = fake.openShardIds()
    for (let n = 0; n < 5; n++) fake.put(`key ${n}`, `record ${n}`)
    const batches = await take(await subscribe(shardId), 5)
    const records = batches.flatMap((batch) => [...batch.records])
    expect(records.map(textOf)).toEqual(['0', '1', '2', '3', '4'].map((n) => `record ${n}`))
    expect(records.map(({ partitionKey }) => partitionKey)).toContain('key 3')
    for (const { arrivedAt } of records) {
      expect(Math.abs(arrivedAt - fake.shards()[0]!.createdMs)).toBeLessThan(60_000)
    }
    const next = batches.at(-1)?.next ?? ''
    fake.put('key', 'one more')
    const [more] = await take(await subscribe(shardId, { kind: 'after', sequenceNumber: next }), 1)
    expect(Array.from(more?.records ?? [], textOf)).toEqual(['one more'])
    expect(more?.bytes).toBeGreaterThan('one more'.length)
    const third = records[2]?.sequenceNumber ?? ''
    const [from] = await take(await subscribe(shardId, { kind: 'from', sequenceNumber: third }), 1)
    expect(textOf(from!.records.at(0)!)).toBe('record 2')
    const sooner: Position = { kind: 'at', timeMs: (records[0]?.arrivedAt ?? 0) - 1_000 }
    const [at] = await take(await subscribe(shardId, sooner), 1)
    expect(textOf(at!.records.at(0)!)).toBe('record 0')
  })

  test('names the children at the end of a shard', async () => {
    const { fake, subscribe } = await facing({}, { wire })
    const [shardId = ''] = fake.openShardIds()
    fake.put('key', 'last words')
    const children = fake.split(shardId)
    const batches = await take(await subscribe(shardId), Number.POSITIVE_INFINITY)
    expect(batches.flatMap((batch) => [...batch.records]).map(textOf)).toEqual(['last words'])
    expect(batches.at(-1)?.next).toBeUndefined()
    expect(batches.at(-1)?.children.map((child) => child.shardId)).toEqual(children)
    expect(batches.at(-1)?.children.map(({ parents }) => parents)).toEqual([[shardId], [shardId]])
  })

  test('says what went wrong inside it by kind', async () => {
    const { fake, subscribe } = await facing({}, { wire })
    const [shardId = ''] = fake.openShardIds()
    const batches = await subscribe(shardId)
    const taking = take(batches, 1)
    await vi.waitFor(() => expect(fake.counts().openSubscriptions).toHaveLength(1))
    fake.faults.subscriptions({ kind: 'error', type: 'KMSDisabledException', message: 'off' })
    await expect(taking).rejects.toMatchObject({
      kind: 'denied',
      message: "the stream's KMS key is disabled: off",
    })
  })

  test('brings ten thousand records whole and in order', async () => {
    const { fake, subscribe } = await facing({}, { wire })
    const [shardId = ''] = fake.openShardIds()
    fake.preload(
      shardId,
      Array.from({ length: 10_000 }, (_, n) => ({
        partitionKey: 'key',
        data: Buffer.from(`${n} ${'x'.repeat(n % 500)}`),
      })),
    )
    const batches = await take(await subscribe(shardId), 10_000)
    const texts = batches.flatMap((batch) => [...batch.records]).map(textOf)
    expect(texts).toEqual(Array.from({ length: 10_000 }, (_, n) => `${n} ${'x'.repeat(n % 500)}`))
  })
})

test('a hundred subscriptions share four sessions', async () => {
  const { fake, subscribe } = await facing({ shards: 100 })
  const taking = await Promise.all(fake.openShardIds().map((shardId) => subscribe(shardId)))
  expect(taking).toHaveLength(100)
  await vi.waitFor(() => expect(fake.counts().openSubscriptions).toHaveLength(100))
  expect(fake.counts().http2Sessions.opened).toBe(4)
})

test('aborting ends the iteration and lets go of the stream at once, and of no other', async () => {
  const { fake, source, subscribe } = await facing({ shards: 2 })
  const [first = '', second = ''] = fake.openShardIds()
  const abort = new AbortController()
  const { arn } = await source.fanOut.consumer(CONSUMER, abort.signal)
  const options = { consumerArn: arn, position: BEGINNING, signal: abort.signal }
  const batches = await source.fanOut.subscribe(first, options)
  const other = await subscribe(second)
  const taking = take(batches, 1)
  await vi.waitFor(() => expect(fake.counts().openSubscriptions).toHaveLength(2))
  abort.abort()
  expect(await taking).toEqual([])
  await vi.waitFor(() => {
    expect(fake.counts().openSubscriptions.map(({ shardId }) => shardId)).toEqual([second])
  })
  const explicitHashKey = String(fake.shards()[1]?.hashFrom)
  fake.put('key', 'still there', { explicitHashKey })
  expect(Array.from((await take(other, 1))[0]?.records ?? [], textOf)).toEqual(['still there'])
})

test('leaving the iteration lets go of the stream', async () => {
  const { fake, subscribe } = await facing()
  const [shardId = ''] = fake.openShardIds()
  fake.put('key', 'one')
  await take(await subscribe(shardId), 1)
  await vi.waitFor(() => expect(fake.counts().openSubscriptions).toHaveLength(0))
})

test('subscriptions that are over leave nothing on the signal they were given', async () => {
  const { fake, signal, subscribe } = await facing()
  const [shardId = ''] = fake.openShardIds()
  fake.put('key', 'one')
  for (let time = 0; time < 5; time++) await take(await subscribe(shardId), 1)
  await vi.waitFor(() => expect(getEventListeners(signal, 'abort')).toEqual([]))
})

test('35 s without any event are a failure that says so', async () => {
  const { fake, subscribe } = await facing()
  const [shardId = ''] = fake.openShardIds()
  fake.faults.next({ call: 'SubscribeToShard', fault: { kind: 'silence' } })
  await expect(take(await subscribe(shardId), 1)).rejects.toMatchObject({
    kind: 'temporary',
    message: `${fake.endpoint} sent no event for 35 s`,
  })
  await vi.waitFor(() => expect(fake.counts().openSubscriptions).toHaveLength(0))
})

test('nothing is silent while nobody asks for the next event', async () => {
  const { fake, subscribe, pauses } = await facing({ heartbeatMs: 20 })
  const [shardId = ''] = fake.openShardIds()
  fake.put('key', 'one')
  const batches = (await subscribe(shardId))[Symbol.asyncIterator]()
  await batches.next()
  // More than twice the looks that would have been silence.
  await vi.waitFor(() => expect(pauses()).toBeGreaterThan(15), { timeout: 5_000 })
  fake.put('key', 'two')
  const later = await take({ [Symbol.asyncIterator]: () => batches }, 1)
  expect(later.flatMap(({ records }) => [...records]).map(textOf)).toEqual(['two'])
})

test('a connection that is cut is temporary, and the next subscription takes a new one', async () => {
  const { fake, subscribe } = await facing()
  const [shardId = ''] = fake.openShardIds()
  const taking = take(await subscribe(shardId), 1)
  await vi.waitFor(() => expect(fake.counts().openSubscriptions).toHaveLength(1))
  fake.faults.subscriptions({ kind: 'cut' })
  await expect(taking).rejects.toMatchObject({ kind: 'temporary' })
  fake.put('key', 'again')
  const [batch] = await take(await subscribe(shardId), 1)
  expect(Array.from(batch?.records ?? [], textOf)).toEqual(['again'])
})

test('an endpoint that does not answer a subscription is given up', async () => {
  const { fake, subscribe } = await facing({}, { answerWithinMs: 200 })
  const [shardId = ''] = fake.openShardIds()
  fake.faults.next({ call: 'SubscribeToShard', fault: { kind: 'hang' } })
  await expect(subscribe(shardId)).rejects.toMatchObject({
    kind: 'temporary',
    message: `${fake.endpoint} does not answer`,
  })
})

test('a second subscription within 5 s is in use', async () => {
  const { fake, subscribe } = await facing({ resubscribeMs: 5_000 })
  const [shardId = ''] = fake.openShardIds()
  await subscribe(shardId)
  await expect(subscribe(shardId)).rejects.toMatchObject({ kind: 'in_use' })
})

describe('a consumer', () => {
  test('is registered, waited for, and adopted the next time', async () => {
    const { source, signal } = await facing({ registerMs: 30 })
    const first = await source.fanOut.consumer(CONSUMER, signal)
    expect(first).toEqual({ arn: expect.stringContaining(CONSUMER), adopted: false })
    const second = await source.fanOut.consumer(CONSUMER, signal)
    expect(second).toEqual({ arn: first.arn, adopted: true })
  })

  test('that someone else registers at the same time is adopted', async () => {
    const { source, fake, signal } = await facing({ registerMs: 20 })
    fake.faults.next({
      call: 'DescribeStreamConsumer',
      fault: { kind: 'error', type: 'ResourceNotFoundException' },
      times: 2,
    })
    const both = await Promise.all([
      source.fanOut.consumer(CONSUMER, signal),
      source.fanOut.consumer(CONSUMER, signal),
    ])
    expect(new Set(both.map(({ arn }) => arn)).size).toBe(1)
    expect(both.filter(({ adopted }) => !adopted)).toHaveLength(1)
  })

  test('is no longer waited for once the signal aborts', async () => {
    const { source, abort } = await facing({ registerMs: 60_000 })
    const waiting = source.fanOut.consumer(CONSUMER, abort.signal)
    setImmediate(() => abort.abort())
    await expect(waiting).rejects.toMatchObject({ kind: 'temporary' })
  })

  test('of a stream that has twenty is denied, with a way out', async () => {
    const { source, signal } = await facing()
    for (let n = 0; n < 20; n++) await source.fanOut.consumer(`consumer-${n}`, signal)
    await expect(source.fanOut.consumer('one-too-many', signal)).rejects.toMatchObject({
      kind: 'denied',
      remedy: expect.stringMatching(/Deregister .* READ_MODE=polling/),
    })
  })

  test('cannot be where the endpoint has no fan-out', async () => {
    const { source, signal } = await facing({ fanOut: false })
    await expect(source.fanOut.consumer(CONSUMER, signal)).rejects.toMatchObject({
      kind: 'unsupported',
      remedy: 'Set READ_MODE=polling.',
    })
    await expect(
      source.fanOut.subscribe('shardId-000000000000', {
        consumerArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/fake/consumer/c:1',
        position: BEGINNING,
        signal,
      }),
    ).rejects.toMatchObject({ kind: 'unsupported' })
  })
})
