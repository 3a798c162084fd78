import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCbor } from './cbor-reader.ts'
import { encodeCbor } from './cbor-writer.ts'
import { readPage } from './read-page.ts'
import { createRecordPages, recordFields } from './record-pages.ts'
import { createStreamEngine } from './stream-engine.ts'
import { type Encoding, encodeFields } from './wire.ts'

interface OtherCbor {
  encode(value: unknown): Buffer
  decodeFirstSync(bytes: Uint8Array): unknown
}

/** The CBOR that kinesalite brings: written by others. */
const require = createRequire(import.meta.url)
const other: OtherCbor = createRequire(require.resolve('kinesalite'))('cbor')

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.maxSafeInteger(),
  // CBOR has no integer -0, and JSON neither.
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  fc.boolean(),
  fc.constant(null),
)
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 30, noNullPrototype: true },
    ),
  ),
})).value

describe('CBOR', () => {
  test('is read by another reader, and reads another writer', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decodeCbor(encodeCbor(value))).toEqual(value)
        expect(other.decodeFirstSync(encodeCbor(value))).toEqual(value)
        expect(decodeCbor(other.encode(value))).toEqual(value)
      }),
    )
  })

  test('has bytes as byte strings, and times as tagged milliseconds', () => {
    const time = new Date(1_800_000_000_123)
    expect(encodeCbor(time).toString('hex')).toBe('c11b000001a3185c507b')
    expect(decodeCbor(encodeCbor(time))).toEqual(time)
    expect(encodeCbor(Uint8Array.from([1, 2])).toString('hex')).toBe('420102')
  })

  test('is read where lengths are left open, as Jackson writes them', () => {
    // {_ "a": [_ 1, 2], "b": (_ "x", "y")}
    const bytes = Buffer.from('bf61619f0102ff61627f61786179ffff', 'hex')
    expect(decodeCbor(bytes)).toEqual({ a: [1, 2], b: 'xy' })
  })

  test('that is cut is refused', () => {
    const whole = encodeCbor({ name: 'a text', list: [1, 2, 3] })
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeCbor(whole.subarray(0, length))).toThrow(SyntaxError)
    }
  })
})

describe.each<Encoding>(['json', 'cbor'])('an answer of GetRecords in %s', (encoding) => {
  test('is what the plain encoder would write, at first and from what was kept', () => {
    const engine = createStreamEngine({ now: () => 1_800_000_000_123 })
    const stream = engine.create('s', 1)
    const shard = stream.shards[0]!
    for (let n = 0; n < 50; n++) {
      engine.append(stream, shard, `schlüssel "${n}"`, new Uint8Array(2_000).fill(n))
    }
    engine.split(stream, shard.shardId)
    const pages = createRecordPages(1 << 20)
    for (const from of [0, 0, 49, 50]) {
      const page = readPage(stream, shard, from, { records: 50 }, engine.now(), 'alone')
      const next = page.end === undefined ? 'next' : undefined
      const encoded = Buffer.concat(pages.encode(page, next, encoding))
      const plain = encodeFields(
        {
          Records: shard.records.slice(page.from, page.to).map(recordFields),
          ...(next !== undefined && { NextShardIterator: next }),
          MillisBehindLatest: 0,
        },
        encoding,
      )
      if (page.end === undefined) expect(encoded.equals(plain)).toBe(true)
      else expect(encoded.length).toBeGreaterThan(plain.length)
    }
  })
})
