import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_TEXT_LENGTH, type StreamEvent } from '../../../../lib/event.ts'
import { decodeRecord } from '../decode-record.ts'
import { bytes, decoded, scanned } from './log.testing.ts'

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
const client = mostly(
  address,
  fc
    .array(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.constantFrom('10.0.0.1', 'unknown', '-', '203.0.113.7:80', '[2001:db8::7]:80', '', 'a'),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .chain((hops) => fc.constantFrom(', ', ', ', ',', ' ').map((between) => hops.join(between))),
)
const host = mostly(
  fc.constantFrom('', '', '', 'shop.example:443 ', 'shop.example ', '203.0.113.1:80 '),
  fc.oneof(
    fc.constantFrom('[2001:db8::1]:443 ', '[::1] ', '- ', '-:80 ', '_ ', 'é:80 ', '203.0.113.1 '),
    anyText,
  ),
)
const front = fc.tuple(host, client, identity, user).map(([h, c, i, u]) => `${h}${c} ${i} ${u}`)

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
      fc.constantFrom('1969', '1970', '2286', '2287', '15', '0000'),
    ),
    mostly(padded(23), padded(99)),
    mostly(padded(59), padded(99)),
    mostly(padded(59), fc.oneof(padded(99), fc.constantFrom('60', '5', '0 '))),
    mostly(
      fc.constantFrom('', '', '.123', ',000', '.999'),
      fc.constantFrom('.', '.1', '.12', '.1234', '.123456789', ',1a3', ' 123', '.1 3', ';123'),
    ),
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
        ' +1800',
        ' -1801',
        ' +2400',
        ' +9999',
        '+0000',
        ' +0a00',
      ),
    ),
  )
  .map(
    ([day, month, year, h, m, s, part, zone]) =>
      `${day}/${month}/${year}:${h}:${m}:${s}${part}${zone}`,
  )
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
  fc.constantFrom('20', '2000', '-', '2o0', '', '099', '001', '100', '599', '600', '999'),
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
const origin = mostly(
  fc.tuple(referrer, agent).map(([from, by]) => ` "${from}" "${by}"`),
  fc.constantFrom('', '', '', ' "-"', '  "-" "-"', ' "-"  "-"', ' - -'),
)
const further = mostly(
  fc.constantFrom('"-"', '"203.0.113.7"', '"10.0.0.1, 203.0.113.7"', '0.012', '210ms', '-', '42'),
  fc.constantFrom(
    '"a b"',
    '1834us',
    'rt="0.1 s"',
    '"0.012"',
    '"10.0.0.1"',
    '"',
    '"a\\"',
    'x"',
    'é',
    '',
  ),
)
const rest = mostly(
  fc.oneof(
    fc.constantFrom('', '', '', ' 42 "a@b" "http://10.0.0.5:80" 210ms', ' 7 "-" "-" 0ms'),
    fc
      .array(further, { maxLength: 3 })
      .map((fields) => fields.map((field) => ` ${field}`).join('')),
  ),
  fc.oneof(
    fc.constantFrom(' "0.012" up', ' ', '  ', ' é', ' \t', '\t', 'x', ' \u2028', ' \x7f', '"'),
    anyText,
  ),
)

const wholeLine = fc
  .tuple(front, time, request, status, size, origin, rest)
  .map(([who, t, r, s, b, from, more]) => `${who} [${t}] "${r}" ${s} ${b}${from}${more}`)
/** With a word left out, put twice, or put elsewhere. */
const reordered = fc
  .tuple(wholeLine, fc.nat(20), fc.nat(20), fc.nat(2))
  .map(([line, at, to, kind]) => {
    const words = line.split(' ')
    const [word] = words.splice(at % words.length, kind === 0 ? 0 : 1)
    if (kind < 2) words.splice(to % (words.length + 1), 0, word ?? '203.0.113.7')
    return words.join(' ')
  })
const logLine = fc.oneof({ weight: 4, arbitrary: wholeLine }, reordered)
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

const FEATURES: Record<string, (event: StreamEvent) => boolean> = {
  host: ({ props }) => props?.host !== undefined,
  port: ({ props }) => props?.port !== undefined,
  user: ({ props }) => props?.user !== undefined,
  'no visitor': ({ visitor }) => visitor === undefined,
  'a public visitor': ({ visitor }) => visitor === '203.0.113.7',
  'no agent': ({ type, props }) => type === 'request' && props?.agent === undefined,
  fraction: ({ time }) => time % 1_000 !== 0,
  duration: ({ durationMs }) => durationMs !== undefined,
  router: ({ props }) => props?.router !== undefined,
}
const featuresOf = (event: StreamEvent): string[] =>
  Object.keys(FEATURES).filter((what) => FEATURES[what]?.(event))

test('what is scanned is what the regular expressions and the contract make of it, whatever is in a log', () => {
  let fromBytes = 0
  let all = 0
  const seen = new Map<string, number>()
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
      expect(found.partlyRead).toBe(decodeRecord(data).partlyRead)
      if (found.fromBytes < found.items.length) return
      for (const item of found.items) {
        if (!item.ok) continue
        for (const what of featuresOf(item.event)) seen.set(what, (seen.get(what) ?? 0) + 1)
      }
    }),
    { numRuns: 4_000 },
  )
  // Of every layout some lines were read from bytes.
  expect(Object.keys(FEATURES).filter((what) => (seen.get(what) ?? 0) < 20)).toEqual([])
  expect(fromBytes).toBeGreaterThan(2_000)
  expect(all - fromBytes).toBeGreaterThan(500)
})
