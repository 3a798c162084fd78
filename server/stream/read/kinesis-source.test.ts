import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createKinesisSource } from './kinesis-source.ts'
import type { SourceError, StreamSource } from './stream-source.ts'

let server: Server | undefined
let source: StreamSource | undefined
afterEach(() => {
  vi.unstubAllEnvs()
  source?.close()
  server?.closeAllConnections()
  server?.close()
})

/** A source before an endpoint that behaves as told. */
async function facing(
  behave: RequestListener,
  { scheme = 'http', answerWithinMs = 20_000 } = {},
): Promise<StreamSource> {
  const listening = createServer(behave)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  source = createKinesisSource({
    streamName: 'clickstream',
    region: 'us-east-1',
    endpoint: `${scheme}://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    answerWithinMs,
  })
  return source
}

const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error('it should have failed')
    },
    (error: SourceError) => ({ kind: error.kind, problem: error.message }),
  )

/** Who does not answer is waited for in vain. */
const SOON = { answerWithinMs: 300 }

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' }

describe('an endpoint', () => {
  test('that takes a request and never answers is given up', async () => {
    const silent = await facing(() => {}, SOON)
    expect(await problemOf(silent.describe())).toEqual({
      kind: 'temporary',
      problem: expect.stringMatching(/^http:\S+ does not answer$/),
    })
  })

  test('that stops in the middle of an answer is given up', async () => {
    const stalled = await facing((_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': 1_000 })
      response.write('{"Records":[')
    }, SOON)
    expect(await problemOf(stalled.read('iterator', { limit: 10_000 }))).toMatchObject({
      kind: 'temporary',
      problem: expect.stringMatching(/does not answer$/),
    })
  })

  test('that hangs up is said to have done so', async () => {
    const cut = await facing((request) => request.socket.destroy())
    expect(await problemOf(cut.read('iterator', { limit: 10_000 }))).toEqual({
      kind: 'temporary',
      problem: expect.stringMatching(/^http:\S+ ended the connection in mid-answer$/),
    })
  })

  test('that answers with nothing neither ends a shard nor makes the stream another one', async () => {
    const empty = await facing((_request, response) => {
      response.writeHead(200, JSON_TYPE).end('{}')
    })
    const calls = [
      () => empty.read('iterator', { limit: 10_000 }),
      () => empty.describe(),
      () => empty.listShards(),
      () => empty.iterator('shard', { kind: 'trim_horizon' }),
    ]
    for (const call of calls) expect(await problemOf(call())).toMatchObject({ kind: 'temporary' })
  })

  test.each([
    [500, 'InternalFailure', 'temporary'],
    [503, 'ServiceUnavailable', 'temporary'],
    [400, 'ProvisionedThroughputExceededException', 'throttled'],
    [400, 'ExpiredIteratorException', 'expired_iterator'],
    [400, 'ResourceNotFoundException', 'gone'],
    [400, 'AccessDeniedException', 'denied'],
  ])('that answers %i %s is told by kind, %s', async (status, type, kind) => {
    const failing = await facing((_request, response) => {
      response.writeHead(status, JSON_TYPE).end(JSON.stringify({ __type: type, message: 'why' }))
    })
    expect(await problemOf(failing.read('iterator', { limit: 10_000 }))).toMatchObject({ kind })
  })

  test.each([
    [502, '<html>Bad gateway</html>'],
    [404, ''],
    [404, '{"error":"no such path"}'],
  ])('that is no Kinesis at all is said in plain words: %i %s', async (status, body) => {
    const web = await facing((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(body)
    })
    const { problem } = await problemOf(web.describe())
    expect(problem).toMatch(
      new RegExp(`^http:\\S+ answers with status ${status}, not as Kinesis does$`),
    )
  })

  test('that speaks no TLS is said in plain words', async () => {
    const plain = await facing(() => {}, { scheme: 'https', ...SOON })
    const { problem } = await problemOf(plain.describe())
    expect(problem).toMatch(/^https:\S+ does not speak https$/)
  })
})

test('a region that is not set anywhere is asked for', async () => {
  const place = { streamName: 'clickstream', region: undefined, endpoint: undefined }
  vi.stubEnv('AWS_REGION', '')
  source = createKinesisSource(place)
  await expect(source.describe()).rejects.toMatchObject({
    message: 'no AWS region is set',
    remedy: 'Set AWS_REGION, such as AWS_REGION=eu-west-1, and start Kinesight anew.',
  })
})

test('what is no region is named', async () => {
  const place = { streamName: 'clickstream', region: 'eu west!', endpoint: undefined }
  source = createKinesisSource(place)
  await expect(source.describe()).rejects.toMatchObject({
    message: '“eu west!” is no AWS region',
    remedy: expect.stringMatching(/^Correct AWS_REGION/),
  })
})

/** An endpoint that describes the stream by these answers, one after the other, the last for ever. */
async function describing(...summaries: object[]) {
  let calls = 0
  const described = await facing((_request, response) => {
    const summary = summaries[Math.min(calls++, summaries.length - 1)]
    response.writeHead(200, JSON_TYPE)
    response.end(JSON.stringify({ StreamDescriptionSummary: summary }))
  })
  return { described, calls: () => calls }
}

const T = 1_700_000_000
const summary = (createdAt: unknown, more: object = {}) => ({
  StreamName: 'clickstream',
  StreamStatus: 'ACTIVE',
  StreamCreationTimestamp: createdAt,
  ...more,
})

describe('9: a description of the stream', () => {
  test('is asked for twice at first, and then once while it stays', async () => {
    const { described, calls } = await describing(summary(T))
    for (let n = 0; n < 3; n++) {
      expect(await described.describe()).toMatchObject({ status: 'ACTIVE', createdMs: T * 1_000 })
    }
    expect(calls()).toBe(4)
  })

  test.each([
    ['at first', []],
    ['later', [summary(T), summary(T)]],
  ])('that tells another time of creation once, %s, is not believed', async (_name, before) => {
    const { described } = await describing(...before, summary(T + 100), summary(T))
    for (const _ of before.slice(1)) await described.describe()
    await expect(described.describe()).rejects.toMatchObject({
      kind: 'contradicting',
      message: 'clickstream is said to be created at two times',
    })
    expect((await described.describe()).createdMs).toBe(T * 1_000)
  })

  test('that tells another time again and again is of another stream', async () => {
    const { described, calls } = await describing(summary(T), summary(T), summary(T + 100))
    expect((await described.describe()).createdMs).toBe(T * 1_000)
    expect((await described.describe()).createdMs).toBe((T + 100) * 1_000)
    expect(calls()).toBe(5)
    expect((await described.describe()).createdMs).toBe((T + 100) * 1_000)
    expect(calls()).toBe(6)
  })

  test('of another name is not of this stream', async () => {
    const { described } = await describing(summary(T, { StreamName: 'other' }))
    await expect(described.describe()).rejects.toMatchObject({
      kind: 'contradicting',
      message: 'clickstream was asked for, and other is described',
    })
  })

  test.each([undefined, null, 0, -1])('that was created at %s is none', async (createdAt) => {
    const { described } = await describing(summary(createdAt))
    await expect(described.describe()).rejects.toMatchObject({ kind: 'temporary' })
  })
})

test('9: an iterator that is empty is none', async () => {
  const empty = await facing((_request, response) => {
    response.writeHead(200, JSON_TYPE).end('{"ShardIterator":""}')
  })
  await expect(empty.iterator('shard', { kind: 'trim_horizon' })).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('not as Kinesis does'),
  })
})
