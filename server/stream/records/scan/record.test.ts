import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventSchema } from '../../../../lib/event.ts'
import { plainEvent } from '../../../../lib/scanned-event.ts'
import { decodeRecord } from '../decode-record.ts'
import { MAX_RECORD_EVENTS } from '../decoded-text.ts'
import { hashId } from '../id-hash.ts'
import { parseEvent } from '../parse-event.ts'
import { createRecordScan } from './record.ts'

const arrivedAt = 1_700_000_000_000
const scan = createRecordScan()
function scanned(data: Uint8Array) {
  const found = scan({ data, arrivedAt, sequenceNumber: '1' }, 'shard')
  return found?.items.map((item, index) => {
    if (!item.ok) return item
    if ('value' in item) return parsed(item.value, index, true)
    return { ...item, event: plainEvent(item.event) }
  })
}

function parsed(value: unknown, index: number, escapes: boolean) {
  const event = parseEvent(value, { arrivedAt, escapes, fallbackId: () => `shard:1:${index}` })
  return event.ok && event.named ? { ...event, idHash: hashId(event.event.id) } : event
}

/** The oracle: JSON.parse and the checks of the contract. */
function decoded(data: Uint8Array) {
  const { items, escapes } = decodeRecord(data)
  return items.map((item, index) => (item.ok ? parsed(item.value, index, escapes) : item))
}

const eventOf = (item: ReturnType<typeof parsed> | undefined) => (item?.ok ? item.event : undefined)
const fieldsOf = (item: ReturnType<typeof parsed> | undefined) => Object.keys(eventOf(item) ?? {})

const bytes = (text: string) => new TextEncoder().encode(text)

const blank = fc.oneof(
  { weight: 100, arbitrary: fc.constantFrom('', '', '', ' ', '\n', '\r\n', '\t ') },
  fc.constantFrom('\v', '\u00a0'),
)
const character = fc.oneof(
  { weight: 150, arbitrary: fc.constantFrom('a', 'b', '/', '-', '1', ' ', 'é', '😀', '\ufeff') },
  fc.constantFrom('\\n', '\\"', '\\u0041', '\\u0000', '\\ud800', '\\', '"', '\n', '\u0001', '\0'),
)
const text = fc.array(character, { maxLength: 12 }).map((characters) => `"${characters.join('')}"`)
const longText = fc
  .tuple(
    fc.constantFrom(58, 59, 60, 61, 63, 64, 65, 127, 128, 129, 8_191, 8_192, 8_193),
    fc.constantFrom('x', 'é'),
  )
  .map(([length, letter]) => `"${letter.repeat(length)}"`)
const number = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.integer({ min: 0, max: 8e15 }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
  fc.constantFrom('0', '-0', '01', '-01', '-', '1.', '.5', '0.5', '-0.50', '1e3', '1E-2', '1e999'),
  fc.constantFrom('999999999999999', '1234567890123456', '12345678901234567890', '0.1234567', '+1'),
)
const twoDigits = (max: number) =>
  fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'))
const time = fc
  .tuple(
    fc.constantFrom(
      '2023-11-14',
      '2023-11-15',
      '2024-02-29',
      '2023-02-29',
      '2286-11-19',
      '2286-11-20',
      '2286-11-21',
    ),
    fc.constantFrom('T', 'T', 'T', 't', ' '),
    fc.oneof({ weight: 9, arbitrary: twoDigits(23) }, twoDigits(25)),
    fc.oneof({ weight: 9, arbitrary: twoDigits(59) }, twoDigits(61)),
    fc.oneof({ weight: 9, arbitrary: twoDigits(59) }, twoDigits(61)),
    fc.constantFrom('', '', '.5', '.123', '.000', '.999', '.1234', '.', '.12x'),
    fc.constantFrom('Z', 'Z', 'Z', 'Z', 'Z', 'z', '+01:00', '-00:30', '+0100', '-03', '', 'Z '),
  )
  .map(([day, t, h, m, s, fraction, zone]) => `"${day}${t}${h}:${m}:${s}${fraction}${zone}"`)
/** Near an instant, in every unit, also between them. */
const epoch = fc
  .tuple(
    fc.integer({ min: 1_690_000_000, max: 1_710_000_000 }),
    fc.integer({ min: 0, max: 11 }),
    fc.constantFrom('', '', '', '.5', '.123', '.999999', '.', 'e3'),
    fc.nat(999_999_999),
  )
  .map(([seconds, digits, fraction, more]) => {
    return `${seconds}${String(more).padEnd(digits, '0').slice(0, digits)}${fraction}`
  })
