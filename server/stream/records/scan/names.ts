import { firstOf, type Source } from './source.ts'

export interface Names {
  /** The number of the name that begins at `at` and ends with a quote; `NO_NAME`: none of them. */
  at(at: number): number
  /** In bytes. */
  lengthOf(name: number): number
}

export const NO_NAME = -1

/** Finds a name by its first three bytes, then looks at all of them. Names have at most eleven bytes. */
export function createNames({ words }: Source, names: readonly string[]): Names {
  const slotBits = 6
  /** A name and its quote. */
  const nameWords = 3
  const nameOfSlot = new Int8Array(1 << slotBits).fill(NO_NAME)
  const lengths = Uint8Array.from(names, ({ length }) => length)
  const known = new Int32Array(nameWords * names.length)
  const masks = new Int32Array(nameWords * names.length)

  /** Found by trying: no two names of an event's fields share a slot. */
  const slotOf = (word: number): number => Math.imul(word & 0xffffff, 1_623_829) >>> (32 - slotBits)

  for (const [name, text] of names.entries()) {
    const quoted = Buffer.from(`${text}"`.padEnd(4 * nameWords, '\0'))
    for (let n = 0; n < nameWords; n++) {
      const left = text.length + 1 - 4 * n
      known[name * nameWords + n] = quoted.readInt32LE(4 * n)
      masks[name * nameWords + n] = left >= 4 ? -1 : firstOf(-1, Math.max(0, left))
    }
    const slot = slotOf(quoted.readInt32LE())
    if (nameOfSlot[slot] !== NO_NAME) throw new Error(`two names share the slot of "${text}"`)
    nameOfSlot[slot] = name
  }

  const difference = (place: number, word: number): number =>
    (word ^ (known[place] as number)) & (masks[place] as number)

  return {
    at(at) {
      const first = words.getInt32(at, true)
      const name = nameOfSlot[slotOf(first)] as number
      if (name < 0) return NO_NAME
      const place = name * nameWords
      const differs =
        difference(place, first) |
        difference(place + 1, words.getInt32(at + 4, true)) |
        difference(place + 2, words.getInt32(at + 8, true))
      return differs === 0 ? name : NO_NAME
    },
    lengthOf: (name) => lengths[name] as number,
  }
}
