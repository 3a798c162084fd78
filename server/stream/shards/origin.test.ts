import kinesaliteDb from 'kinesalite/db/index.js'
import { expect, test } from 'vitest'
import type { StreamRecord } from '../read/stream-source.ts'
import { createOrigin, shardMade } from './origin.ts'

const NOON = Date.UTC(2026, 0, 1, 12)

/** As an emulator writes them, which learned it from Kinesis. */
const numberOf = (shardCreateTime: number, seqTime = shardCreateTime + 5_000): string =>
  kinesaliteDb.stringifySequence({ shardCreateTime, shardIx: 3, seqTime, seqIx: 7 })

const records = (sequenceNumber: string) => {
  const record: StreamRecord = {
    ...{ sequenceNumber, arrivedAt: NOON, partitionKey: 'k', data: new Uint8Array() },
  }
  return [record]
}

test('numbers of one shard say the same second, those of a shard made later another', () => {
  const made = shardMade(numberOf(NOON))
  expect(made).toBeDefined()
  expect(shardMade(numberOf(NOON, NOON + 9_000_000))).toBe(made)
  expect(shardMade(numberOf(NOON + 1_000))).not.toBe(made)
  // What Kinesis itself writes.
  const [first, second] = [
    '49590338271490256608559692538361571095921575989136588898',
    '49590338271490256608559692540925702759324208523137515618',
  ]
  expect(shardMade(first)).toBe(shardMade(second))
})

test.each(['', 'x', '0', '7', '4917969609600000000000000000000000000000000000000000000100000000'])(
  '%s says nothing',
  (number) => expect(shardMade(number)).toBeUndefined(),
)

test('I23: records of a shard that was made later are not taken in before the stream was looked at', () => {
  const origin = createOrigin(numberOf(NOON))
  expect(() => origin.check(records(numberOf(NOON, NOON + 60_000)))).not.toThrow()
  expect(() => origin.check([])).not.toThrow()
  const foreign = records(numberOf(NOON + 60_000))
  for (let n = 0; n < 2; n++) {
    expect(() => origin.check(foreign)).toThrow(/a shard that was made at another time/)
  }
  // It is the same stream all the same: here these digits mean something else.
  origin.looked()
  expect(() => origin.check(foreign)).not.toThrow()
})

test('a shard of which nothing was read is known by the first listing', () => {
  const origin = createOrigin(null)
  const foreign = records(numberOf(NOON + 60_000))
  expect(() => origin.check(foreign)).not.toThrow()
  origin.listed(numberOf(NOON))
  origin.listed(numberOf(NOON + 60_000))
  expect(() => origin.check(foreign)).toThrow()
})

test('a look for another reason changes nothing', () => {
  const origin = createOrigin(numberOf(NOON))
  origin.looked()
  expect(() => origin.check(records(numberOf(NOON + 60_000)))).toThrow()
})