const decimal = fc
  .tuple(
    fc.constantFrom('', '', '', '-', '+'),
    fc.oneof(
      fc.nat().map(String),
      fc.constantFrom('', '0', '000', '999999999', '9007199254', '9007199255', '500000000001'),
    ),
    fc.constantFrom('', '.', '.5', '.000001', '.123456', '.1234560', '.1234567', 'e3', ' '),
  )
  .map((parts) => `"${parts.join('')}"`)
const other = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    'nul',
    'nullx',
    'NaN',
    '',
    '{}',
    '[]',
    '{"a":[1,{"b":"}"}]}',
  ),
  fc.json().map((json) => (json.startsWith('{') ? json : `{"a":${json}}`)),
  fc.constantFrom('{"a":}', '{"a":1]', '{"é":"\\ud800"}', '[{"type":"a"}]'),
)
const value = fc.oneof(text, longText, number, time, decimal, other)
const NAMES = [
  ...Object.keys(eventSchema.shape),
  'types',
  'i',
  'ids',
  'duration_m',
  '__proto__',
  'constructor',
  'x',
  'é',
]
const name = fc.oneof(
  { weight: 100, arbitrary: fc.constantFrom(...NAMES).map((word) => `"${word}"`) },
  fc.constantFrom('"ty\\u0070e"', '""', 'type', '"type', "'type'"),
)
/** A value that the field may well take, most of the time. */
const LIKELY = new Map(
  Object.entries({
    time: fc.oneof(
      time,
      number,
      epoch,
      epoch.map((digits) => `"${digits}"`),
    ),
    cost: fc.oneof(decimal, number),
    revenue: fc.oneof(decimal, number),
    currency: fc.constantFrom('"EUR"', '"usd"', '"uSD"', '"EURO"', '"ÄBC"'),
    status: number,
    duration_ms: number,
    props: other,
  }),
)
const field = name.chain((quoted) => {
  const likely = LIKELY.get(quoted.slice(1, -1)) ?? fc.oneof(text, longText)
  return fc
    .tuple(fc.oneof({ weight: 20, arbitrary: likely }, value), blank, blank, blank, blank)
    .map(([made, a, b, c, d]) => `${a}${quoted}${b}:${c}${made}${d}`)
})
const object = fc
  .tuple(fc.array(field, { maxLength: 6 }), fc.nat(6), fc.integer({ min: 0, max: 9 }))
  .map(([fields, at, typed]) => {
    const all = typed > 0 ? fields.toSpliced(at, 0, '"type":"page_view"') : fields
    return `{${all.join(',')}}`
  })
const item = fc.oneof({ weight: 30, arbitrary: object }, value)
const items = fc.array(item, { minLength: 1, maxLength: 4 })
const record = fc
  .tuple(
    fc.oneof(
      object,
      items.map((all) => all.join('\n')),
      items.map((all) => all.join(' ')),
      items.map((all) => `[${all.join()}]`),
      items.map((all) => `[${all.join(' , ')},]`),
    ),
    blank,
    blank,
  )
  .map(([made, a, b]) => bytes(`${a}${made}${b}`))
/** With one byte left out, put in, or changed. */
const damaged = fc.tuple(record, fc.nat(), fc.nat(2), fc.nat(255)).map(([data, at, kept, byte]) => {
  const place = at % (data.length + 1)
  return Uint8Array.of(
    ...data.subarray(0, place),
    ...(kept === 0 ? [] : [byte]),
    ...data.subarray(place + (kept === 1 ? 0 : 1)),
  )
})

test('what is scanned is what JSON.parse and the contract make of it, whatever is in the record', () => {
  let read = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: record }, damaged), (data) => {
      const events = scanned(data)
      if (events === undefined) return
      read++
      expect(events).toStrictEqual(decoded(data))
    }),
    { numRuns: 3_000 },
  )
  expect(read).toBeGreaterThan(30)
})

