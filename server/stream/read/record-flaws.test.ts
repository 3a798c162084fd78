import { cbor } from '@smithy/core/cbor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../lib/time.ts'
import { decodePage } from './get-records-cbor.ts'
import { flawOf, mendArrivals } from './record-flaws.ts'
import type { RecordList, StreamRecord } from './stream-source.ts'

const T = 1_700_000_000_000

interface Given {
  number: string
  arrivedAt: number
}

const plain = (given: readonly Given[]): StreamRecord[] =>
  given.map(({ number, arrivedAt }) => ({
    sequenceNumber: number,
    arrivedAt,
    partitionKey: 'key',
    data: new Uint8Array(),
  }))

function decoded(given: readonly Given[]): RecordList {
  const Records = given.map(({ number, arrivedAt }) => ({
    SequenceNumber: number,
    ApproximateArrivalTimestamp: arrivedAt,
    Data: new Uint8Array(),
    PartitionKey: 'key',
  }))
  return decodePage(cbor.serialize({ Records })).records as RecordList
}

const number = fc.oneof(
  { weight: 20, arbitrary: fc.stringMatching(/^[1-3]{1,4}$/) },
  { weight: 5, arbitrary: fc.stringMatching(/^4950[0-9]{40,60}$/) },
  { weight: 1, arbitrary: fc.constantFrom('', 'x', '1x', '-1', '9'.repeat(300)) },
)

describe('what cannot be of records', () => {
  test('is found alike in those that lie in CBOR and in those that were made', () => {
    const inOrder = fc
      .array(number, { maxLength: 12 })
      .map((numbers) => numbers.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)))
    const lists = fc.oneof(inOrder, fc.array(number, { maxLength: 12 }))
    fc.assert(
      fc.property(lists, (numbers) => {
        const given = numbers.map((each) => ({ number: each, arrivedAt: T }))
        expect(flawOf(decoded(given))).toBe(flawOf(plain(given)))
      }),
    )
  })

  test.each([
    [['7', '8', '8', '10'], undefined],
    [['7', '10', '8'], 'record 3 comes before the one before it, by its sequence number'],
    [['7', ''], 'record 2 has a sequence number that is none'],
  ])('%o: %s', (numbers, flaw) => {
    expect(flawOf(decoded(numbers.map((each) => ({ number: each, arrivedAt: T }))))).toBe(flaw)
  })

  test('also a record without data, or without a sequence number', () => {
    const flaw = (record: object) =>
      flawOf(decodePage(cbor.serialize({ Records: [record] })).records as RecordList)
    expect(flaw({ SequenceNumber: '1' })).toBe('a record came without its data')
    expect(flaw({ Data: new Uint8Array() })).toBe('record 1 has a sequence number that is none')
    expect(flaw({ SequenceNumber: '1', Data: new Uint8Array() })).toBeUndefined()
  })

  test('is looked for record by record where the numbers lie in pieces', () => {
    const text = (value: string) =>
      Buffer.concat([Buffer.of(0x60 + value.length), Buffer.from(value)])
    const pieces = Buffer.concat([Buffer.of(0x7f), text('1'), text('x'), Buffer.of(0xff)])
    const record = [Buffer.of(0xa2), text('Data'), Buffer.of(0x40), text('SequenceNumber'), pieces]
    const answer = Buffer.concat([Buffer.of(0xa1), text('Records'), Buffer.of(0x81), ...record])
    const { records } = decodePage(answer)
    expect(records?.flaw).toBeUndefined()
    expect(flawOf(records as RecordList)).toBe('record 1 has a sequence number that is none')
  })
})

describe('a time of arrival that cannot be', () => {
  const arrivals = [0, T - HOUR_MS, T, T + DAY_MS, 5 * T, Number.NaN]
  const given = arrivals.map((arrivedAt, n) => ({ number: String(n + 1), arrivedAt }))
  const times = (list: RecordList) => Array.from(list, ({ arrivedAt }) => arrivedAt)

  test.each([
    ['those that lie in CBOR', decoded],
    ['those that were made', plain],
  ])('is replaced by the moment of the answer, of %s', (_name, made) => {
    const list = made(given)
    expect(mendArrivals(list, { streamNow: T + 5, now: 0 })).toBe(4)
    expect(times(list)).toEqual([T + 5, T - HOUR_MS, T, T + 5, T + 5, T + 5])
  })

  test('by a clock that may be wrong only where it is far off', () => {
    const list = plain(given)
    expect(mendArrivals(list, { streamNow: undefined, now: T - HOUR_MS })).toBe(3)
    expect(times(list)).toEqual([T - HOUR_MS, T - HOUR_MS, T, T + DAY_MS, T - HOUR_MS, T - HOUR_MS])
  })
})
