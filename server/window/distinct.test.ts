import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newReader, newWriter, written } from './bytes.ts'
import {
  addEntry,
  coarser,
  type Distinct,
  dense,
  distinctEntry,
  entriesOf,
  estimateDistinct,
  mergeDistinct,
  TOTAL_PRECISION,
} from './distinct.ts'
import { mergeEncodedDistinct, writeDistinct } from './distinct-codec.ts'
import { type Hash64, hashText } from './hash.ts'

const hash: Hash64 = { hi: 0, lo: 0 }
const entryFor = (text: string, precision: number) => {
  hashText(text, hash)
  return distinctEntry(hash, precision)
}

function sketchOf(texts: Iterable<string>, precision: number): Distinct | null {
  let sketch: Distinct | null = null
  for (const text of texts) sketch = addEntry(sketch, entryFor(text, precision), precision)
  return sketch
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `visitor-${from + n}`)

const registers = (sketch: Distinct | null, precision: number) =>
  sketch === null ? [] : [...entriesOf(sketch)].concat(dense(sketch, precision).length)

describe('distinct counting', () => {
  it('an estimate is within four standard errors, whatever the number', () => {
    for (const precision of [12, 14, 15]) {
      for (const count of [1, 2, 10, 100, 1_000, 3_000, 10_000, 60_000, 300_000]) {
        const estimate = estimateDistinct(sketchOf(numbered(0, count), precision), precision)
        const error = Math.abs(estimate - count) / count
        expect({
          precision,
          count,
          off: error > (4 * 1.04) / 2 ** (precision / 2) && Math.abs(estimate - count) > 0.5,
        }).toEqual({ precision, count, off: false })
      }
    }
  })

  it('the error over many sets is what the theory says', () => {
    const errors = Array.from({ length: 60 }, (_, set) => {
      const texts = Array.from({ length: 5_000 }, (_, n) => `${set}/${n}`)
      return estimateDistinct(sketchOf(texts, 12), 12) / 5_000 - 1
    })
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length)
    expect(Math.abs(mean)).toBeLessThan(0.008)
    expect(deviation).toBeLessThan(1.5 * (1.04 / 64))
  })

  it('a million are counted within 2 % in total, from parts that overlap and by way of bytes', () => {
    const million = 1_000_000
    for (const set of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const parts: (Distinct | null)[] = [null, null, null, null]
      for (let n = 0; n < million; n++) {
        const entry = entryFor(`${set}-${n}`, TOTAL_PRECISION)
        for (const part of [n % 4, n % 3]) {
          parts[part] = addEntry(parts[part] ?? null, entry, TOTAL_PRECISION)
        }
      }
      let merged: Distinct | null = null
      for (const part of parts) {
        const writer = newWriter(8)
        writeDistinct(writer, part as Distinct, TOTAL_PRECISION)
        merged = mergeEncodedDistinct(newReader(written(writer)), merged, TOTAL_PRECISION)
      }
      const error = estimateDistinct(merged, TOTAL_PRECISION) / million - 1
      expect({ set, off: Math.abs(error) > 0.02 }).toEqual({ set, off: false })
    }
  }, 30_000)

  it('a million are counted within 2 % in 99 of 100 runs', () => {
    const million = 1_000_000
    let [hi, lo] = [2_463_534_242, 123_456_789]
    /** Marsaglia's Xorshift: a hundred million draws have to be quick. */
    const drawn = (state: number): number => {
      const left = state ^ (state << 13)
      const right = left ^ (left >>> 17)
      return (right ^ (right << 5)) >>> 0
    }
    const errors = Array.from({ length: 100 }, () => {
      let sketch: Distinct | null = null
      for (let n = 0; n < million; n++) {
        hi = drawn(hi)
        lo = drawn(lo)
        hash.hi = hi
        hash.lo = lo
        sketch = addEntry(sketch, distinctEntry(hash, TOTAL_PRECISION), TOTAL_PRECISION)
      }
      return Math.abs(estimateDistinct(sketch, TOTAL_PRECISION) / million - 1)
    })
    expect(errors.filter((error) => error <= 0.02).length).toBeGreaterThanOrEqual(99)
  }, 60_000)

  const part = fc
    .tuple(fc.nat(6_000), fc.nat(3_000))
    .map(([from, count]) => numbered(from, from + count))

  it('merging parts in any order, in memory or from bytes, is inserting all of them', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(8, 12),
        (parts, precision) => {
          const direct = sketchOf(parts.flat(), precision)
          let merged: Distinct | null = null
          let decoded: Distinct | null = null
          for (const texts of parts.toReversed()) {
            const sketch = sketchOf(texts, precision)
            merged = mergeDistinct(merged, sketch, precision)
            if (sketch === null) continue
            const writer = newWriter(8)
            writeDistinct(writer, sketch, precision)
            const reader = newReader(written(writer))
            decoded = mergeEncodedDistinct(reader, decoded, precision)
            expect(reader.at).toBe(writer.length)
          }
          expect(registers(merged, precision)).toEqual(registers(direct, precision))
          expect(registers(decoded, precision)).toEqual(registers(direct, precision))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('made coarser it is what it would be at that precision', () => {
    const precisions = fc.tuple(fc.integer({ min: 8, max: 15 }), fc.nat(4))
    fc.assert(
      fc.property(part, precisions, (texts, [from, fewer]) => {
        const to = Math.max(4, from - fewer)
        const sketch = sketchOf(texts, from)
        if (sketch === null) return
        expect(registers(coarser(sketch, from, to), to)).toEqual(registers(sketchOf(texts, to), to))
      }),
      { numRuns: 40 },
    )
  })

  it('merging leaves the source alone', () => {
    const source = sketchOf(numbered(0, 50), 12)
    const before = registers(source, 12)
    const target = mergeDistinct(null, source, 12)
    mergeDistinct(target, sketchOf(numbered(50, 900), 12), 12)
    expect(registers(source, 12)).toEqual(before)
  })
})

describe('the hash', () => {
  it('every bit is set half of the time', () => {
    const set = new Array<number>(64).fill(0)
    const count = 20_000
    for (let n = 0; n < count; n++) {
      hashText(`/page/${n}`, hash)
      for (let bit = 0; bit < 32; bit++) {
        set[bit] = (set[bit] ?? 0) + ((hash.lo >>> bit) & 1)
        set[bit + 32] = (set[bit + 32] ?? 0) + ((hash.hi >>> bit) & 1)
      }
    }
    for (const ones of set) expect(Math.abs(ones / count - 0.5)).toBeLessThan(0.02)
  })

  it('strings that differ in one character, in length or in order have different hashes', () => {
    const texts = ['', '\0', '\0\0', 'a', 'ab', 'ba', 'abc', 'acb', 'aa', 'aaa', 'é', 'e']
    const hashes = texts.map((text) => {
      hashText(text, hash)
      return `${hash.hi} ${hash.lo}`
    })
    expect(new Set(hashes).size).toBe(texts.length)
  })
})
