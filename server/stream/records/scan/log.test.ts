import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_TEXT_LENGTH } from '../../../../lib/event.ts'
import { decodeRecord } from '../decode-record.ts'
import { parseEvent } from '../parse-event.ts'
import { MAX_UNUSUAL_LINES } from './log.ts'
import { createRecordScan } from './record.ts'

const arrivedAt = Date.UTC(2023, 10, 15)
const scanRecord = createRecordScan()
const bytes = (text: string) => new TextEncoder().encode(text)

const checked = (value: unknown, index: number, escapes: boolean) =>
  parseEvent(value, { arrivedAt, escapes, fallbackId: () => `shard:1:${index}` })

/** How many of the items were read from bytes, and what they all come to. */
function scanned(data: Uint8Array) {
  const items = scanRecord({ data, arrivedAt, sequenceNumber: '1' }, 'shard')
  if (items === undefined) return undefined
  return {
    fromBytes: items.filter((item) => item.ok && 'event' in item).length,
    items: items.map((item, index) =>
      item.ok && 'value' in item ? checked(item.value, index, true) : item,
    ),
  }
}

/** The oracle: regular expressions and the checks of the contract. */
function decoded(data: Uint8Array) {
  const { items, escapes } = decodeRecord(data)
  return items.map((item, index) => (item.ok ? checked(item.value, index, escapes) : item))
}

const padded = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 40, arbitrary: usual }, odd)

const longText = fc
  .tuple(
    fc.constantFrom(1_023, 1_024, 1_025, MAX_TEXT_LENGTH, MAX_TEXT_LENGTH + 1),
    fc.constantFrom('x', 'x', 'é', '😀'),
  )
  .map(([length, letter]) => letter.repeat(length))
/** Whatever may be in a text between quotes, or between blanks. */
const character = mostly(
  fc.constantFrom(...'abcXYZ019/-._~:@$&()*+,;=%?#!'),
  fc.constantFrom(
    ' ',
    '"',
    '\\',
    '\\"',
    '\\\\',
    '\\xe4',
    'é',
    '😀',
    '\u2028',
    '\t',
    '\0',
    '\r',
    '[',
    ']',
    '\x7f',
  ),
)
const anyText = fc.array(character, { maxLength: 24 }).map((all) => all.join(''))

const address = mostly(
  fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('host-1.example', '-', '::1', 'true', '1', 'null'),
  ),
  fc.oneof(
    fc.constantFrom('', '{', '[1]', '"a"', '{}', ' 1.2.3.4', '\ufeff1', 'h"[', '0'),
    anyText,
    longText,
  ),
)
const identity = mostly(fc.constantFrom('-', '-', 'id'), fc.oneof(fc.constant(''), anyText))
const user = mostly(
  fc.constantFrom('-', '-', 'ann', '1'),
  fc.oneof(fc.constantFrom('', 'ann b', ' ', '--', 'a"', '[', '-['), anyText, longText),
)
const time = fc
  .tuple(
    mostly(
      fc.integer({ min: 1, max: 28 }).map((n) => String(n).padStart(2, '0')),
      fc.constantFrom('29', '30', '31', '00', '1', '1x'),
    ),
    mostly(
      fc.constantFrom('Jan', 'Feb', 'May', 'Oct', 'Nov', 'Dec'),
      fc.constantFrom('may', 'Fex', 'MAY', '05'),
    ),
    mostly(
      fc.constantFrom('2015', '2023', '2024'),
      fc.constantFrom('1969', '1970', '2199', '2200', '15', '0000'),
    ),
    mostly(padded(23), padded(99)),
    mostly(padded(59), padded(99)),
    mostly(padded(59), fc.oneof(padded(99), fc.constantFrom('60', '5', '0 '))),
    mostly(
      fc.constantFrom(' +0000', ' +0000', ' -0130', ' +1400'),
      fc.constantFrom(
        '',
        ' Z',
        ' +00:00',
        ' 0000',
        ' +9999',
        ' -9999',
        ' +00',
        ' +00000',
        '+0000',
        ' +0a00',
      ),
    ),
  )
  .map(([day, month, year, h, m, s, zone]) => `${day}/${month}/${year}:${h}:${m}:${s}${zone}`)
