import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Wire } from '../../../lib/frames.ts'
import {
  type FakeKinesisOptions,
  startFakeKinesis,
} from '../../../testing/fake-kinesis/start-fake-kinesis.ts'
import type { KinesisPlace } from './kinesis-place.ts'
import { createKinesisSource } from './kinesis-source.ts'
import type { StreamRecord, StreamSource } from './stream-source.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const LIMIT = { limit: 10_000 }

function sourceOf(place: Partial<KinesisPlace>): StreamSource {
  const source = createKinesisSource({
    streamName: 'fake',
    region: 'us-east-1',
    endpoint: undefined,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // Longer than a busy machine takes; a test of silence says less.
    answerWithinMs: 20_000,
    ...place,
  })
  closers.push(() => source.close())
  return source
}

async function facing(options: FakeKinesisOptions = {}, place: Partial<KinesisPlace> = {}) {
  const fake = await startFakeKinesis(options)
  closers.push(() => fake.close())
  const source = sourceOf({ endpoint: fake.endpoint, ...place })
  const [shardId = ''] = fake.openShardIds()
  const iterator = () => source.iterator(shardId, { kind: 'trim_horizon' })
  return { fake, source, shardId, iterator }
}

const textOf = ({ data }: StreamRecord) => Buffer.from(data).toString()

describe.each<Wire>(['cbor', 'json'])('records read by %s', (wire) => {
  test('come as they were put', async () => {
    const { fake, source, iterator } = await facing({}, { wire })
    const put = [
      ['a key', 'text'],
      ['ключ 🔑', 'Grüße'],
      ['empty', ''],
    ] as const
    for (const [key, data] of put) fake.put(key, data)
    const { records, next, children, millisBehindLatest, full, answeredAt, bytes } =
      await source.read(await iterator(), LIMIT)
    expect(Array.from(records, (record) => [record.partitionKey, textOf(record)])).toEqual(put)
    for (const { arrivedAt } of records) {
      expect(Math.abs(arrivedAt - (answeredAt ?? 0))).toBeLessThan(60_000)
    }
    expect({ next, children, millisBehindLatest, full }).toEqual({
      next: expect.stringMatching(/./),
      children: [],
      millisBehindLatest: 0,
      full: false,
    })
    expect((answeredAt ?? 1) % 1_000).toBe(0)
    expect(bytes).toBeGreaterThan(10)
  })

  test('are full at the limit, and go on behind it', async () => {
    const { fake, source, iterator } = await facing({}, { wire })
    for (let n = 0; n < 3; n++) fake.put('key', String(n))
    const first = await source.read(await iterator(), { limit: 2 })
    expect(Array.from(first.records, textOf)).toEqual(['0', '1'])
    expect(first.full).toBe(true)
    const second = await source.read(first.next ?? '', { limit: 2 })
    expect(Array.from(second.records, textOf)).toEqual(['2'])
    expect(second.full).toBe(false)
  })

  test('are full when the answer is cut by its size', async () => {
    const { fake, source, iterator } = await facing({}, { wire })
    const data = Buffer.alloc(1_000_000, 'x')
    for (let n = 0; n < 12; n++) fake.put('key', data)
    const first = await source.read(await iterator(), LIMIT)
    expect(first.records).toHaveLength(10)
    expect(first.full).toBe(true)
    expect(first.bytes).toBeGreaterThan(10_000_000)
    expect([...first.records].every((record) => data.equals(record.data))).toBe(true)
    const second = await source.read(first.next ?? '', LIMIT)
    expect(second.records).toHaveLength(2)
    expect(second.full).toBe(false)
  })

  test('end with the children of the shard', async () => {
    const { fake, source, shardId, iterator } = await facing({ shardEnd: 'with_records' }, { wire })
    fake.put('key', 'last')
    const children = fake.split(shardId)
    const last = await source.read(await iterator(), LIMIT)
    expect(Array.from(last.records, textOf)).toEqual(['last'])
    expect(last.next).toBeUndefined()
    expect(last.children).toEqual(children.map((child) => ({ shardId: child, parents: [shardId] })))
  })

  test('are refused by kind', async () => {
    const { fake, source, iterator } = await facing({}, { wire })
    const at = await iterator()
    fake.faults.next({
      call: 'GetRecords',
      fault: { kind: 'error', type: 'ExpiredIteratorException' },
    })
    await expect(source.read(at, LIMIT)).rejects.toMatchObject({ kind: 'expired_iterator' })
  })

  test.each([
    ['that never comes', { kind: 'hang' }, /does not answer$/],
    [
      'that is cut before it',
      { kind: 'cut', when: 'before' },
      /ended the connection in mid-answer$/,
    ],
    [
      'that is cut in the middle',
      { kind: 'cut', when: 'mid_answer' },
      /ended the connection in mid-answer$/,
    ],
    [
      'of a proxy',
      { kind: 'status', status: 502, body: '<html>' },
      /status 502, not as Kinesis does$/,
    ],
  ] as const)('by an answer %s are a temporary trouble', async (_name, fault, message) => {
    const { fake, source, iterator } = await facing({}, { wire, answerWithinMs: 1_000 })
    for (let n = 0; n < 100; n++) fake.put('key', 'x'.repeat(1_000))
    const at = await iterator()
    fake.faults.next({ call: 'GetRecords', fault, times: 2 })
    await expect(source.read(at, LIMIT)).rejects.toMatchObject({
      kind: 'temporary',
      message: expect.stringMatching(message),
    })
    fake.faults.clear()
    expect((await source.read(at, LIMIT)).records).toHaveLength(100)
  })

  test('are no longer waited for once the signal aborts', async () => {
    const { fake, source, iterator } = await facing({}, { wire, answerWithinMs: 60_000 })
    const at = await iterator()
    fake.faults.next({ call: 'GetRecords', fault: { kind: 'hang' } })
    const abort = new AbortController()
    const reading = source.read(at, { ...LIMIT, signal: abort.signal })
    await vi.waitFor(() => expect(fake.faults.pending()).toEqual([]))
    abort.abort()
    await expect(reading).rejects.toMatchObject({
      kind: 'temporary',
      message: 'the call was ended from here',
    })
  })
})

