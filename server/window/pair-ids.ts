import { pairKey } from './pair-key.ts'

/** Numbers for pairs of keys that have numbers themselves. */
export interface PairIds {
  /** The largest is `maxPairs` - 1: `clear` has to be called then. */
  idOf(first: number, second: number): number
  /** The key of a number. */
  readonly keys: readonly string[]
  clear(): void
}

const EMPTY = -1

/** `firsts` and `seconds`: the keys of the numbers, fewer than 32,768 each. `maxPairs`: a power of two. */
export function createPairIds(
  firsts: readonly string[],
  seconds: readonly string[],
  maxPairs: number,
): PairIds {
  /** Open addressing: both numbers in one, and next to it that of the pair. */
  const slots = new Int32Array(4 * maxPairs).fill(EMPTY)
  const mask = 2 * maxPairs - 1
  const keys: string[] = []

  return {
    keys,
    idOf(first, second) {
      const both = (first << 15) | second
      let slot = Math.imul(both ^ (both >>> 15), 0x2c1b3c6d)
      slot = (slot ^ (slot >>> 12)) & mask
      for (;;) {
        const held = slots[2 * slot] as number
        if (held === both) return slots[2 * slot + 1] as number
        if (held === EMPTY) break
        slot = (slot + 1) & mask
      }
      const id = keys.push(pairKey(firsts[first] as string, seconds[second] as string)) - 1
      slots[2 * slot] = both
      slots[2 * slot + 1] = id
      return id
    },
    clear() {
      if (keys.length > 0) slots.fill(EMPTY)
      keys.length = 0
    },
  }
}
