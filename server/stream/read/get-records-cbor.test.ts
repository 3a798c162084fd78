import { cbor, tag } from '@smithy/core/cbor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCbor } from './cbor-encode.ts'
import { CborError } from './cbor-head.ts'
import { decodePage, decodeRefusal } from './get-records-cbor.ts'
import type { StreamRecord } from './stream-source.ts'

const digits = fc.stringMatching(/^\d{1,56}$/)
const record = fc.record({
  sequenceNumber: digits,
  arrivedAt: fc.integer({ min: 1_300_000_000_000, max: 4_000_000_000_000 }),
  partitionKey: fc.string({ unit: 'grapheme', maxLength: 40 }),
  data: fc.uint8Array({ maxLength: 300 }),
})
const child = fc.record({
  shardId: fc.string(),
  parents: fc.array(digits, { maxLength: 2 }),
})
const page = fc.record({
  records: fc.array(record, { maxLength: 30 }),
  next: fc.option(fc.string({ maxLength: 300 }), { nil: undefined }),
  children: fc.array(child, { maxLength: 3 }),
  millisBehindLatest: fc.nat(),
})

/** How times are written: as Kinesis does, and as others do. */
type Time = (epochMs: number) => unknown
const TIMES: Record<string, Time> = {
  'tagged integer milliseconds': (ms) => tag({ tag: 1, value: ms }),
  'integer milliseconds': (ms) => ms,
  'tagged seconds with a fraction': (ms) => tag({ tag: 1, value: ms / 1_000 }),
}

const fieldsOf = (record: StreamRecord, time: Time, extra: unknown) => ({
  SequenceNumber: record.sequenceNumber,
  Unknown: extra,
  ApproximateArrivalTimestamp: time(record.arrivedAt),
  Data: record.data,
  PartitionKey: record.partitionKey,
  EncryptionType: 'KMS',
})

const answerOf = (
  {
    records,
    next,
    children,
    millisBehindLatest,
  }: typeof page extends fc.Arbitrary<infer P> ? P : never,
  time: Time,
  extra: unknown,
) => ({
  Extra: extra,
  Records: records.map((record) => fieldsOf(record, time, extra)),
  NextShardIterator: next ?? null,
  MillisBehindLatest: millisBehindLatest,
  ChildShards: children.map(({ shardId, parents }) => ({
    ShardId: shardId,
    ParentShards: parents,
    HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
  })),
})

const plain = (records: Iterable<StreamRecord> = []) =>
  [...records].map(({ sequenceNumber, arrivedAt, partitionKey, data }) => {
    return { sequenceNumber, arrivedAt, partitionKey, data: [...data] }
  })

describe.each(Object.keys(TIMES))('an answer with times as %s', (name) => {
  const time = TIMES[name]!
  test('is read as the codec of the SDK wrote it, whatever else is in it', () => {
    fc.assert(
      fc.property(page, fc.jsonValue(), (wanted, extra) => {
        const got = decodePage(cbor.serialize(answerOf(wanted, time, extra)))
        expect({ ...got, records: plain(got.records) }).toEqual({
          ...wanted,
          records: plain(wanted.records),
        })
      }),
    )
  })
})

test('a long text that is not known is passed over', () => {
  const unknown = { Unknown: 'x'.repeat(300), Bytes: new Uint8Array(70_000) }
  const answer = {
    ...unknown,
    Records: [{ ...unknown, PartitionKey: 'key' }],
    MillisBehindLatest: 7,
  }
  const { records, millisBehindLatest } = decodePage(cbor.serialize(answer))
  expect(records?.at(0)?.partitionKey).toBe('key')
  expect(millisBehindLatest).toBe(7)
})

test('data is not copied', () => {
  const bytes = cbor.serialize({ Records: [{ Data: new Uint8Array([1, 2, 3]) }] })
  expect(decodePage(bytes).records?.at(0)?.data.buffer).toBe(bytes.buffer)
})

describe('an answer that is cut', () => {
  test('at any byte is malformed there or before', () => {
    fc.assert(
      fc.property(page, fc.nat(), (wanted, at) => {
        const whole = cbor.serialize(answerOf(wanted, TIMES['integer milliseconds']!, 'extra'))
        const cut = whole.subarray(0, at % whole.length)
        try {
          decodePage(cut)
        } catch (error) {
          expect(error).toBeInstanceOf(CborError)
          expect((error as CborError).at).toBeLessThanOrEqual(cut.length)
          return
        }
        throw new Error('it was read')
      }),
    )
  })

  test('or altered is read, or malformed, and nothing else happens', () => {
    fc.assert(
      fc.property(page, fc.nat(), fc.integer({ min: 0, max: 255 }), (wanted, at, byte) => {
        const altered = Uint8Array.from(
          cbor.serialize(answerOf(wanted, TIMES['integer milliseconds']!, 'extra')),
        )
        altered[at % altered.length] = byte
        try {
          decodePage(altered)
        } catch (error) {
          expect(error).toBeInstanceOf(CborError)
        }
      }),
    )
  })
})