test('reads of nothing keep to one connection', async () => {
  const { fake, source, iterator } = await facing()
  let at = await iterator()
  for (let n = 0; n < 300; n++) at = (await source.read(at, LIMIT)).next ?? ''
  expect(fake.counts().sockets.opened).toBe(1)
})

describe('a connection that was closed while it was idle', () => {
  const cut = { kind: 'cut', when: 'before' } as const

  test.each<Wire>(['cbor', 'json'])(
    'is no trouble: the read goes by another one, by %s',
    async (wire) => {
      const { fake, source, iterator } = await facing({}, { wire })
      fake.put('key', 'text')
      const at = await iterator()
      fake.faults.next({ call: 'GetRecords', fault: cut })
      expect((await source.read(at, LIMIT)).records).toHaveLength(1)
      expect(source.repeatedCalls()).toBe(1)
      expect(fake.faults.pending()).toEqual([])
    },
  )

  test('is no trouble of any call that only reads', async () => {
    const { fake, source, shardId } = await facing()
    await source.describe()
    for (const call of ['DescribeStreamSummary', 'ListShards', 'GetShardIterator']) {
      fake.faults.next({ call, fault: cut })
    }
    await source.describe()
    await source.listShards()
    await source.iterator(shardId, { kind: 'trim_horizon' })
    expect(source.repeatedCalls()).toBe(3)
  })

  test('is told from one that is cut at its first call, or in the midst of an answer, or again', async () => {
    const { fake, source, iterator } = await facing()
    for (let n = 0; n < 100; n++) fake.put('key', 'x'.repeat(1_000))
    fake.faults.next({ call: 'GetShardIterator', fault: cut })
    await expect(iterator()).rejects.toMatchObject({ kind: 'temporary' })
    const at = await iterator()
    fake.faults.next({ call: 'GetRecords', fault: { kind: 'cut', when: 'mid_answer' } })
    await expect(source.read(at, LIMIT)).rejects.toMatchObject({ kind: 'temporary' })
    expect(source.repeatedCalls()).toBe(0)
    await iterator()
    fake.faults.next({ call: 'GetRecords', times: 2, fault: cut })
    await expect(source.read(at, LIMIT)).rejects.toMatchObject({ kind: 'temporary' })
    expect(source.repeatedCalls()).toBe(1)
  })

  test('is trouble of a call that changes something', async () => {
    const { fake, source } = await facing()
    await source.describe()
    fake.faults.next({ call: 'RegisterStreamConsumer', fault: cut })
    const { signal } = new AbortController()
    await source.fanOut.consumer('kinesight', signal).catch(() => {})
    expect(source.repeatedCalls()).toBe(0)
  })
})

interface Answered {
  status?: number
  type: string
  body: string | Buffer
  date?: string
}