const target = mostly(
  fc
    .tuple(
      fc.constantFrom(
        '/',
        '/shop',
        '/a/b.HTML',
        '/a.css',
        '/v1.2/x',
        '/x!',
        'http://a.example/',
        '*',
        '/b.pdf',
      ),
      fc.constantFrom('', '', '?q=1', '#!', '?a=!&b=#c', '#', '?'),
    )
    .map((parts) => parts.join('')),
  fc.oneof(
    fc.constantFrom('', '?', '#a', '/a b', '/a\\', '/a\\"b', ' /', 'HTTP/1.1'),
    anyText,
    longText.map((text) => `/${text}`),
  ),
)
const request = mostly(
  fc
    .tuple(
      mostly(
        fc.constantFrom('GET ', 'GET ', 'HEAD ', 'POST ', 'OPTIONS '),
        fc.constantFrom('get ', 'GET', 'GET  ', '', 'G3T ', 'Ä '),
      ),
      target,
      mostly(
        fc.constantFrom(' HTTP/1.1', ' HTTP/1.0', ' HTTP/2', ' HTTP/2.0', ''),
        fc.constantFrom(
          ' ',
          ' HTTP',
          ' HTTP/1.',
          ' HTTP/11',
          ' HTTP/1.1 ',
          ' http/1.1',
          ' HTTP/1.12',
          ' HTTP/x.1',
        ),
      ),
    )
    .map((parts) => parts.join('')),
  fc.oneof(fc.constantFrom('-', '', '\\x16\\x03'), anyText),
)
const status = mostly(
  fc.constantFrom('200', '204', '304', '301', '404', '500', '000'),
  fc.constantFrom('20', '2000', '-', '2o0', ''),
)
const size = mostly(
  fc.oneof(fc.nat().map(String), fc.constantFrom('-', '0', '007')),
  fc.constantFrom(
    '',
    '-1',
    '1.5',
    '--',
    '123456789012345',
    '324548777749896346',
    '12345678901234567890',
  ),
)
const referrer = mostly(
  fc.constantFrom(
    '-',
    '',
    'https://a.example/',
    'http://b.example/?q=\\xd0\\xb0',
    'https://a.example/?q=\\"x\\"',
    '-a',
  ),
  fc.oneof(anyText, longText),
)
const agent = mostly(
  fc.constantFrom(
    '-',
    '',
    'Mozilla/5.0 (iPhone; Mobile)',
    'a bot',
    'a \\"quoted\\" crawler',
    'iPad',
    'x\\\\',
  ),
  fc.oneof(anyText, longText),
)
const rest = mostly(
  fc.constant(''),
  fc.oneof(
    fc.constantFrom(' "0.012" up', ' ', ' é', ' \t', '\t', 'x', ' \u2028', ' \x7f', '"'),
    anyText,
  ),
)

const logLine = fc
  .tuple(address, identity, user, time, request, status, size, referrer, agent, rest)
  .map(
    ([a, i, u, t, r, s, b, f, g, more]) =>
      `${a} ${i} ${u} [${t}] "${r}" ${s} ${b} "${f}" "${g}"${more}`,
  )
const USUAL =
  '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /a?b HTTP/1.1" 200 5 "-" "Mozilla/5.0"'
