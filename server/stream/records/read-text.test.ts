import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRecord } from './decode-record.ts'
import { decodeLargeText, decodeText } from './decode-text.ts'
import { type DecodedText, MAX_RECORD_EVENTS } from './decoded-text.ts'
import { MAX_TOLD_REJECTIONS } from './reading.ts'
import { finish } from './steps.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const fresh = () => ({ bytes: 0, values: 0 })

/** Each value, and for what is rejected its reason and the text it was read from; in every way that it can be put. */
function readAll(data: Uint8Array) {
  const small = decodeText(data, fresh())
  const large = finish(decodeLargeText(data, fresh()))
  expect(large).toEqual(small)
  for (const fold of [gzipSync, deflateSync]) {
    expect(told(decodeRecord(fold(data)))).toEqual(told(small))
  }
  return told(small)
}

const told = ({ items }: Pick<DecodedText, 'items'>) =>
  items.map((item) =>
    item.ok ? item.value : [item.rejection.reason, Buffer.from(item.part ?? '').toString('latin1')],
  )

const read = (text: string) => readAll(bytes(text))

const [a, b, c] = [{ type: 'a' }, { type: 'b' }, { type: 'c' }]
const [A, B, C] = ['{"type":"a"}', '{"type":"b"}', '{"type":"c"}']
const pretty = (value: unknown) => JSON.stringify(value, null, 2)
const notJson = (part: string) => ['not_json', part]
const LOG = '::1 - - [03/Feb/2026:09:08:07 +0000] "HEAD /a HTTP/1.1" 200 5 "-" "-"'
const logged = expect.objectContaining({ type: 'request', page: '/a' })

describe('each line has its own fate', () => {
  test.each([
    ['first', [0, 1]],
    ['in the middle', [1, 1]],
    ['last', [2, 0]],
  ])('one that is not UTF-8, %s', (_name, [before, after]) => {
    const good = bytes(`${A}\n`)
    const odd = Uint8Array.of(0x78, 0xff, 0x79)
    const data = Buffer.concat([
      ...Array<Uint8Array>(before as number).fill(good),
      odd,
      bytes('\r\n'),
      ...Array<Uint8Array>(after as number).fill(good),
    ])
    const rejected = ['not_utf8', expect.stringMatching(/^x\xffy\r?$/)]
    expect(readAll(data)).toEqual([...Array(before).fill(a), rejected, ...Array(after).fill(a)])
  })

  test('an event that is not UTF-8, over several lines, is one', () => {
    const odd = Buffer.concat([bytes('{\n"type":"'), Uint8Array.of(0xff), bytes('"\n}')])
    const data = Buffer.concat([bytes(`${A}\n`), odd, bytes(`\n${B}`)])
    expect(readAll(data)).toEqual([a, ['not_utf8', odd.toString('latin1')], b])
  })

  test.each([999, 1_000, 1_001, 5_000])('the first after %i that hold no event', (count) => {
    const items = read(`${'no event\n'.repeat(count)}${A}`)
    expect(items).toHaveLength(count + 1)
    expect(items.at(-1)).toEqual(a)
  })

  test('where none is an event: they are lines, not one document', () => {
    expect(read('hello\nworld')).toEqual([notJson('hello'), notJson('world')])
  })

  test('of a log between events, torn or not', () => {
    expect(read(`${A}\n${LOG}\n${LOG.slice(9)}\n{"ty\n${LOG}\n${B}`)).toEqual([
      a,
      logged,
      ['bad_log_line', LOG.slice(9)],
      notJson('{"ty'),
      logged,
      b,
    ])
  })

  test('of a log that begins with a bracket', () => {
    const line = '[Wed Oct 11 14:32:52 2000] [core:error] [client 192.0.2.7] no such file: /x'
    expect(read(`${line}\n${line}\n${A}`)).toEqual([notJson(line), notJson(line), a])
  })

  test('up to as many as a record may hold, and only the first are told in words', () => {
    const { items } = decodeRecord(bytes(`${'x\n'.repeat(MAX_RECORD_EVENTS - 1)}${A}`))
    expect(items).toHaveLength(MAX_RECORD_EVENTS)
    expect(items.at(-1)).toEqual({ ok: true, value: a })
    const parts = items.map((item) => (item.ok ? undefined : item.part))
    expect(parts.filter((part) => part !== undefined)).toHaveLength(MAX_TOLD_REJECTIONS)
    expect(parts.slice(0, MAX_TOLD_REJECTIONS)).not.toContain(undefined)
    expect(items.filter((item) => !item.ok && item.rejection.reason === 'not_json')).toHaveLength(
      MAX_RECORD_EVENTS - 1,
    )
  })
})

