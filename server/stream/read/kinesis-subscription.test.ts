import { Readable } from 'node:stream'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import { expect, test } from 'vitest'
import { subscriptionBatches } from './kinesis-subscription.ts'

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

/** What a subscription that sends `frames` brings. */
async function read(...frames: Buffer[]) {
  const { signal } = new AbortController()
  let malformed = 0
  const place = { streamName: 'fake', region: 'us-east-1', endpoint: undefined }
  const batches = subscriptionBatches(Readable.from(frames), {
    place,
    ports: { pause: () => new Promise(() => {}), random: () => 0 },
    signal,
    onMalformed: () => {
      malformed += 1
    },
  })
  const nexts: (string | undefined)[] = []
  try {
    for await (const { next } of batches) nexts.push(next)
    return { nexts, malformed }
  } catch (error) {
    return { nexts, malformed, error }
  }
}

const GOOD = event('{"Records":[],"ContinuationSequenceNumber":"7","MillisBehindLatest":0}')

test('events of other kinds are passed over', async () => {
  const others = [event('{}', 'initial-response'), event('what?', 'SomethingNew')]
  expect(await read(...others, GOOD)).toEqual({ nexts: ['7'], malformed: 0 })
})

test('an event without anything in it is not the end of a shard', async () => {
  const { nexts, error } = await read(GOOD, event('{}'))
  expect(nexts).toEqual(['7'])
  expect(error).toMatchObject({ kind: 'temporary' })
})

test.each([
  ['CBOR', Buffer.from('a1675265636f72647381', 'hex'), 1],
  ['JSON', '{"Records":[', 0],
])(
  'an event of malformed %s is a temporary trouble that says so',
  async (_name, body, malformed) => {
    const got = await read(GOOD, event(body))
    expect(got).toMatchObject({ nexts: ['7'], malformed })
    expect(got.error).toMatchObject({
      kind: 'temporary',
      message: expect.stringMatching(
        /^Amazon Kinesis in us-east-1 sent an event that cannot be read/,
      ),
    })
  },
)

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
  expect((await read(GOOD, frame(headers, body))).error).toMatchObject(told)
})

test('a stream that ends in the middle of an event was cut', async () => {
  const { nexts, error } = await read(GOOD, GOOD.subarray(0, 40))
  expect(nexts).toEqual(['7'])
  expect(error).toMatchObject({
    kind: 'temporary',
    message: expect.stringMatching(/cut in the middle of an event$/),
  })
})
