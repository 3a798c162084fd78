import {
  DeregisterStreamConsumerCommand,
  ListStreamConsumersCommand,
  RegisterStreamConsumerCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'
import { describe, expect, test, vi } from 'vitest'
import { eventsUntil, registered, subscribe, textsIn } from './contract-fan-out.testing.ts'
import { refusal } from './contract-reading.testing.ts'
import { FIRST_SHARD, openFake, standingClock } from './fake-client.testing.ts'

const OK = 'was answered'
const never = () => false
const has = (text: string) => (event: SubscribeToShardEvent) => textsIn([event]).includes(text)

describe('consumers', () => {
  test('are CREATING for a while, and cannot subscribe meanwhile', async () => {
    const clock = standingClock()
    const { fake, client } = await openFake({ now: clock.now, registerMs: 1_000 })
    const { Consumer } = await client.send(
      new RegisterStreamConsumerCommand({ StreamARN: fake.streamArn, ConsumerName: 'one' }),
    )
    expect(Consumer?.ConsumerStatus).toBe('CREATING')
    const arn = Consumer?.ConsumerARN ?? ''
    expect(await refusal(subscribe(client, arn, FIRST_SHARD))).toBe('ResourceInUseException')
    clock.pass(1_000)
    expect(await refusal(subscribe(client, arn, FIRST_SHARD))).toBe(OK)
  })

  test('are twenty at most', async () => {
    const { fake, client } = await openFake()
    const StreamARN = fake.streamArn
    const register = (n: number) =>
      refusal(client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: `c${n}` })))
    for (let n = 0; n < 20; n++) expect(await register(n)).toBe(OK)
    expect(await register(20)).toBe('LimitExceededException')
    const { Consumers } = await client.send(new ListStreamConsumersCommand({ StreamARN }))
    expect(Consumers).toHaveLength(20)
  })

  test('are unknown where there is no fan-out', async () => {
    const { fake, client } = await openFake({ fanOut: false })
    const command = new RegisterStreamConsumerCommand({
      StreamARN: fake.streamArn,
      ConsumerName: 'one',
    })
    expect(await refusal(client.send(command))).toBe('UnknownOperationException')
  })
})

describe.each(['http1', 'http2'] as const)('a subscription over %s', (speaks) => {
  const subscribed = async (options: Parameters<typeof openFake>[0] = {}) => {
    const clock = standingClock()
    const opened = await openFake({ now: clock.now, ...options }, speaks)
    const arn = await registered(opened.client, opened.fake.streamArn, 'one')
    const open = () => subscribe(opened.client, arn, FIRST_SHARD)
    return { ...opened, clock, arn, open, events: await open() }
  }

  test('is refused again within five seconds; after that a call takes over', async () => {
    const { clock, open, events, fake } = await subscribed()
    clock.pass(4_999)
    expect(await refusal(open())).toBe('ResourceInUseException')
    clock.pass(1)
    const second = await open()
    expect(await eventsUntil(events, never)).toEqual([])
    expect(fake.counts().openSubscriptions).toEqual([{ shardId: FIRST_SHARD, consumerName: 'one' }])
    fake.put('k', 'a')
    expect(textsIn(await eventsUntil(second, has('a')))).toEqual(['a'])
  })

  test('ends with an exception when its consumer is deregistered', async () => {
    const { client, arn, events } = await subscribed()
    await client.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }))
    expect(await refusal(eventsUntil(events, never))).toBe('ResourceNotFoundException')
  })

  test('ends after its time', async () => {
    const { fake, events } = await subscribed({ subscriptionMs: 50 })
    fake.put('k', 'a')
    const seen = await eventsUntil(events, never)
    expect(textsIn(seen)).toEqual(['a'])
    expect(seen.at(-1)?.ContinuationSequenceNumber).toBeDefined()
    expect(fake.counts().openSubscriptions).toEqual([])
  })

  test('says an exception of the service in mid-stream', async () => {
    const { fake, events } = await subscribed()
    expect(fake.faults.subscriptions({ kind: 'error', type: 'KMSDisabledException' })).toBe(1)
    expect(await refusal(eventsUntil(events, never))).toBe('KMSDisabledException')
  })

  test('can be cut in mid-stream', async () => {
    const { fake, events } = await subscribed()
    const seen = refusal(eventsUntil(events, never))
    fake.faults.subscriptions({ kind: 'cut' }, FIRST_SHARD)
    // The SDK takes a reset HTTP/2 connection for an end of the events.
    expect(await seen).toBe(speaks === 'http2' ? OK : 'Error')
    expect(fake.counts().openSubscriptions).toEqual([])
  })

  test('that is silenced sends nothing any more, and stays open', async () => {
    const { fake, events } = await subscribed({ heartbeatMs: 20 })
    const iterator = events[Symbol.asyncIterator]()
    await iterator.next()
    fake.faults.subscriptions({ kind: 'silence' })
    fake.put('k', 'a')
    const next = iterator.next().then(({ value }) => textsIn([value?.SubscribeToShardEvent ?? {}]))
    const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'))
    expect(await Promise.race([next, silence])).toBe('silence')
    expect(fake.counts().openSubscriptions).toHaveLength(1)
  })

  // Over HTTP/2 neither leaving the loop nor destroying the client ends it: only an abort does.
  test('is over for the stream when its client aborts', async () => {
    const { fake, client, arn, clock } = await subscribed({ heartbeatMs: 20 })
    clock.pass(5_000)
    const abort = new AbortController()
    const position = { Type: 'LATEST' } as const
    const events = await subscribe(client, arn, FIRST_SHARD, position, abort.signal)
    await eventsUntil(events, () => true)
    abort.abort()
    await vi.waitFor(() => expect(fake.counts().openSubscriptions).toEqual([]))
  })

  test('sends each record once and in order, however many', async () => {
    const { fake, events } = await subscribed()
    const texts = Array.from({ length: 5_000 }, (_, n) => `record ${n}`)
    for (const text of texts) fake.put('k', text)
    expect(textsIn(await eventsUntil(events, has('record 4999')))).toEqual(texts)
  })
})

test('a subscription by script is silent from its beginning', async () => {
  const { fake, client } = await openFake({ heartbeatMs: 10 })
  const arn = await registered(client, fake.streamArn, 'one')
  fake.put('k', 'a')
  fake.faults.next({ call: 'SubscribeToShard', fault: { kind: 'silence' } })
  const events = await subscribe(client, arn, FIRST_SHARD)
  const silence = new Promise((resolve) => setTimeout(resolve, 60, 'silence'))
  expect(await Promise.race([eventsUntil(events, () => true), silence])).toBe('silence')
})