const otherLine = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\t',
    'hello world',
    '{"type":"x","id":"1"}',
    '[1]',
    '7',
    '{"type":7}',
    '{"ty',
    '"',
  ),
  logLine.chain((line) => fc.nat(line.length).map((at) => line.slice(0, at))),
  logLine.chain((line) => fc.nat(line.length).map((at) => line.slice(at))),
)
const record = fc
  .tuple(
    fc.constantFrom('', '', ' ', '\n', '\r\n', '\ufeff'),
    mostly(fc.constant(USUAL), logLine),
    fc.array(
      fc.tuple(fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n'), mostly(logLine, otherLine)),
      { maxLength: 5 },
    ),
    fc.constantFrom('', '\n', '\r\n', '\r', ' '),
  )
  .map(([start, first, more, end]) => bytes(`${start}${first}${more.flat().join('')}${end}`))
/** With one byte left out, put in, or changed. */
const damaged = fc.tuple(record, fc.nat(), fc.nat(2), fc.nat(255)).map(([data, at, kept, byte]) => {
  const place = at % (data.length + 1)
  return Uint8Array.of(
    ...data.subarray(0, place),
    ...(kept === 0 ? [] : [byte]),
    ...data.subarray(place + (kept === 1 ? 0 : 1)),
  )
})

test('what is scanned is what the regular expressions and the contract make of it, whatever is in a log', () => {
  let fromBytes = 0
  let all = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 3, arbitrary: record }, damaged), (data) => {
      const found = scanned(data)
      if (found === undefined) return
      fromBytes += found.fromBytes
      all += found.items.length
      const expected = decoded(data)
      expect(found.items).toStrictEqual(expected)
      // The order of what is in props, too.
      expect(JSON.stringify(found.items)).toBe(JSON.stringify(expected))
    }),
    { numRuns: 4_000 },
  )
  expect(fromBytes).toBeGreaterThan(2_000)
  expect(all - fromBytes).toBeGreaterThan(500)
})

const line = (
  change: Partial<Record<'client' | 'time' | 'request' | 'answer' | 'origin', string>> = {},
) => {
  const {
    client,
    time: at,
    request: asked,
    answer,
    origin,
  } = {
    client: '192.0.2.7 - ann',
    time: '17/May/2015:10:05:03 +0000',
    request: 'GET /shop/tents?sort=price HTTP/1.1',
    answer: '200 5120',
    origin: '"https://search.example/?q=tents" "Mozilla/5.0 (iPhone) Mobile/15E148"',
    ...change,
  }
  return `${client} [${at}] "${asked}" ${answer} ${origin}`
}