describe('each document has its own fate', () => {
  test.each([
    ['without anything between', `${A}${B}${C}`],
    ['with blanks between', `${A} ${B}\t${C}\r`],
    ['with commas between', `${A},${B}, ${C},`],
    ['with commas behind lines', `${A},\n${B},\n${C},\n`],
    ['over several lines', `${pretty(a)}\n${pretty(b)}\n${pretty(c)}`],
    ['over several lines, without anything between', `${pretty(a)}${pretty(b)}${pretty(c)}`],
    ['in arrays', `[${A}][${B},${C}]`],
    ['in arrays, one a line', `[${A},${B}]\n[${C}]`],
    ['in arrays over several lines', `${pretty([a])}\n${pretty([b, c])}`],
    ['in an array with a comma too many', `[${A},${B},${C},]`],
    ['in an array without commas', `[${A}${B}\n${C}]`],
    ['behind byte order marks', `\ufeff${A}\n\ufeff${B}\ufeff${C}`],
  ])('%s', (_name, text) => {
    expect(read(text)).toEqual([a, b, c])
  })

  test.each([
    ['with a value that is none', '{"type":NaN}'],
    ['with a comma too many', '{"type":"x",}'],
    ['with quotes of another kind', "{'type':'x'}"],
    ['with a value that is missing', '{"type":}'],
    ['with brackets within', '{"type":[NaN,{"a":None}]}'],
    ['with braces in a text', '{"type":"}{",}'],
  ])('and a broken one costs itself where its braces match: %s', (_name, odd) => {
    const items = [a, notJson(odd), b]
    expect(read(`${A}${odd}${B}`)).toEqual(items)
    expect(read(`${A}\n${odd}\n${B}`)).toEqual(items)
    expect(read(`[${A},${odd},${B}]`)).toEqual(items)
    expect(read(`[\n  ${A},\n  ${odd},\n  ${B}\n]`)).toEqual(items)
  })

  test('one that is broken over several lines is one', () => {
    const odd = pretty({ type: 'x', props: { a: [1, 'NaN'] } }).replace('"NaN"', 'NaN')
    expect(read(`${pretty(a)}\n${odd}\n${pretty(b)}`)).toEqual([a, notJson(odd), b])
    expect(read(`${pretty(a)}${odd}${pretty(b)}`)).toEqual([a, notJson(odd), b])
  })

  test.each([
    ['before the next that follows a brace', `${A}{"ty}${B}`, [a, notJson('{"ty}'), b]],
    ['before the next where it broke off', `${A}{"x":1,${B}`, [a, notJson('{"x":1,'), b]],
    ['with its line', `${A}{"ty\n${B}`, [a, notJson('{"ty'), b]],
    ['with its line, what stands there is lost', `{"ty${A}\n${B}`, [notJson(`{"ty${A}`), b]],
    [
      'with the lines that go on with it',
      '{"type":"x","title":"one\n two"}\n{"type":"b"}',
      [notJson('{"type":"x","title":"one\n two"}'), b],
    ],
    [
      'before a line that cannot go on with it',
      `{"ty\nhello\n${B}`,
      [notJson('{"ty'), notJson('hello'), b],
    ],
    [
      'before an event within that stands like the next one',
      `{"type":"x","items":[\n${A}\n${B}`,
      [notJson('{"type":"x","items":['), a, b],
    ],
    [
      'at the end',
      `${A}\n{\n  "type": "x",\n  "props": {\n`,
      [a, notJson('{\n  "type": "x",\n  "props": {')],
    ],
  ])('a torn one ends %s', (_name, text, items) => {
    expect(read(text)).toEqual(items)
  })

  test.each([
    ['torn between its members', `[${A},${B},`, [a, b, notJson(`[${A},${B},`)]],
    ['torn behind a member', `[${A},${B}`, [a, b, notJson(`[${A},${B}`)]],
    ['torn in a member', `[${A},{"ty`, [a, notJson('{"ty')]],
    ['torn in a member, one a line', `[${A},{"ty\n[${B}]`, [a, notJson('{"ty'), b]],
    ['torn, and a line of a log', `[${A},\n${LOG}`, [a, notJson(`[${A},`), logged]],
    ['torn at its beginning', `[\n`, [notJson('[\n')]],
    ['with words that are none', `[${A},None,${B}]`, [a, notJson('None'), b]],
    ['with other values', `[${A},7,"x",[1]]`, [a, 7, 'x', [1]]],
    ['without members, among others', `${A}\n[]\n[ ]`, [a, ['empty', '[]'], ['empty', '[ ]']]],
    ['broken and closed', `[\n  {"ty\n]\n${B}\n[${C}]`, [notJson('{"ty'), b, c]],
  ])('the members of an array, too: %s', (_name, text, items) => {
    expect(read(text)).toEqual(items)
  })

  test('whatever is torn on a line of its own costs no other line', () => {
    const whole = JSON.stringify({ type: 'x', props: { a: [1, { b: '{"c":[]}' }], d: '\\' } })
    for (let at = 1; at < whole.length; at++) {
      const torn = whole.slice(0, at)
      expect(read(`${A}\n${torn}\n${B}\n${torn}\n${C}`)).toEqual([
        a,
        notJson(torn),
        b,
        notJson(torn),
        c,
      ])
    }
  })

  test('whatever is torn of a document over several lines costs no other document', () => {
    const whole = pretty({ type: 'x', props: { a: [1, { b: '{"c":[]}' }], d: '\\' } })
    for (let at = 1; at < whole.length; at++) {
      const torn = whole.slice(0, at).trimEnd()
      expect(read(`${pretty(a)}\n${torn}\n${pretty(b)}`)).toEqual([a, notJson(torn), b])
    }
  })

  test('however many there are, and whatever is between them', () => {
    const good = fc.record({ type: fc.constantFrom('a', 'b'), props: fc.jsonValue() })
    const piece = fc.oneof(
      good.map((value) => ({ text: JSON.stringify(value), value })),
      good.map((value) => ({ text: pretty(value), value })),
      good
        .chain((value) => fc.nat(JSON.stringify(value).length - 1).map((at) => ({ value, at })))
        .map(({ value, at }) => ({ text: JSON.stringify(value).slice(0, at), value: undefined })),
      fc.constantFrom('hello', 'x y', '\xff').map((text) => ({ text, value: undefined })),
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const data = bytes(pieces.map(({ text }) => text).join('\n'))
        const values = readAll(data).filter((item) => !Array.isArray(item))
        const expected = pieces.flatMap(({ value }) => (value === undefined ? [] : [value]))
        expect(JSON.stringify(values)).toBe(JSON.stringify(expected))
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is gone through in vain is bounded', () => {
  test.each([
    ['what opens on each line', '{"a":[\n', 150_000],
    ['what opens without end', '{"a":', 200_000],
    ['texts without end', '{"ty}', 200_000],
    ['braces that do not match', '{"a":[1}', 100_000],
    ['brackets', '[', 400_000],
    ['objects within', '{"a":{},"a":[{}', 50_000],
  ])('%s', (_name, text, times) => {
    const data = bytes(`${text.repeat(times)}\n${A}`)
    const steps = decodeLargeText(data, fresh())
    let count = 0
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) count++
    expect(step.value.items.at(-1)).toEqual({ ok: true, value: a })
    expect(count).toBeLessThan(7_000)
  })
})
