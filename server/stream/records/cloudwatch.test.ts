import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { MAX_ID_LENGTH } from '../../../lib/event.ts'
import { decodeRecord } from './decode-record.ts'
import { MAX_RECORD_EVENTS, MAX_TEXT_AT_ONCE_BYTES } from './decoded-text.ts'
import { encodeAggregate } from './encode-aggregate.ts'

const T = 1_700_000_000_000
const LOG = '192.0.2.7 - - [14/Nov/2023:22:13:19 +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0"'

const message = (logEvents: unknown, messageType = 'DATA_MESSAGE') => ({
  messageType,
  owner: '123456789012',
  logGroup: '/aws/lambda/shop',
  logStream: '2023/11/14/[$LATEST]1',
  subscriptionFilters: ['to-kinesis'],
  logEvents,
})
const logEvent = (n: number, text: string) => ({ id: `${n}`, timestamp: T + n, message: text })
const values = (data: Uint8Array) =>
  decodeRecord(data).items.map((item) => (item.ok ? item.value : item.rejection.reason))
/** However it is put. */
const read = (value: unknown) => {
  const data = Buffer.from(JSON.stringify(value))
  const found = values(gzipSync(data))
  expect(values(data)).toEqual(found)
  expect(values(deflateSync(data))).toEqual(found)
  expect(values(encodeAggregate([{ partitionKey: 'k', data: gzipSync(data) }]))).toEqual(found)
  const padded = Buffer.from(JSON.stringify(value).padEnd(MAX_TEXT_AT_ONCE_BYTES + 1))
  expect(values(padded)).toEqual(found)
  return found
}

describe('a message of CloudWatch Logs', () => {
  test('is opened into the lines of its log events, in order', () => {
    const found = read(
      message([
        logEvent(1, '{"type":"a"}\n'),
        logEvent(2, LOG),
        logEvent(3, 'START RequestId: 7'),
        logEvent(4, '  '),
        logEvent(5, '{\n  "type": "b"\n}'),
        logEvent(6, '[{"type":"c"},{"type":"d"}]'),
        logEvent(7, '{"type":"e"}{"type":"f"}\nhello'),
      ]),
    )
    const common = { time: '2023-11-14T22:13:19.000Z', visitor: '192.0.2.7', page: '/a' }
    expect(found).toEqual([
      { type: 'a', id: '1', time: T + 1 },
      expect.objectContaining({ ...common, type: 'request', id: '2' }),
      expect.objectContaining({ ...common, type: 'page_view', id: '2:1' }),
      'not_json',
      { type: 'b', id: '5', time: T + 5 },
      { type: 'c', id: '6', time: T + 6 },
      { type: 'd', id: '6:1', time: T + 6 },
      { type: 'e', id: '7', time: T + 7 },
      { type: 'f', id: '7:1', time: T + 7 },
      'not_json',
    ])
  })

  test('gives its time and id to what brings none', () => {
    const event = (fields: object) => [logEvent(1, JSON.stringify({ type: 'a', ...fields }))]
    expect(read(message(event({ id: 'own', time: 5 })))).toEqual([
      { type: 'a', id: 'own', time: 5 },
    ])
    expect(read(message(event({ id: null, time: null })))).toEqual([
      { type: 'a', id: '1', time: T + 1 },
    ])
    const odd = [{ id: 'x'.repeat(MAX_ID_LENGTH + 1), timestamp: 'then', message: '{"type":"a"}' }]
    expect(read(message(odd))).toEqual([{ type: 'a' }])
  })

  test('of control is counted and holds no event', () => {
    const control = message(
      [{ id: '', timestamp: T, message: 'CWL CONTROL MESSAGE: Checking health' }],
      'CONTROL_MESSAGE',
    )
    expect(read(control)).toEqual([])
    const decoded = decodeRecord(gzipSync(JSON.stringify(control)))
    expect(decoded).toMatchObject({ items: [], controls: 1 })
    expect(read([control, control])).toEqual([])
    expect(decodeRecord(Buffer.from(JSON.stringify([control, control]))).controls).toBe(2)
  })

  test('beside others in one record is one of them', () => {
    const one = JSON.stringify(message([logEvent(1, '{"type":"a"}')]))
    const control = JSON.stringify(message([], 'CONTROL_MESSAGE'))
    const data = gzipSync(`${one}${control}\n{"type":"b"}\n${one}`)
    expect(values(data)).toEqual([
      { type: 'a', id: '1', time: T + 1 },
      { type: 'b' },
      { type: 'a', id: '1', time: T + 1 },
    ])
  })

  test('that is broken says what is missing, and each log event has its own fate', () => {
    expect(read(message(undefined))).toEqual(['cloudwatch'])
    expect(read(message([]))).toEqual(['cloudwatch'])
    expect(read(message([{ id: '1' }, null, logEvent(2, '{"type":"a"}')]))).toEqual([
      'cloudwatch',
      'cloudwatch',
      { type: 'a', id: '2', time: T + 2 },
    ])
  })

  test('is no message where it has a type, and none is looked for within one', () => {
    const event = { ...message([]), type: 'a' }
    expect(read(event)).toEqual([event])
    const inner = message([logEvent(1, '{"type":"a"}')])
    expect(read(message([logEvent(2, JSON.stringify(inner))]))).toEqual([
      { ...inner, id: '2', time: T + 2 },
    ])
  })

  test('holds no more than a record may, in short steps', () => {
    const many = (n: number) => Array.from({ length: n }, () => ({ message: '{}' }))
    const data = (n: number) => gzipSync(JSON.stringify(message(many(n))))
    expect(values(data(50_000))).toHaveLength(50_000)
    const [first] = decodeRecord(
      gzipSync(`${JSON.stringify(message(many(90_000)))}\n`.repeat(3)),
    ).items
    expect(first).toMatchObject({ rejection: { reason: 'too_large' } })
    expect(MAX_RECORD_EVENTS).toBeLessThan(270_000)
  })
})
