import { Readable } from 'node:stream'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import { expect, test } from 'vitest'
import { subscriptionBatches } from './kinesis-subscription.ts'
import { createWireChoice } from './kinesis-wire.ts'

const codec = new EventStreamCodec(toUtf8, fromUtf8)

const frame = (headers: Record<string, string>, body: string | Buffer): Buffer => {
  const texts = Object.entries(headers).map(
    ([name, value]) => [name, { type: 'string', value }] as const,
  )
  return Buffer.from(
    codec.encode({ headers: Object.fromEntries(texts), body: Buffer.from(body as string) }),
  )
}

const event = (body: string | Buffer, type = 'SubscribeToShardEvent') =>
  frame({ ':message-type': 'event', ':event-type': type }, body)

const place = { streamName: 'fake', region: 'us-east-1', endpoint: undefined }

/** What a subscription that sends `frames` brings. */
async function read(wire: ReturnType<typeof createWireChoice>, ...frames: Buffer[]) {
  const { signal } = new AbortController()
  const batches = subscriptionBatches(Readable.from(frames), {
    place,
    ports: { pause: () => new Promise(() => {}), random: () => 0 },
    signal,
    wire,
  })
  const nexts: (string | undefined)[] = []
  try {
    for await (const { next } of batches) nexts.push(next)
    return { nexts }
  } catch (error) {
    return { nexts, error }
  }
}

const reading = (...frames: Buffer[]) => read(createWireChoice(place), ...frames)

const GOOD = event('{"Records":[],"ContinuationSequenceNumber":"7","MillisBehindLatest":0}')

test('events of other kinds are passed over', async () => {
  const others = [event('{}', 'initial-response'), event('what?', 'SomethingNew')]
  expect(await reading(...others, GOOD)).toEqual({ nexts: ['7'] })
})

test('an event without anything in it is not the end of a shard', async () => {
  const { nexts, error } = await reading(GOOD, event('{}'))
  expect(nexts).toEqual(['7'])
  expect(error).toMatchObject({ kind: 'temporary' })
})

test.each([
  ['CBOR', Buffer.from('a1675265636f72647381', 'hex')],
  ['JSON', '{"Records":['],
])('an event of malformed %s is a temporary trouble that says so', async (_name, body) => {
  const got = await reading(GOOD, event(body))
  expect(got.nexts).toEqual(['7'])
  expect(got.error).toMatchObject({
    kind: 'temporary',
    message: expect.stringMatching(
      /^Amazon Kinesis in us-east-1 sent an event that cannot be read/,
    ),
  })
})

/** `{Records: []}`, the same without its end, and `{Records: 1}`. */
const CBOR = {
  good: Buffer.from('a1675265636f72647380', 'hex'),
  cut: Buffer.from('a1675265636f726473', 'hex'),
  other: Buffer.from('a1675265636f72647301', 'hex'),
}

test('12: events that are cut leave the wire as it is, however many come', async () => {
  const wire = createWireChoice(place)
  await read(wire, event(CBOR.good))
  for (let n = 0; n < 20; n++) await read(wire, event(CBOR.cut))
  expect([wire.spoken(), wire.notice()]).toEqual(['cbor', null])
})

test('12: whole events of another shape on end turn it to JSON, and one that is understood between does not let them', async () => {
  const wire = createWireChoice(place)
  for (let n = 0; n < 6; n++) await read(wire, event(n % 3 === 2 ? CBOR.good : CBOR.other))
  expect(wire.spoken()).toBe('cbor')
  for (let n = 0; n < 3; n++) await read(wire, event(CBOR.other))
  expect(wire.spoken()).toBe('json')
  expect(wire.notice()).toMatch(/does not speak CBOR as Kinesis does .*number.*: records are read/)
})

test.each([
  [
    { ':message-type': 'exception', ':exception-type': 'KMSNotFoundException' },
    '{"message":"no key"}',
    { kind: 'denied', message: "the stream's KMS key is not there: no key" },
  ],
  [
    { ':message-type': 'exception', ':exception-type': 'ResourceInUseException' },
    Buffer.from('a1676d65737361676563776879', 'hex'),
    { kind: 'in_use', message: expect.stringMatching(/: why$/) },
  ],
  [
    { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'oh' },
    '',
    { kind: 'temporary', message: expect.stringMatching(/has trouble of its own: oh$/) },
  ],
])('an error in the stream is told by kind: %o', async (headers, body, told) => {
  expect((await reading(GOOD, frame(headers, body))).error).toMatchObject(told)
})

test('a stream that ends in the middle of an event was cut', async () => {
  const { nexts, error } = await reading(GOOD, GOOD.subarray(0, 40))
  expect(nexts).toEqual(['7'])
  expect(error).toMatchObject({
    kind: 'temporary',
    message: expect.stringMatching(/cut in the middle of an event$/),
  })
})
