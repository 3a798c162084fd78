import { fromOf, type LateText, lengthOf, placeOf } from '../../../../lib/scanned-event.ts'
import { latin1 } from './latin1.ts'
import { Byte, firstOf, type Source } from './source.ts'

export interface TextScan {
  /** Where the quote stands that ends the text that begins at `from`; -1: it holds what a scan does not read. */
  end(from: number): number
  /** The same, and a hash of the text, which takes half as long again. */
  hashedEnd(from: number): number
  /** Of the text whose end was found last; its hash, where that was asked for. */
  readonly found: { hash: number; ascii: boolean }
  /** The text that begins here, with its quote; undefined: the scan gives up. */
  text(): string | undefined
  /** The same; of ASCII, where it is, but '' for an empty one. */
  late(): LateText
  /** undefined: it is not UTF-8. */
  decode(from: number, to: number): string | undefined
}

export function createTextScan(source: Source): TextScan {
  const { bytes, words } = source
  const found = { hash: 0, ascii: true }
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const seed = 0x3c074a61
  const factor = 0x9e3779b1 | 0
  const highBits = 0x80808080 | 0

  function end(from: number): number {
    let all = 0
    let at = from
    for (;;) {
      const word = words.getInt32(at, true)
      const stops = stopsOf(word)
      if (stops !== 0) {
        const left = bytesBefore(stops)
        found.ascii = ((all | firstOf(word, left)) & highBits) === 0
        at += left
        return bytes[at] === Byte.quote ? at : -1
      }
      all |= word
      at += 4
    }
  }

  function hashedEnd(from: number): number {
    let hash = seed
    let all = 0
    let at = from
    for (;;) {
      const word = words.getInt32(at, true)
      const stops = stopsOf(word)
      if (stops !== 0) {
        const left = bytesBefore(stops)
        const last = firstOf(word, left)
        found.hash = Math.imul(hash ^ last, factor)
        found.ascii = ((all | last) & highBits) === 0
        at += left
        return bytes[at] === Byte.quote ? at : -1
      }
      all |= word
      hash = Math.imul(hash ^ word, factor)
      hash ^= hash >>> 15
      at += 4
    }
  }

  function decode(from: number, to: number): string | undefined {
    try {
      return utf8.decode(bytes.subarray(from, to))
    } catch {
      return undefined
    }
  }

  function late(): LateText {
    if (bytes[source.at] !== Byte.quote) return undefined
    const from = source.at + 1
    const to = end(from)
    if (to < 0) return undefined
    source.at = to + 1
    if (!found.ascii) return decode(from, to)
    return from === to ? '' : (placeOf(from, to - from) ?? latin1(bytes, from, to))
  }

  return {
    end,
    hashedEnd,
    found,
    decode,
    late,
    text() {
      const text = late()
      if (typeof text !== 'number') return text
      return latin1(bytes, fromOf(text), fromOf(text) + lengthOf(text))
    },
  }
}

/** How many bytes come before the first high bit. */
const bytesBefore = (highBits: number): number => (31 - Math.clz32(highBits & -highBits)) >>> 3

/**
 * The high bit of every byte that ends a text or is not plain: a quote, a backslash, what is below a space. Right up
 * to the first such byte, behind it perhaps not (Warren, Hacker's Delight, 6-1).
 */
export function stopsOf(word: number): number {
  const quotes = word ^ 0x22222222
  const backslashes = word ^ 0x5c5c5c5c
  const stops =
    ((quotes - 0x01010101) & ~quotes) |
    ((backslashes - 0x01010101) & ~backslashes) |
    ((word - 0x20202020) & ~word)
  return stops & 0x80808080
}
