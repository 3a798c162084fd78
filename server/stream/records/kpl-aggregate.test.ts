import { gzipSync } from 'node:zlib'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, test } from 'vitest'
import { decodeRecord, MAX_UNFOLDED_BYTES } from './decode-record.ts'
import { MAX_RECORD_EVENTS } from './decoded-text.ts'
import { encodeAggregate, sealAggregate } from './encode-aggregate.ts'
import { findOutOfRange } from './hash-range.ts'
import { finish } from './steps.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const values = (data: Uint8Array) =>
  decodeRecord(data).items.map((item) => (item.ok ? item.value : item.rejection.reason))
const details = (data: Uint8Array) =>
  decodeRecord(data).items.flatMap((item) => (item.ok ? [] : [item.rejection.detail]))
const of = (...parts: (string | Uint8Array)[]) => ofAll(parts)
const ofAll = (parts: (string | Uint8Array)[]) =>
  encodeAggregate(
    parts.map((data) => ({
      partitionKey: 'k',
      data: typeof data === 'string' ? bytes(data) : data,
    })),
  )

const [a, b, c] = [{ type: 'a' }, { type: 'b' }, { type: 'c' }]

describe('a KPL aggregate', () => {
  test('is read byte by byte as the format says', () => {
    const message = [
      ...[0x0a, 1, 0x70], // partition_key_table: "p"
      ...[0x12, 2, 0x34, 0x32], // explicit_hash_key_table: "42"
      ...[0x1a, 8, 0x08, 0, 0x10, 0, 0x1a, 2, 0x5b, 0x31], // both keys, data "[1", torn
      ...[0x1a, 9, 0x08, 0, 0x1a, 1, 0x37, 0x22, 2, 0x0a, 0], // data "7", and a tag
    ]
    const decoded = decodeRecord(sealAggregate(Uint8Array.from(message)))
    expect(decoded.subRecords).toEqual([
      { partitionKey: 'p', explicitHashKey: '42', data: bytes('[1') },
      { partitionKey: 'p', explicitHashKey: undefined, data: bytes('7') },
    ])
    expect(decoded.items).toMatchObject([
      { ok: false, rejection: { reason: 'not_json' }, part: bytes('[1') },
      { ok: true, value: 7 },
    ])
    expect(decoded.bytes).toBe(3)
  })

  test('may hold one event, an array, lines and gzip side by side', () => {
    const data = of('{"type":"a"}', '[{"type":"b"},{"type":"c"}]', '', gzipSync('{"type":"a"}\n{'))
    expect(values(data)).toEqual([a, b, c, 'empty', a, 'not_json'])
  })

  test('holds no other aggregate', () => {
    const data = of(of('{"type":"a"}\n{"type":"a"}\n'), '{"type":"b"}')
    expect(values(data)).toEqual(['kpl_aggregate', b])
    expect(details(data)[0]).toMatch(/is not opened: aggregate once, last$/)
  })

  test('without records is empty', () => {
    expect(values(of())).toEqual(['empty'])
  })

  test.each([
    ['nothing else', Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2)],
    [
      'a changed checksum',
      of('{"type":"a"}').map((byte, at, all) => (at === all.length - 1 ? ~byte : byte)),
    ],
    ['a changed message', of('{"type":"a"}').map((byte, at) => (at === 10 ? ~byte : byte))],
  ])('that has its first bytes and %s is plain data that says so', (_name, data) => {
    expect(values(data)).toEqual(['not_utf8'])
    expect(details(data)[0]).toMatch(
      /begins like a KPL aggregate, but its checksum does not match: put UTF-8, or the aggregate as the KPL made it$/,
    )
  })

  const record = (fields: (writer: BinaryWriter) => BinaryWriter) => {
    const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string('p')
    return writer
      .tag(3, WireType.LengthDelimited)
      .bytes(fields(new BinaryWriter()).finish())
      .finish()
  }
  const keyed = (writer: BinaryWriter, index: number | string) =>
    writer.tag(1, WireType.Varint).uint64(index)
  const data = (writer: BinaryWriter) => writer.tag(3, WireType.LengthDelimited).bytes(bytes('1'))

  test.each([
    ['torn', Uint8Array.of(0x0a, 200, 1), /EOF/],
    ['of an illegal tag', Uint8Array.of(0x07, 1), /illegal tag/],
    ['of groups without end', new Uint8Array(10_000).fill(0x0b), /./],
    [
      'a key the table lacks',
      record((w) => data(keyed(w, 1))),
      /partition key 1, .* holds 1; put it/,
    ],
    ['a key beyond all tables', record((w) => data(keyed(w, '18446744073709551615'))), /key 18446/],
    [
      'an explicit hash key the table lacks',
      record((w) => data(keyed(w, 0).tag(2, WireType.Varint).uint64(0))),
      /explicit hash key 0, .* holds 0; put it/,
    ],
    ['no key', record(data), /has no partition key/],
    ['no data', record((w) => keyed(w, 0)), /has no data/],
  ])(
    'whose checksum is right and its message is broken is one rejection: %s',
    (_name, message, detail) => {
      expect(values(sealAggregate(message))).toEqual(['kpl_aggregate'])
      expect(details(sealAggregate(message))[0]).toMatch(detail)
    },
  )

  test('may have its tables behind its records, and fields that are not known', () => {
    const writer = new BinaryWriter().tag(9, WireType.Varint).uint64(1)
    const inner = data(keyed(new BinaryWriter().tag(7, WireType.Bit64).fixed64(1), 0)).finish()
    writer.tag(3, WireType.LengthDelimited).bytes(inner)
    writer.tag(1, WireType.LengthDelimited).string('behind')
    const { items, subRecords } = decodeRecord(sealAggregate(writer.finish()))
    expect(items).toEqual([{ ok: true, value: 1 }])
    expect(subRecords[0]?.partitionKey).toBe('behind')
  })

  test('may hold so many events and no more, in many records or in few', () => {
    const many = (n: number) => ofAll(Array.from({ length: n }, () => '1'))
    expect(values(many(MAX_RECORD_EVENTS))).toHaveLength(MAX_RECORD_EVENTS)
    expect(values(many(MAX_RECORD_EVENTS + 1))).toEqual(['too_large'])
    const array = gzipSync(`[${'1,'.repeat(MAX_RECORD_EVENTS - 1)}1]`)
    expect(values(of(array))).toHaveLength(MAX_RECORD_EVENTS)
    expect(values(of(array, '1'))).toEqual(['too_large'])
  })

  test('unfolds to no more than a record may, all its records together', () => {
    const third = gzipSync(Buffer.alloc(Math.ceil(MAX_UNFOLDED_BYTES / 3), ' '), { level: 1 })
    expect(values(of(third, third))).toEqual(['empty', 'empty'])
    expect(values(of(third, third, third, '1'))).toEqual(['too_large'])
  })
})