describe('a record is scanned', () => {
  const event = {
    id: 'a-b',
    type: 'purchase',
    time: '2023-11-14T22:13:20.000Z',
    visitor: 'v',
    session: 's',
    page: '/größe',
    title: 'A title that is longer than what is pooled: it is made anew for each event',
    referrer: 'https://a.example/',
    account: 'acme',
    campaign: 'c',
    ad: 'ad',
    placement: 'top',
    country: 'DE',
    device: 'mobile',
    cost: '0.001234',
    revenue: 12.5,
    currency: 'EUR',
    status: 200,
    duration_ms: 12.25,
    props: { a: ['}', 1] },
    more: 'ignored',
    flag: true,
  }
  const line = JSON.stringify(event)

  test.each([
    ['one event with every field', line],
    ['one event over several lines', JSON.stringify(event, null, 2)],
    ['an event with a type and nothing else', '{"type":"x"}'],
    [
      'an event whose fields are null',
      '{"type":"x","id":null,"page":null,"cost":null,"time":null}',
    ],
    ['an array', `[${line}, ${line}]`],
    ['lines', `${line}\n${line}\r\n\n${line}\n`],
    ['events on one line', `${line}${line} ${line}`],
    ['events over several lines', `${line}\n{"type":\n"x"}\n${JSON.stringify(event, null, 2)}`],
    ['an array of more than what is sliced', `[${Array(100).fill(line).join()}]`],
    ['a time with an offset', '{"type":"x","time":"2023-11-14T23:13:20+01:00"}'],
    ['a time with the offset of %z', '{"type":"x","time":"2023-11-14T23:13:20+0100"}'],
    ['epoch milliseconds', '{"type":"x","time":1699999999999}'],
    ['a credit in a currency of small letters', '{"type":"x","cost":"-12.5","currency":"eur"}'],
    ['amounts of small currencies', '{"type":"x","cost":5000000000,"revenue":"7000000000.5"}'],
    ['epoch seconds', '{"type":"x","time":1699999999}'],
    ['epoch seconds with a fraction', '{"type":"x","time":1699999999.123}'],
    ['epoch microseconds', '{"type":"x","time":1699999999123456}'],
    ['epoch nanoseconds', '{"type":"x","time":1699999999123456789}'],
    ['epoch seconds as text', '{"type":"x","time":"1699999999.5"}'],
    ['a time in the future', '{"type":"x","time":1800000000000}'],
  ])('of %s', (_name, text) => {
    const events = scanned(bytes(text))
    expect(events).toBeDefined()
    expect(events).toStrictEqual(decoded(bytes(text)))
  })

  test.each([
    ['a comma between events', `${line},${line}`],
    ['what may be a Segment message', '{"type":"track","messageId":"m","userId":"u"}'],
    ['a name twice', '{"type":"x","type":"y"}'],
    ['an escape', '{"type":"x","page":"\\u0041"}'],
    ['an offset beyond 18 hours', '{"type":"x","time":"2023-11-14T22:13:20+24:00"}'],
    ['a time between the units', '{"type":"x","time":169999999999}'],
    ['a type that is missing', '{"page":"x"}'],
    ['more events than a record may hold', '{"type":"x"}\n'.repeat(MAX_RECORD_EVENTS + 1)],
    ['no end', '{"type":"x"'],
    ['nothing', ''],
  ])('not of %s', (_name, text) => {
    expect(scanned(bytes(text))).toBeUndefined()
  })

  test('into events of one shape, the one that is made of parsed JSON', () => {
    const [fromBytes] = scanned(bytes('{"type":"x"}')) ?? []
    const parsedToo = parsed({ type: 'x' }, 0, false)
    expect(fieldsOf(fromBytes)).toEqual(fieldsOf(parsedToo))
  })

  test('with texts that are right when more of them came than are remembered', () => {
    const count = 20_000
    const pages = Array.from({ length: count }, (_, n) => `/page/${n % 9_000}`)
    const read = pages.map(
      (page) => eventOf(scanned(bytes(JSON.stringify({ type: 'x', page })))?.[0])?.page,
    )
    expect(read).toEqual(pages)
  })

  test('with texts that stay right while the rest of the record brings more than are remembered', () => {
    const pages = Array.from({ length: 9_500 }, (_, n) => `/page/${n}`)
    const lines = pages.map((page) => JSON.stringify({ type: 'x', page, device: 'mobile' }))
    const read = scanned(bytes(lines.join('\n')))?.map((item) => eventOf(item))
    expect(read?.map((event) => event?.page)).toEqual(pages)
    expect(new Set(read?.map((event) => event?.device))).toEqual(new Set(['mobile']))
  })
})
