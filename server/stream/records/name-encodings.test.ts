import { expect, test } from 'vitest'
import { decodeRecord } from './decode-record.ts'
import { parseEvent } from './parse-event.ts'

const EVENT = '{"type":"page_view","page":"/a/b","visitor":"someone"}'
const LINES = `${EVENT}\n`.repeat(20)

/** Of what is rejected, in the record or by the contract. */
const problems = (data: Buffer) =>
  decodeRecord(data).items.flatMap((item) => {
    const checked = item.ok
      ? parseEvent(item.value, { arrivedAt: 1_700_000_000_000, fallbackId: () => 'id' })
      : item
    return checked.ok ? [] : [checked.rejection]
  })

function utf32(text: string, end: 'little' | 'big'): Buffer {
  const units = [...text].map((each) => each.codePointAt(0) as number)
  const data = Buffer.alloc(4 * units.length)
  for (const [at, unit] of units.entries()) {
    if (end === 'big') data.writeUInt32BE(unit, 4 * at)
    else data.writeUInt32LE(unit, 4 * at)
  }
  return data
}

test.each([
  ['with a mark, little end first', utf32(`\ufeff${LINES}`, 'little')],
  ['with a mark, big end first', utf32(`\ufeff${LINES}`, 'big')],
  ['little end first', utf32(LINES, 'little')],
  ['big end first', utf32(LINES, 'big')],
])('UTF-32 is named, %s', (_name, data) => {
  expect(problems(data)).toEqual([{ reason: 'utf16', detail: 'UTF-32 is not read: put UTF-8' }])
})

test('a JSON text sequence is named: put a document a line', () => {
  const sequence = Buffer.from(`\u001e${EVENT}\n\u001e${EVENT}\n`)
  expect(problems(sequence)).toEqual([
    { reason: 'not_json', detail: expect.stringMatching(/JSON text sequence.*without that byte/) },
  ])
})

test('base64 of JSON in a JSON string is named: put the bytes', () => {
  const text = Buffer.from(EVENT).toString('base64')
  expect(problems(Buffer.from(JSON.stringify(text)))).toEqual([
    { reason: 'base64', detail: expect.stringContaining('this looks like base64 of JSON') },
  ])
})
