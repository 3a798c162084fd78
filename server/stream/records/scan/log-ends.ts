import { Byte, firstOf, type Source } from './source.ts'
import { stopsOf } from './text.ts'

/** Finds the ends of a log line's texts, all of them ASCII; -1: the scan gives up. */
export interface LogEnds {
  /** Where the bracket of the time stands: the first behind a space, and in front of `17/`. */
  endOfFront(from: number): number
  /** Where the first byte stands that is no ASCII, or none that is printed: the end of a line. Never gives up. */
  endOfLine(from: number): number
  /** Where the space stands that ends the word at `from`. */
  endOfWord(from: number): number
  /** Where the path of a request's target ends: at a space, a quote, `?` or `#`. */
  endOfPath(from: number): number
  /** Where the target ends: at a space or a quote. */
  endOfTarget(from: number): number
  /** Where the quote stands that ends the text; one behind a backslash does not. */
  endOfQuoted(from: number): number
  /** The hash of the text whose end was found last, for a pool; not of a target. */
  hash(): number
}

export function createLogEnds({ bytes, words }: Source): LogEnds {
  const seed = 0x3c074a61
  const factor = 0x9e3779b1 | 0
  const highBits = 0x80808080 | 0
  const bang = 0x21
  const slash = 0x2f
  const afterBang = 0x22
  const lastAscii = 0x7e
  let hash = 0

  function mix(value: number): void {
    hash = Math.imul(hash ^ value, factor)
    hash ^= hash >>> 15
  }

  /** How many bytes of a word stand before the first of these. */
  const before = (stops: number): number => (31 - Math.clz32(stops & -stops)) >>> 3

  return {
    hash: () => hash,
    endOfFront(from) {
      hash = seed
      let at = from
      for (;;) {
        const word = words.getInt32(at, true)
        const stops = (below(word, 0x20202020) | zeros(word ^ 0x5b5b5b5b) | word) & highBits
        if (stops === 0) {
          mix(word)
          at += 4
          continue
        }
        const left = before(stops)
        mix(firstOf(word, left))
        at += left
        if (bytes[at] !== Byte.openBracket) return -1
        const isTime = bytes[at + 3] === slash && at > from && bytes[at - 1] === Byte.space
        if (isTime) return at
        mix(Byte.openBracket)
        at++
      }
    },
    endOfLine(from) {
      hash = seed
      for (let at = from; ; at += 4) {
        const word = words.getInt32(at, true)
        const stops = (below(word, 0x20202020) | word) & highBits
        if (stops === 0) mix(word)
        else {
          const left = before(stops)
          mix(firstOf(word, left))
          return at + left
        }
      }
    },
    endOfWord(from) {
      hash = seed
      for (let at = from; ; at += 4) {
        const word = words.getInt32(at, true)
        const stops = (below(word, 0x21212121) | word) & highBits
        if (stops === 0) mix(word)
        else {
          const left = before(stops)
          mix(firstOf(word, left))
          return bytes[at + left] === Byte.space ? at + left : -1
        }
      }
    },
    endOfPath(from) {
      hash = seed
      let at = from
      for (;;) {
        const word = words.getInt32(at, true)
        const stops =
          (below(word, 0x24242424) | zeros(word ^ 0x3f3f3f3f) | zeros(word ^ 0x5c5c5c5c) | word) &
          highBits
        if (stops === 0) {
          mix(word)
          at += 4
          continue
        }
        const left = before(stops)
        mix(firstOf(word, left))
        at += left
        const byte = bytes[at] as number
        if (byte !== bang) return byte < Byte.space || byte > 0x3f ? -1 : at
        mix(byte)
        at++
      }
    },
    endOfTarget(from) {
      let at = from
      for (;;) {
        const word = words.getInt32(at, true)
        const stops = (below(word, 0x23232323) | zeros(word ^ 0x5c5c5c5c) | word) & highBits
        if (stops === 0) {
          at += 4
          continue
        }
        at += before(stops)
        const byte = bytes[at] as number
        if (byte !== bang) return byte === Byte.space || byte === afterBang ? at : -1
        at++
      }
    },
    endOfQuoted(from) {
      hash = seed
      let all = 0
      let at = from
      for (;;) {
        const word = words.getInt32(at, true)
        const stops = stopsOf(word)
        if (stops === 0) {
          all |= word
          mix(word)
          at += 4
          continue
        }
        const left = before(stops)
        const last = firstOf(word, left)
        all |= last
        mix(last)
        at += left
        const byte = bytes[at]
        if (byte === Byte.quote) return (all & highBits) === 0 ? at : -1
        const escaped = bytes[at + 1] as number
        if (byte !== Byte.backslash || escaped < Byte.space || escaped > lastAscii) return -1
        mix(escaped)
        at += 2
      }
    },
  }
}

/** Marks, by their high bits, the bytes below `limit`; right up to the first that is marked, as in `stopsOf`. */
const below = (word: number, limit: number): number => (word - limit) & ~word

/** Marks the bytes that are zero, in the same way. */
const zeros = (word: number): number => (word - 0x01010101) & ~word
