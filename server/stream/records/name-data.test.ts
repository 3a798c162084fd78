import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { REJECT_LABELS } from '../../../lib/rejection.ts'
import { decodeRecord } from './decode-record.ts'
import { encodeAggregate } from './encode-aggregate.ts'
import { parseEvent } from './parse-event.ts'

/** Of what is rejected, in the record or by the contract. */
const problems = (data: Uint8Array | string) =>
  decodeRecord(Buffer.from(data)).items.flatMap((item) => {
    const checked = item.ok
      ? parseEvent(item.value, { arrivedAt: 1_700_000_000_000, fallbackId: () => 'id' })
      : item
    return checked.ok ? [] : [checked.rejection]
  })

const EVENT = '{"type":"page_view","page":"/a/b","visitor":"someone"}'
const LINES = `${EVENT}\n`.repeat(20)
const utf16 = (text: string, be = false) => {
  const data = Buffer.from(text, 'utf16le')
  return be ? data.swap16() : data
}
const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
  )

describe('what cannot be read is named, with the remedy', () => {
  test.each([
    ['zstd', bytes(0x28, 0xb5, 0x2f, 0xfd, 4, 0x58, 0x61, 0, 0, EVENT)],
    ['LZ4', bytes(0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, EVENT)],
    ['Snappy', bytes(0xff, 6, 0, 0, 'sNaPpY', 1, EVENT)],
    ['xz', bytes(0xfd, '7zXZ', 0, 0, 4)],
    ['bzip2', bytes('BZh91AY&SY', 0xff, 0xd0)],
    ['a zip archive', bytes('PK', 3, 4, 0x14, 0)],
    ['brotli', brotliCompressSync(LINES)],
    ['deflate without a header', deflateRawSync(LINES)],
  ])('%s: put gzip, zlib or plain data', (name, data) => {
    expect(problems(data)).toEqual([
      {
        reason: 'compression',
        detail: expect.stringMatching(
          new RegExp(`${name}.* is not opened: put gzip, zlib or plain`),
        ),
      },
    ])
  })

  test.each([
    ['gzip in gzip', gzipSync(gzipSync(EVENT)), 'compression', /compress once/],
    ['gzip in zlib', deflateSync(gzipSync(EVENT)), 'compression', /compress once/],
    [
      'an aggregate in gzip',
      gzipSync(encodeAggregate([{ partitionKey: 'k', data: Buffer.from(LINES) }])),
      'kpl_aggregate',
      /aggregate once, last/,
    ],
  ])('%s', (_name, data, reason, detail) => {
    expect(problems(data)).toEqual([{ reason, detail: expect.stringMatching(detail) }])
  })

  test.each([
    ['with a mark, little end first', utf16(`\ufeff${LINES}`)],
    ['with a mark, big end first', utf16(`\ufeff${LINES}`, true)],
    ['little end first', utf16(LINES)],
    ['big end first', utf16(LINES, true)],
    ['of an array', utf16(`[\n${EVENT}\n]`)],
  ])('UTF-16 %s: put UTF-8', (_name, data) => {
    expect(problems(data)).toEqual([
      { reason: 'utf16', detail: expect.stringContaining('put UTF-8') },
    ])
  })

  test.each([
    ['JSON', EVENT],
    ['JSON', `[${EVENT}]`],
    ['JSON', JSON.stringify({ type: 'größe', title: 'é' })],
    ['JSON', LINES],
    ['text', 'Some words that were put as base64 by mistake'],
    ['gzip', gzipSync(EVENT)],
    ['zlib', deflateSync(EVENT)],
  ])('base64 of %s: put the bytes', (name, data) => {
    const text = Buffer.from(data).toString('base64')
    const rejected = {
      reason: 'base64',
      detail: expect.stringMatching(
        new RegExp(`looks like base64 of ${name}: Kinesis needs the bytes.*--cli-binary-format`),
      ),
    }
    expect(problems(text)).toEqual([rejected])
    expect(problems(`${text}\n`)).toEqual([rejected])
    // As the tool of that name wraps it.
    expect(problems(text.replace(/.{76}/g, '$&\n'))).toEqual([rejected])
    expect(problems(`${EVENT}\n${text}\n${EVENT}`)).toEqual([rejected])
  })

  test.each([
    ['Avro', bytes('Obj', 1, 4, 0x16, 'avro.schema')],
    ['Parquet', bytes('PAR1', 0x15, 4, 0x15)],
    ['Arrow', bytes('ARROW1', 0, 0)],
    ['Java object', bytes(0xac, 0xed, 0, 5, 's')],
    ['Ion', bytes(0xe0, 1, 0, 0xea, 0xee)],
    ['Glue Schema Registry', bytes(3, 0, 0x8a, 0x11, 0xff)],
    ['schema registry', bytes(0, 0, 0, 0, 7, 2, 0x61)],
    ['MessagePack', bytes(0x82, 0xa4, 'type', 0xa9, 'page_view', 0xa4, 'page', 0xa1, '/')],
    ['CBOR', bytes(0xa2, 0x64, 'type', 0x69, 'page_view', 0x64, 'page', 0x61, '/')],
    ['protobuf', bytes(0x0a, 9, 'page_view', 0x12, 2, '/a', 0x18, 0xc8, 0x01)],
    ['protobuf', bytes(0x0a, 5, 'click', 0x10, 1)],
  ])('%s: put JSON or lines', (name, data) => {
    expect(problems(data)).toEqual([
      {
        reason: 'binary_format',
        detail: expect.stringMatching(
          new RegExp(`${name}.* is not read: put JSON events or lines|${name}.*: put JSON events`),
        ),
      },
    ])
  })

  test('a broken text is no protobuf for the blanks behind it', () => {
    const text = ' "account": "birch",\n  \0"props": {\n    "n": 365\n  }\n}'
    const found = problems(text)
    expect(found).not.toEqual([])
    for (const blanks of [1, 100, 101, 70_000]) {
      const told = problems(`${text}\n${' '.repeat(blanks)}`)
      expect(told.map(({ reason }) => reason)).toEqual(found.map(({ reason }) => reason))
    }
  })

  test('a Segment message, which has a type of its own: which fields are needed', () => {
    const message = {
      type: 'track',
      event: 'Order Completed',
      messageId: 'ajs-1',
      anonymousId: 'someone',
      timestamp: '2026-01-01T00:00:00.000Z',
      properties: { revenue: 12.5 },
    }
    expect(problems(JSON.stringify(message))).toEqual([
      {
        reason: 'segment',
        detail: expect.stringMatching(/event as type, .*timestamp as time, .* as visitor/),
      },
    ])
    for (const type of ['page', 'screen', 'identify', 'group', 'alias']) {
      expect(problems(JSON.stringify({ ...message, type }))).toMatchObject([{ reason: 'segment' }])
    }
    expect(problems(JSON.stringify({ batch: [message], sentAt: message.timestamp }))).toEqual([
      { reason: 'segment', detail: expect.stringMatching(/each by itself, .* as visitor/) },
    ])
    // Events of our own with one of its words.
    expect(problems('{"type":"page","anonymousId":"x"}')).toEqual([])
    expect(problems('{"type":"page_view","messageId":"x","userId":"y"}')).toEqual([])
  })

  test('a GA4 body: which fields are needed', () => {
    const body = { client_id: '1.2', events: [{ name: 'page_view', params: {} }] }
    expect(problems(JSON.stringify(body))).toEqual([
      { reason: 'ga4', detail: expect.stringMatching(/name as type, .*client_id as visitor/) },
    ])
    expect(problems('{"client_id":"1.2"}')).toMatchObject([{ reason: 'bad_field' }])
  })

  test('JSON that was encoded twice', () => {
    expect(problems(JSON.stringify(EVENT))).toMatchObject([
      { reason: 'not_an_event', detail: expect.stringContaining('encode it once') },
    ])
  })

  test.each([
    ['words', 'hello world', 'not_json'],
    ['one long word', 'a-word-of-many-letters-that-is-none', 'not_json'],
    ['binary data', bytes(0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 'JFIF', 10, 0, 1), 'not_utf8'],
    ['text in Latin-1', Buffer.from('Größe und Länge', 'latin1'), 'not_utf8'],
    ['text that begins like zlib', 'x^2 + y^2 = z^2', 'not_json'],
  ])('%s is not taken for anything else', (_name, data, reason) => {
    expect(problems(data)).toMatchObject([{ reason }])
  })

  test('nothing is named where a line of it can be read', () => {
    const odd = [brotliCompressSync(LINES), utf16(EVENT), deflateRawSync(LINES)]
    for (const data of odd) {
      const first = Buffer.concat([Buffer.from(`${EVENT}\n`), data])
      const reasons = new Set(problems(first).map(({ reason }) => reason))
      expect([...reasons].every((reason) => reason === 'not_utf8' || reason === 'not_json')).toBe(
        true,
      )
    }
  })

  test('each reason has a label of its own', () => {
    expect(new Set(Object.values(REJECT_LABELS)).size).toBe(Object.keys(REJECT_LABELS).length)
  })
})
