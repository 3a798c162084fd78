import { Byte, type Source } from './source.ts'
import type { TextScan } from './text.ts'

export interface ValueScan {
  /** Whether null stands here; if so it is passed. */
  isNull(): boolean
  /** Passes a value that nobody asks for; false: the scan gives up, as it does at objects and arrays. */
  skip(): boolean
  /** An object, whatever is in it; undefined: the scan gives up. */
  object(): Record<string, unknown> | undefined
}

export function createValueScan(
  source: Source,
  scan: { number: () => number; texts: TextScan },
): ValueScan {
  const { bytes } = source
  const [nullWord, trueWord, falseWord] = [
    Buffer.from('null'),
    Buffer.from('true'),
    Buffer.from('false'),
  ] as const
  const firstOfNull = nullWord[0]

  function isWord(word: Uint8Array): boolean {
    const { at } = source
    for (let n = 0; n < word.length; n++) if (bytes[at + n] !== word[n]) return false
    source.at = at + word.length
    return true
  }

  /** Behind the brace or bracket that closes the one at `from`; -1: there is none. */
  function endOfBraces(from: number): number {
    let depth = 0
    let quoted = false
    for (let at = from; at < source.length; at++) {
      const byte = bytes[at]
      if (quoted) {
        if (byte === Byte.backslash) at++
        else if (byte === Byte.quote) quoted = false
      } else if (byte === Byte.quote) quoted = true
      else if (byte === Byte.openBrace || byte === Byte.openBracket) depth++
      else if ((byte === Byte.closeBrace || byte === Byte.closeBracket) && --depth === 0) {
        return at + 1
      }
    }
    return -1
  }

  return {
    isNull: () => bytes[source.at] === firstOfNull && isWord(nullWord),
    skip() {
      const byte = bytes[source.at]
      if (byte === Byte.quote) return scan.texts.late() !== undefined
      if (byte === nullWord[0]) return isWord(nullWord)
      if (byte === trueWord[0]) return isWord(trueWord)
      if (byte === falseWord[0]) return isWord(falseWord)
      return !Number.isNaN(scan.number())
    },
    object() {
      if (bytes[source.at] !== Byte.openBrace) return undefined
      const end = endOfBraces(source.at)
      const text = end < 0 ? undefined : scan.texts.decode(source.at, end)
      if (text === undefined) return undefined
      source.at = end
      try {
        return JSON.parse(text) as Record<string, unknown>
      } catch {
        return undefined
      }
    },
  }
}