describe('a sub-record belongs to the shard of its hash key', () => {
  const data = bytes('1')
  const half = (1n << 127n).toString()
  const all = ((1n << 128n) - 1n).toString()
  const low = { hashFrom: '0', hashTo: ((1n << 127n) - 1n).toString() }
  const high = { hashFrom: half, hashTo: all }
  const outside = (keys: { partitionKey: string; explicitHashKey?: string | undefined }[]) => {
    const records = keys.map((key) => ({ explicitHashKey: undefined, data, ...key }))
    return {
      low: finish(findOutOfRange(records, low)).count,
      high: finish(findOutOfRange(records, high)).count,
    }
  }

  test('which is the MD5 of its key', () => {
    // md5 of "a" begins with 0x0c, of "b" with 0x92.
    expect(outside([{ partitionKey: 'a' }])).toEqual({ low: 0, high: 1 })
    expect(outside([{ partitionKey: 'b' }, { partitionKey: 'b' }])).toEqual({ low: 2, high: 0 })
  })

  test('or the explicit one, both ends of the range inside', () => {
    const explicit = (explicitHashKey: string) => outside([{ partitionKey: 'a', explicitHashKey }])
    expect(explicit('0')).toEqual({ low: 0, high: 1 })
    expect(explicit(low.hashTo)).toEqual({ low: 0, high: 1 })
    expect(explicit(half)).toEqual({ low: 1, high: 0 })
    expect(explicit(all)).toEqual({ low: 1, high: 0 })
  })

  test('and to none where that is no hash key', () => {
    const keys = ['', 'x', '-1', (1n << 128n).toString(), '9'.repeat(500)]
    for (const explicitHashKey of keys) {
      expect(outside([{ partitionKey: 'a', explicitHashKey }])).toEqual({ low: 1, high: 1 })
    }
  })
})
