import { MAX_POOLED_TEXTS, type PooledText } from '../../../../lib/scanned-event.ts'
import { latin1 } from './latin1.ts'
import { Byte, firstOf, type Source } from './source.ts'
import type { TextScan } from './text.ts'

export interface TextPool {
  /** The text that begins here, with its quote: a long or empty one itself. undefined: the scan gives up. */
  scan(): PooledText
  /**
   * What the numbers of the next event's texts mean. A pool without room for these is emptied, and has another array
   * from then on.
   */
  textsOfNext(): readonly string[]
}

/** An event has fewer fields that are pooled. */
const MAX_TEXTS_OF_EVENT = 16

/** Texts that come again and again: nothing is made for one that the pool holds. */
export function createTextPool(source: Source, scan: TextScan): TextPool {
  const maxTexts = MAX_POOLED_TEXTS
  const slotBits = 14
  /** A text of at most 60 bytes and, before it, its length: one line of a processor's cache. */
  const lineWords = 16
  const maxBytes = 60
  const { bytes, words } = source
  const { hashedEnd, found } = scan
  /** By hash, open addressing: the number of a text from 1 on; 0: empty. */
  const slots = new Uint16Array(1 << slotBits)
  const lines = new Int32Array(maxTexts * lineWords)
  let texts: string[] = ['']

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

  function add(slot: number, from: number, length: number): PooledText {
    const text = own(from, from + length)
    if (text === undefined) return undefined
    const line = texts.length * lineWords
    const whole = length >> 2
    lines[line] = length
    for (let n = 0; n < whole; n++) lines[line + 1 + n] = words.getInt32(from + 4 * n, true)
    const left = length & 3
    if (left > 0) {
      lines[line + 1 + whole] = firstOf(words.getInt32(from + 4 * whole, true), left)
    }
    slots[slot] = texts.length
    return texts.push(text) - 1
  }

  function scanPooled(): PooledText {
    if (bytes[source.at] !== Byte.quote) return undefined
    const from = source.at + 1
    const to = hashedEnd(from)
    if (to < 0) return undefined
    source.at = to + 1
    const length = to - from
    if (length === 0) return ''
    if (length > maxBytes) return own(from, to)
    let slot = Math.imul(found.hash ^ length, 0x85ebca6b) >>> (32 - slotBits)
    for (let text = slots[slot]; text !== undefined && text !== 0; text = slots[slot]) {
      if (isLine(text, from, length)) return text
      slot = (slot + 1) & ((1 << slotBits) - 1)
    }
    return add(slot, from, length)
  }

  return {
    scan: scanPooled,
    textsOfNext() {
      if (texts.length > maxTexts - MAX_TEXTS_OF_EVENT) {
        texts = ['']
        slots.fill(0)
      }
      return texts
    },
  }
}
