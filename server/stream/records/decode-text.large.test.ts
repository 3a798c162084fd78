import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRecord } from './decode-record.ts'
import { decodeLargeText, decodeText } from './decode-text.ts'
import {
  type DecodedText,
  MAX_EVENT_BYTES,
  MAX_EVENT_VALUES,
  MAX_RECORD_EVENTS,
} from './decoded-text.ts'
import { finish } from './steps.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const fresh = () => ({ bytes: 0, values: 0 })
const large = (data: Uint8Array) => finish(decodeLargeText(data, fresh()))

/** What matters of it: a broken record's words may differ. */
const told = ({ items, bytes, escapes }: DecodedText) => ({
  items: items.map((item) => (item.ok ? { value: item.value } : item.rejection.reason)),
  parts: items.map((item) => (item.ok ? null : item.part)),
  bytes,
  escapes,
})

/** One text or number with blanks around it that are none of JSON's: no event, whatever it is called. */
const isLoneScalar = ({ items: [only, second] }: DecodedText): boolean =>
  second === undefined && only?.ok === true && typeof only.value !== 'object'

const blank = fc.constantFrom('', ' ', '\n', '\r\n', '\t', '\u00a0', '\u2028', '\ufeff')
const piece = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.constantFrom('{"a":"]},"}', '{"a":"\\\\"}', '{"a":"\\"{["}', '[{}]', '[]', '[[1],2]', '{}'),
  fc.constantFrom('{', '}', '[', ']', ',', '"', '\\', 'x', '1', '"é😀"', '{"a":"\\u0000"}'),
)
const logLine = fc.constantFrom(
  '::1 - - [03/Feb/2026:09:08:07 +0000] "GET /a HTTP/1.1" 200 5 "-" "é"',
  '::1 - - [03/Feb/2026:09:08:07 +0000] "HEAD /a HTTP/1.1" 200 5 "-" "-"',
  '::1 - - [31/Feb/2026:09:08:07 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"',
  '::1 - - [03/Feb/2026:09:08:07 +0000] "GET /a HT',
)
const lines = fc
  .array(fc.tuple(blank, fc.oneof(piece, logLine), blank), { maxLength: 5 })
  .map((parts) => parts.map((part) => part.join('')).join('\n'))
const list = fc
  .array(fc.tuple(blank, piece, blank), { maxLength: 5 })
  .map((parts) => `[${parts.map((part) => part.join('')).join(',')}]`)
const text = fc
  .tuple(blank, fc.oneof(lines, list, piece, fc.string({ unit: 'binary' })), blank)
  .map((parts) => parts.join(''))

describe('a large text', () => {
  test('holds what it would hold if it were small', () => {
    fc.assert(
      fc.property(text, (some) => {
        const data = bytes(some)
        fc.pre(data.length > 0)
        const read = large(data)
        const small = decodeText(data, fresh())
        if (isLoneScalar(read)) expect(small.items).toHaveLength(1)
        else expect(told(read)).toEqual(told(small))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['bytes of no letter', [0x22, 0xff, 0xfe, 0x22]],
    ['half a letter', [0x22, 0xc3, 0x22]],
  ])('with %s is rejected as a whole', (_name, data) => {
    expect(told(large(Uint8Array.from(data))).items).toEqual(['not_utf8'])
  })

  test.each([
    ['an array', (n: number) => `[${'{},'.repeat(n - 1)}{}]`],
    ['lines', (n: number) => '{}\n'.repeat(n)],
  ])(
    'of millions of events, as %s, is refused at the first too many, in short steps',
    (_name, many) => {
      const steps = decodeLargeText(bytes(many(1_900_000)), fresh())
      let turns = 0
      let step = steps.next()
      for (; step.done !== true; step = steps.next()) turns++
      expect(step.value.items).toMatchObject([
        {
          ok: false,
          rejection: { reason: 'too_large', detail: expect.stringContaining('200000') },
        },
      ])
      expect(turns).toBeGreaterThan(MAX_RECORD_EVENTS / 1_500)
      expect(turns).toBeLessThan(MAX_RECORD_EVENTS / 500)
    },
  )

  test('rejects alone an event that is too large, and takes the others', () => {
    const values = `{"a":[${'[],'.repeat(MAX_EVENT_VALUES)}1]}`
    const long = `{"a":"${'x'.repeat(MAX_EVENT_BYTES)}"}`
    const expected = [{ value: { n: 1 } }, 'too_large', 'too_large', { value: { n: 2 } }]
    const parts = ['{"n":1}', values, long, '{"n":2}']
    expect(told(large(bytes(parts.join('\n')))).items).toEqual(expected)
    expect(told(large(bytes(`[${parts.join(',')}]`))).items).toEqual(expected)
    expect(told(large(bytes(values))).items).toEqual(['too_large'])
  })

  test('that is broken all over is not looked at to its end', () => {
    const steps = decodeLargeText(bytes('x\n'.repeat(4_000_000)), fresh())
    let turns = 0
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) turns++
    expect(told(step.value).items).toEqual(['too_large'])
    expect(turns).toBeLessThan(MAX_RECORD_EVENTS / 25)
  })

  test('is what a record holds that is more than can be read at a stretch', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ({
      type: `é-${n}`,
      title: 'x'.repeat(20),
    }))
    const read = decodeRecord(bytes(JSON.stringify(many)))
    expect(read.items.map((item) => item.ok && item.value)).toEqual(many)
  })
})
