import { latin1 } from './latin1.ts'
import { Byte, firstOf, type Source } from './source.ts'
import type { TextScan } from './text.ts'

/**
 * Scans like `TextScan.text`, for texts that come again and again: answers the same string object for the same
 * bytes, as long as the pool holds it. Nothing is made for it then, and maps find it sooner. A full pool is emptied.
 */
export function createTextPool(source: Source, scan: TextScan): () => string | undefined {
  const maxTexts = 8_192
  const slotBits = 14
  /** A text of at most 60 bytes and, before it, its length: one line of a processor's cache. */
  const lineWords = 16
  const maxBytes = 60
  const { bytes, words } = source
  const { end, found } = scan
  /** By hash, open addressing: the number of a text from 1 on; 0: empty. */
  const slots = new Uint16Array(1 << slotBits)
  const lines = new Int32Array((maxTexts + 1) * lineWords)
  const texts: string[] = ['']

  const own = (from: number, to: number): string | undefined =>
    found.ascii ? latin1(bytes, from, to) : scan.decode(from, to)

  function isLine(text: number, from: number, length: number): boolean {
    const line = text * lineWords
    if (lines[line] !== length) return false
    const whole = length >> 2
    for (let n = 0; n < whole; n++) {
      if (lines[line + 1 + n] !== words.getInt32(from + 4 * n, true)) return false
    }
    return (
      (length & 3) === 0 ||
      lines[line + 1 + whole] === firstOf(words.getInt32(from + 4 * whole, true), length & 3)
    )
  }

  function add(slot: number, from: number, length: number): string | undefined {
    const text = own(from, from + length)
    if (text === undefined) return undefined
    if (texts.length > maxTexts) {
      texts.length = 1
      slots.fill(0)
      return text
    }
    const line = texts.length * lineWords
    const whole = length >> 2
    lines[line] = length
    for (let n = 0; n < whole; n++) lines[line + 1 + n] = words.getInt32(from + 4 * n, true)
    const left = length & 3
    if (left > 0) {
      lines[line + 1 + whole] = firstOf(words.getInt32(from + 4 * whole, true), left)
    }
    slots[slot] = texts.length
    texts.push(text)
    return text
  }

  return function scanPooled() {
    if (bytes[source.at] !== Byte.quote) return undefined
    const from = source.at + 1
    const to = end(from)
    if (to < 0) return undefined
    source.at = to + 1
    const length = to - from
    if (length > maxBytes) return own(from, to)
    let slot = Math.imul(found.hash ^ length, 0x85ebca6b) >>> (32 - slotBits)
    for (let text = slots[slot]; text !== undefined && text !== 0; text = slots[slot]) {
      if (isLine(text, from, length)) return texts[text]
      slot = (slot + 1) & ((1 << slotBits) - 1)
    }
    return add(slot, from, length)
  }
}