/** An endpoint that answers as told; remembers the content types it was asked with. */
async function answering(answer: (request: IncomingMessage) => Answered | Promise<Answered>) {
  const asked: (string | undefined)[] = []
  const requests: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    asked.push(request.headers['content-type'])
    requests.push(request)
    request.resume().on('end', async () => {
      const { status = 200, type, body, date } = await answer(request)
      if (date !== undefined) response.setHeader('date', date)
      response.writeHead(status, { 'content-type': type }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const notices: string[] = []
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const source = sourceOf({ endpoint, onNotice: (text) => notices.push(text) })
  return { source, asked, requests, notices, endpoint }
}

const CBOR_TYPE = 'application/x-amz-cbor-1.1'
const JSON_TYPE = 'application/x-amz-json-1.1'
const EMPTY = '{"Records":[],"NextShardIterator":"next","MillisBehindLatest":0}'
const refusing = (type: string) => JSON.stringify({ __type: type, message: 'why' })
/** `{Records: []}`, the same without its end and with another beginning, and `{Records: {}}`. */
const CBOR = {
  good: Buffer.from('a1675265636f72647380', 'hex'),
  cut: Buffer.from('a1675265636f726473', 'hex'),
  garbled: Buffer.from('ff675265636f72647380', 'hex'),
  other: Buffer.from('a1675265636f726473a0', 'hex'),
}
const byCbor = ({ headers }: IncomingMessage) => headers['content-type'] === CBOR_TYPE

describe('an endpoint', () => {
  test.each([
    ['answers JSON to CBOR', 200, EMPTY],
    ['answers 415', 415, ''],
    ['cannot read it', 400, refusing('SerializationException')],
    ['takes it for an unknown call', 400, refusing('UnknownOperationException')],
  ])(
    'that %s is spoken to in JSON from then on, and this is said once',
    async (_name, status, body) => {
      const { source, asked, notices, endpoint } = await answering((request) =>
        byCbor(request) ? { status, type: JSON_TYPE, body } : { type: JSON_TYPE, body: EMPTY },
      )
      for (let n = 0; n < 3; n++) {
        expect(await source.read('iterator', LIMIT)).toMatchObject({ records: [], next: 'next' })
      }
      expect(asked).toEqual([CBOR_TYPE, JSON_TYPE, JSON_TYPE, JSON_TYPE])
      expect(notices).toEqual([
        `${endpoint} does not speak CBOR: records are read as JSON, which takes more of the processor.`,
      ])
    },
  )

  test('that refuses in JSON what was asked in CBOR is understood, and asked in CBOR again', async () => {
    const { source, asked, notices } = await answering(() => ({
      status: 400,
      type: JSON_TYPE,
      body: refusing('ProvisionedThroughputExceededException'),
    }))
    for (let n = 0; n < 2; n++) {
      await expect(source.read('iterator', LIMIT)).rejects.toMatchObject({ kind: 'throttled' })
    }
    expect(asked).toEqual([CBOR_TYPE, CBOR_TYPE])
    expect(notices).toEqual([])
  })

  test('is not given up for JSON by one answer of something in between', async () => {
    let calls = 0
    const { source, asked, notices } = await answering(() =>
      calls++ === 1
        ? { status: 502, type: 'text/html', body: '<html>' }
        : {
            type: calls === 3 ? JSON_TYPE : CBOR_TYPE,
            body: calls === 3 ? EMPTY : Buffer.from('a1675265636f72647380', 'hex'),
          },
    )
    for (let n = 0; n < 3; n++) await source.read('iterator', LIMIT)
    expect(asked).toEqual([CBOR_TYPE, CBOR_TYPE, JSON_TYPE, CBOR_TYPE])
    expect(notices).toEqual([])
  })

  test.each([
    ['cut off', CBOR.cut],
    ['garbled', CBOR.garbled],
    ['followed by more', Buffer.concat([CBOR.good, Buffer.of(0)])],
    ['empty', Buffer.alloc(0)],
  ])(
    '12: whose CBOR is %s is asked in CBOR again, however often, also at once',
    async (_name, broken) => {
      let calls = 0
      const { source, asked, notices, endpoint } = await answering(() => ({
        type: CBOR_TYPE,
        body: calls++ === 0 ? CBOR.good : broken,
      }))
      await source.read('iterator', LIMIT)
      const broke = Array.from({ length: 25 }, () => source.read('iterator', LIMIT))
      for (const each of broke) {
        await expect(each).rejects.toMatchObject({
          kind: 'temporary',
          message: expect.stringContaining(
            `${endpoint} sent an answer that cannot be read: malformed CBOR`,
          ),
        })
      }
      expect(new Set(asked)).toEqual(new Set([CBOR_TYPE]))
      expect(notices).toEqual([])
      expect(source.wire()).toEqual({ spoken: 'cbor', notice: null })
    },
  )

  test('12: of which no CBOR was ever understood is read as JSON after ten broken answers on end', async () => {
    const { source, asked, notices } = await answering((request) =>
      byCbor(request) ? { type: CBOR_TYPE, body: CBOR.cut } : { type: JSON_TYPE, body: EMPTY },
    )
    for (let n = 0; n < 9; n++) {
      await expect(source.read('iterator', LIMIT)).rejects.toMatchObject({ kind: 'temporary' })
    }
    for (let n = 0; n < 2; n++) expect((await source.read('iterator', LIMIT)).next).toBe('next')
    expect(asked.slice(-3)).toEqual([CBOR_TYPE, JSON_TYPE, JSON_TYPE])
    expect(notices).toHaveLength(1)
  })

  test.each([
    ['another shape', CBOR.other, 'an array'],
    ['no records', Buffer.of(0xa0), 'no Records'],
  ])(
    '12: that sends whole CBOR with %s is read as JSON after three on end, and it is said why',
    async (_name, other, why) => {
      let calls = 0
      const { source, asked, notices, endpoint } = await answering((request) => {
        if (!byCbor(request)) return { type: JSON_TYPE, body: EMPTY }
        // One that is understood begins the count anew.
        return { type: CBOR_TYPE, body: [0, 3].includes(calls++) ? CBOR.good : other }
      })
      for (let n = 0; n < 8; n++) {
        expect((await source.read('iterator', LIMIT)).records).toHaveLength(0)
      }
      expect(asked.filter((type) => type === CBOR_TYPE)).toHaveLength(7)
      expect(asked.slice(-3)).toEqual([CBOR_TYPE, JSON_TYPE, JSON_TYPE])
      expect(notices).toEqual([
        expect.stringContaining(`${endpoint} does not speak CBOR as Kinesis does (`),
      ])
      expect(notices[0]).toContain(why)
      expect(source.wire()).toEqual({ spoken: 'json', notice: notices[0] })
    },
  )

  test('12: that speaks CBOR is not given up for JSON by a page of something in between at its first call', async () => {
    let calls = 0
    const { source, asked, notices } = await answering((request) => {
      if (calls++ === 0) return { type: 'text/html', body: '<html>Sign in</html>' }
      return byCbor(request)
        ? { type: CBOR_TYPE, body: CBOR.good }
        : { type: JSON_TYPE, body: EMPTY }
    })
    for (let n = 0; n < 2; n++) await source.read('iterator', LIMIT)
    expect(asked).toEqual([CBOR_TYPE, JSON_TYPE, CBOR_TYPE])
    expect(notices).toEqual([])
  })

  test('12: that was understood while another shard found out otherwise stays with JSON', async () => {
    let letGo = (): void => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    let calls = 0
    const { source, asked } = await answering(async (request) => {
      const call = calls++
      if (!byCbor(request)) return { type: JSON_TYPE, body: EMPTY }
      if (call === 0) await held
      return call === 0
        ? { type: CBOR_TYPE, body: CBOR.good }
        : { status: 415, type: JSON_TYPE, body: '' }
    })
    const first = source.read('iterator', LIMIT)
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    await source.read('iterator', LIMIT)
    letGo()
    await first
    expect(source.wire().spoken).toBe('json')
    await source.read('iterator', LIMIT)
    expect(asked.at(-1)).toBe(JSON_TYPE)
  })

  test('gets every call signed with what it says', async () => {
    const { source, requests } = await answering(() => ({
      type: CBOR_TYPE,
      body: Buffer.from('a1675265636f72647380', 'hex'),
    }))
    await source.read('first', LIMIT)
    await source.read('second', LIMIT)
    const signatures = requests.map(
      ({ headers }) => /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1],
    )
    expect(new Set(signatures).size).toBe(2)
    for (const { headers } of requests) {
      expect(headers).toMatchObject({
        'content-type': CBOR_TYPE,
        'x-amz-target': 'Kinesis_20131202.GetRecords',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/us-east-1\/kinesis\/aws4_request, SignedHeaders=.*content-type;host;/,
        ),
      })
    }
  })

  test('whose clock is an hour ahead gets the next call signed by its time', async () => {
    const hourMs = 3_600_000
    const { source, requests } = await answering(({ headers }) => ({
      type: CBOR_TYPE,
      body: Buffer.from('a1675265636f72647380', 'hex'),
      date: new Date(signedAt(headers) + hourMs).toUTCString(),
    }))
    const { answeredAt = 0 } = await source.read('first', LIMIT)
    await source.read('second', LIMIT)
    const [first = 0, second = 0] = requests.map(({ headers }) => signedAt(headers))
    expect(Math.abs(answeredAt - first - hourMs)).toBeLessThan(5_000)
    expect(Math.abs(second - first - hourMs)).toBeLessThan(60_000)
  })
})

/** `20261123T220000Z`. */
const signedAt = (headers: IncomingMessage['headers']): number =>
  Date.parse(
    String(headers['x-amz-date']).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