describe('of a log is read from its bytes', () => {
  test.each([
    ['a line', line(), 2],
    ['a line with an end', `${line()}\n`, 2],
    ['lines as Windows ends them', `${line()}\r\n${line()}\r\n`, 4],
    ['an address of IPv6', line({ client: '2001:db8::7 - -' }), 2],
    ['a file', line({ request: 'GET /style.css?v=3 HTTP/1.1' }), 1],
    ['a form', line({ request: 'POST /form HTTP/2.0' }), 1],
    ['a request without a protocol', line({ request: 'GET /old' }), 2],
    ['an answer without a size', line({ answer: '304 -' }), 2],
    ['nothing about where it came from', line({ origin: '"-" "-"' }), 2],
    ['escapes in what it came from', line({ origin: '"http://a/?\\xd0\\xb0" "a \\"b\\" c"' }), 2],
    ['further fields', `${line()} "0.012" upstream`, 2],
    ['other zones and days', `${line({ time: '31/Dec/2015:23:59:59 -0130' })}\n${line()}`, 4],
    ['a time in the future', line({ time: '17/May/2035:10:05:03 +0000' }), 2],
  ])('%s', (_name, text, events) => {
    const found = scanned(bytes(text))
    expect(found?.items).toStrictEqual(decoded(bytes(text)))
    expect(found).toMatchObject({ fromBytes: events, items: { length: events } })
  })

  test('all but the unusual lines, which keep their places', () => {
    const odd = line({ request: '\\x16\\x03', answer: '400 0' })
    const text = [
      line(),
      odd,
      'hello world',
      '{"type":"x"}',
      '',
      line({ client: 'é - -' }),
      line(),
    ].join('\n')
    const found = scanned(bytes(text))
    expect(found?.items).toStrictEqual(decoded(bytes(text)))
    expect(found?.items.map((item) => (item.ok ? item.event.type : item.rejection.reason))).toEqual(
      [
        'request',
        'page_view',
        'request',
        'not_json',
        'x',
        'request',
        'page_view',
        'request',
        'page_view',
      ],
    )
    expect(found?.fromBytes).toBe(4)
  })

  test.each([
    ['the last moment that is accepted', line({ time: '31/Dec/2199:23:59:59 +0000' })],
    ['a moment after it', line({ time: '31/Dec/2199:23:59:59 -0130' })],
    ['a moment before the first', line({ time: '01/Jan/1970:00:10:00 +0130' })],
    ['a day without its colon', line({ time: '18/May/2015 10:05:03 +0000' })],
    ['a time without its colons', line({ time: '17/May/2015:10-05:03 +0000' })],
    ['a leap second', line({ time: '31/Dec/2016:23:59:60 +0000' })],
    ['a size that no number holds exactly', line({ answer: '200 49414341647391268729' })],
    ['JSON that looks like a line', '["a - - [17/May/2015:10:05:03 +0000] "," 200 5 "," "," y"]'],
    ['half a pair where a text is cut', line({ origin: `"-" "${'😀'.repeat(4_097)}"` })],
  ])('%s, among others, as it is read alone', (_name, odd) => {
    const data = bytes([line(), odd, odd, line()].join('\n'))
    expect(scanned(data)?.items).toStrictEqual(decoded(data))
  })

  test.each([
    ['nothing', ''],
    ['blanks', ' \n '],
    ['no line of a log', 'hello world\n'],
    ['a first line that is unusual', line({ client: 'é - -' })],
  ])('nothing, where it begins with %s', (_name, text) => {
    expect(scanned(bytes(text))).toBeUndefined()
  })

  test('nothing, where more lines are unusual than are read at a stretch', () => {
    const lines = (odd: number) => bytes(`${line()}\n${'x\n'.repeat(odd)}`)
    const found = scanned(lines(MAX_UNUSUAL_LINES))
    expect(found?.items).toStrictEqual(decoded(lines(MAX_UNUSUAL_LINES)))
    expect(scanned(lines(MAX_UNUSUAL_LINES + 1))).toBeUndefined()
  })

  test('nothing, where not all of it is UTF-8', () => {
    const data = Uint8Array.of(...bytes(`${line()}\n${line()}\n`), 0xff)
    expect(scanned(data)).toBeUndefined()
    expect(decoded(data)).toMatchObject([{ ok: false, rejection: { reason: 'not_utf8' } }])
  })

  test('texts that are right when more of them came than are remembered', () => {
    const text = (n: number) =>
      line({
        client: `host-${n} - user-${n}`,
        request: `GET /page/${n} HTTP/1.1`,
        origin: `"https://a.example/${n}/${'x'.repeat(n % 300)}" "agent ${n} ${n % 3 === 0 ? 'bot' : ''}"`,
      })
    for (let n = 0; n < 18_000; n += 100) {
      const data = bytes(Array.from({ length: 100 }, (_, at) => text((n + at) % 9_000)).join('\n'))
      expect(scanned(data)).toEqual({ fromBytes: 200, items: decoded(data) })
    }
  })
})

const LOG = fileURLToPath(new URL('../../../../../shared/data/weblog/apache.log', import.meta.url))

test.skipIf(!existsSync(LOG))(
  'a real log is read as the regular expressions read it (skipped: ../shared/data is not there)',
  () => {
    const data = new Uint8Array(readFileSync(LOG))
    const newline = 0x0a
    let [from, events, fromBytes] = [0, 0, 0]
    while (from < data.length) {
      const to = data.lastIndexOf(newline, from + 50_000) + 1
      const part = data.subarray(from, Math.max(to, from + 1))
      const found = scanned(part)
      expect(found?.items).toStrictEqual(decoded(part))
      events += found?.items.length ?? 0
      fromBytes += found?.fromBytes ?? 0
      from += part.length
    }
    expect(fromBytes / events).toBeGreaterThan(0.99)
  },
)