/** Written by hand: the codec of the SDK counts everything beforehand. */
const bytes = (...parts: (string | number)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
  )
const text = (value: string) => bytes(0x60 + value.length, value)

test('maps, arrays, texts and bytes whose end is marked are read', () => {
  const answer = Buffer.concat([
    Buffer.of(0xbf),
    text('Records'),
    Buffer.of(0x9f, 0xbf),
    text('Data'),
    bytes(0x5f, 0x41, 'a', 0x42, 'bc', 0xff),
    text('PartitionKey'),
    bytes(0x7f, 0x62, 'ke', 0x61, 'y', 0xff),
    Buffer.of(0xff, 0xff),
    text('Odd'),
    bytes(0xbf, 0x61, 'x', 0x9f, 0xf5, 0xf7, 0xf8, 0x20, 0xff, 0xff),
    Buffer.of(0xff),
  ])
  const [record] = decodePage(answer).records ?? []
  expect(record?.partitionKey).toBe('key')
  expect(Buffer.from(record?.data ?? []).toString()).toBe('abc')
})

test.each([
  ['float16', [0xf9, 0x3e, 0x00], 1.5],
  ['float32', [0xfa, 0x3f, 0xc0, 0, 0], 1.5],
  ['float64', [0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
  ['uint16', [0x19, 1, 0], 256],
  ['uint64', [0x1b, 0, 0, 1, 0, 0, 0, 0, 0], 2 ** 40],
  ['a negative number', [0x38, 99], -100],
])('a number as %s is read', (_name, encoded, value) => {
  const answer = Buffer.concat([
    bytes(0xa1),
    bytes(0x72, 'MillisBehindLatest'),
    Buffer.from(encoded),
  ])
  expect(decodePage(answer).millisBehindLatest).toBe(value)
})

test.each([
  ['nothing', bytes(), /^malformed CBOR at byte 0: the answer is cut off$/],
  ['no map', bytes(0x80), /^malformed CBOR at byte 0: an array instead of a map$/],
  ['more after its end', bytes(0xa0, 0), /^malformed CBOR at byte 1: 1 bytes too many$/],
  [
    'a list longer than itself',
    bytes(0xa1, text('Records').toString('latin1'), 0x9a, 0xff, 0xff, 0xff, 0xff),
    /4294967295 entries/,
  ],
  [
    'a text where bytes belong',
    Buffer.concat([bytes(0xa1), text('Records'), bytes(0x81, 0xa1), text('Data'), text('x')]),
    /at byte 16: a text instead of bytes$/,
  ],
  [
    'an endless nest',
    Buffer.concat([bytes(0xa1), text('Odd'), Buffer.alloc(100, 0x81)]),
    /nested deeper than 32/,
  ],
  [
    'a number beyond what is exact',
    Buffer.concat([
      bytes(0xa1, 0x72, 'MillisBehindLatest'),
      Buffer.alloc(9, 0xff).fill(0x1b, 0, 1),
    ]),
    /the number/,
  ],
])('an answer with %s is malformed', (_name, answer, problem) => {
  expect(() => decodePage(answer)).toThrow(problem)
})

test('an answer that says why not is read', () => {
  const refusal = { __type: 'com.amazonaws#ExpiredIteratorException', message: 'too old', at: 1 }
  expect(decodeRefusal(cbor.serialize(refusal))).toEqual({
    type: 'com.amazonaws#ExpiredIteratorException',
    message: 'too old',
  })
})

/** The codec of the SDK takes `__proto__` for what it is in JavaScript. */
const name = fc.string({ maxLength: 30 }).filter((text) => text !== '__proto__')

test('a request is read by the codec of the SDK as it was written', () => {
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(fc.string(), fc.nat(), fc.maxSafeNat(), tie('map')),
    map: fc.dictionary(name, tie('value'), {
      maxKeys: 30,
      noNullPrototype: true,
    }),
  }))
  fc.assert(
    fc.property(anything.map, (asked) => {
      expect(cbor.deserialize(encodeCbor(asked as never))).toEqual(asked)
    }),
  )
  const time = cbor.deserialize(encodeCbor({ at: { epochMs: 1_732_400_000_123 } }))
  expect(time).toEqual({ at: tag({ tag: 1, value: 1_732_400_000_123 }) })
})
