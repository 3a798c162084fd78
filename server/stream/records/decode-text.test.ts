import { describe, expect, test } from 'vitest'
import { decodeRecord } from './decode-record.ts'
import { MAX_RECORD_EVENTS } from './decoded-text.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const values = (data: Uint8Array) =>
  decodeRecord(data).items.map((item) => (item.ok ? item.value : item.rejection.reason))

const [a, b] = [{ type: 'a' }, { type: 'b' }]

/** A line of a combined log, and what it says. */
const LOG =
  '192.0.2.7 - - [03/Feb/2026:09:08:07 +0000] "GET /a HTTP/1.1" 200 5 "https://b.example/" "Mozilla/5.0"'
const common = {
  time: '2026-02-03T09:08:07.000Z',
  visitor: '192.0.2.7',
  page: '/a',
  referrer: 'https://b.example/',
  device: 'desktop',
}
const props = { method: 'GET', bytes: 5, agent: 'Mozilla/5.0' }
const request = { type: 'request', ...common, status: 200, props }
const logged = [request, { type: 'page_view', ...common }]

describe('a record of text', () => {
  test.each([
    ['one event', '{"type":"a"}', [a]],
    ['an array', '[{"type":"a"},{"type":"b"}]', [a, b]],
    ['lines', '{"type":"a"}\n{"type":"b"}', [a, b]],
    ['lines as Windows ends them', '{"type":"a"}\r\n\r\n{"type":"b"}\r\n', [a, b]],
    ['lines with blank ones between', '\n \n{"type":"a"}\n\t\n\n  {"type":"b"}  \n\n', [a, b]],
    ['an event over several lines', '{\n "type": "a"\n}', [a]],
    ['one torn line', '{"type":"a"}\n{"ty\n{"type":"b"}', [a, 'not_json', b]],
    ['a torn event', '{"type":', ['not_json']],
    ['a torn event over several lines', '{\n"type":\n"a"', ['not_json']],
    ['a byte order mark and an event', '\ufeff{"type":"a"}', [a]],
    ['a byte order mark and lines', '\ufeff{"type":"a"}\n{"type":"b"}', [a, b]],
    ['nothing but a byte order mark', '\ufeff', ['empty']],
    ['letters of every length', '{"type":"aé€😀"}', [{ type: 'aé€😀' }]],
    ['a line of a log', LOG, logged],
    ['lines of a log', `${LOG}\r\n\n${LOG}\n`, [...logged, ...logged]],
    [
      'lines of a log, one torn',
      `${LOG}\n${LOG.slice(9)}\n${LOG}`,
      [...logged, 'bad_log_line', ...logged],
    ],
    ['lines of a log and of JSON', `{"type":"a"}\n${LOG}\n[1,[2]]\n7`, [a, ...logged, 1, [2], 7]],
    ['a torn line of a log', LOG.slice(0, -1), ['bad_log_line']],
    [
      'torn lines of a log',
      `${LOG.slice(0, -1)}\n${LOG.slice(0, -2)}`,
      ['bad_log_line', 'bad_log_line'],
    ],
    ['blanks', ' \r\n ', ['empty']],
    ['nothing', '', ['empty']],
    ['an empty array', '[]', ['empty']],
  ])('of %s', (_name, text, expected) => {
    expect(values(bytes(text))).toEqual(expected)
  })

  test.each([
    ['bytes of no letter', [0xff, 0xf5]],
    ['half a letter', [0x22, 0xc3, 0x22]],
    ['a letter written too long', [0x22, 0xc0, 0x80, 0x22]],
    ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ])('that is not UTF-8, with %s, is rejected as a whole', (_name, data) => {
    expect(values(Uint8Array.from(data))).toEqual(['not_utf8'])
  })

  test.each([
    ['an array', (n: number) => `[${'1,'.repeat(n - 1)}1]`],
    ['lines', (n: number) => '{}\n'.repeat(n)],
    ['lines with blank ones between', (n: number) => '{}\n\n\n'.repeat(n)],
  ])('may hold so many events and no more, as %s', (_name, text) => {
    expect(values(bytes(text(MAX_RECORD_EVENTS)))).toHaveLength(MAX_RECORD_EVENTS)
    expect(values(bytes(text(MAX_RECORD_EVENTS + 1)))).toEqual(['too_large'])
  })

  test('of the largest size is read', () => {
    const title = 'x'.repeat(10 * 1024 * 1024 - 100)
    expect(values(bytes(JSON.stringify({ type: 'a', title })))).toEqual([{ type: 'a', title }])
  })

  test('says whether a text in it may hold what only an escape can bring', () => {
    expect(decodeRecord(bytes('{"type":"é😀\\n"}')).escapes).toBe(false)
    expect(decodeRecord(bytes('{"type":"\\u0000"}')).escapes).toBe(true)
    expect(decodeRecord(bytes('{"type":"a"}\n{"type":"\\uD800"}')).escapes).toBe(true)
    expect(decodeRecord(bytes(LOG.replace('a.', '\0.'))).escapes).toBe(true)
  })

  test.each([
    ['a line', `${LOG}\nhello`, 2, 'not a line of an access log, and not JSON; put one JSON event'],
    ['a torn line of a log', `${LOG}\n${LOG.slice(0, -1)}`, 2, 'agent of the log line must be in'],
    ['a lone one', LOG.slice(0, -1), 0, 'agent of the log line must be in double quotes'],
    ['a time', `${LOG}\n${LOG.replace('Feb', 'Fex')}`, 2, 'it is [03/Fex/2026:09:08:07 +0000]'],
    ['JSON', `${LOG}\n{"ty`, 2, 'put one JSON event, an array of them, or one a line'],
  ])('says what is wrong with %s', (_name, text, at, what) => {
    const item = decodeRecord(bytes(text)).items.at(at)
    expect(item?.ok === false && item.rejection.detail).toContain(what)
  })

  test('keeps of a torn line the line, of a broken record all of it', () => {
    const parts = (data: Uint8Array) =>
      decodeRecord(data).items.flatMap((item) => (item.ok ? [] : [item.part]))
    expect(parts(bytes('{"type":"a"}\n{"ty\n{"type":"b"}'))).toEqual([bytes('{"ty')])
    expect(parts(bytes(' {"ty\n'))).toEqual([bytes(' {"ty\n')])
  })
})
