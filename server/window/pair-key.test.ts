import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OTHER_KEY } from '../../lib/kpis.ts'
import { dimensionKey, MAX_KEY_LENGTH } from './keys.ts'
import { pairKey, splitPair } from './pair-key.ts'

/** Any text, and many that look like a part of the coding. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '1', '1:', ':', '1:a', '0:', '12:', 'a', OTHER_KEY, '🦊', '4:acme'),
)

it('a pair comes back from its key as it was, whatever is in it', () => {
  fc.assert(
    fc.property(text, text, (first, second) => {
      expect(splitPair(pairKey(first, second))).toEqual([first, second])
    }),
  )
})

it('no two pairs have one key', () => {
  fc.assert(
    fc.property(text, text, text, text, (a, b, c, d) => {
      expect(pairKey(a, b) === pairKey(c, d)).toBe(a === c && b === d)
    }),
  )
})

it('a pair of keys as panes hold them is as short as two, well-formed, and never "other"', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const key = pairKey(dimensionKey(one), dimensionKey(other))
      expect(key.length).toBeLessThanOrEqual(2 * MAX_KEY_LENGTH + 4)
      expect(Buffer.from(key, 'utf8').toString('utf8')).toBe(key)
      expect(key.charCodeAt(0)).not.toBe(0)
    }),
  )
})

it('what is not the key of a pair is none', () => {
  for (const key of [OTHER_KEY, '', 'acme', '9:acme', ':acme', '-1:a']) {
    expect(splitPair(key)).toBeUndefined()
  }
})
