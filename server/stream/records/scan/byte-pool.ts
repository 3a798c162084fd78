import { latin1 } from './latin1.ts'
import { firstOf, type Source } from './source.ts'

/** Texts of ASCII that come again and again, each with something that was found out about it once. */
export interface BytePool<Fact> {
  /** The place of the text from `from` to `to`, valid until the next call; `hash` is made of its bytes. */
  find(from: number, to: number, hash: number): number
  readonly texts: readonly string[]
  readonly facts: readonly Fact[]
}

/** At most 8,192 texts, and 1 MiB of them; a full pool is emptied. A text of more than 1 KiB is made anew each time. */
export function createBytePool<Fact>(
  { bytes, words }: Source,
  factOf: (text: string) => Fact,
): BytePool<Fact> {
  const maxTexts = 8_192
  const slotBits = 14
  const maxBytes = 1_024
  /** Of each text its hash, its length, and its bytes up to a whole word. */
  const held = new Int32Array(256 * 1_024)
  const headWords = 2
  const notHeld = 0
  let used = 0
  /** By hash, open addressing: the place of a text; 0: empty. */
  const slots = new Uint16Array(1 << slotBits)
  const heldAt = new Int32Array(maxTexts + 1)
  const texts = ['']
  const facts = [factOf('')]

  function isHeld(place: number, from: number, length: number, hash: number): boolean {
    let at = heldAt[place] as number
    if (held[at] !== hash || held[at + 1] !== length) return false
    at += headWords
    const end = from + (length & ~3)
    for (let next = from; next < end; next += 4) {
      if (held[at++] !== words.getInt32(next, true)) return false
    }
    return held[at] === firstOf(words.getInt32(end, true), length & 3)
  }

  function add(slot: number, from: number, length: number, hash: number): number {
    const place = texts.length
    let at = used
    heldAt[place] = at
    held[at] = hash
    held[at + 1] = length
    at += headWords
    const end = from + (length & ~3)
    for (let next = from; next < end; next += 4) held[at++] = words.getInt32(next, true)
    held[at++] = firstOf(words.getInt32(end, true), length & 3)
    used = at
    slots[slot] = place
    const text = latin1(bytes, from, from + length)
    texts.push(text)
    facts.push(factOf(text))
    return place
  }

  function empty(): void {
    used = 0
    texts.length = 1
    facts.length = 1
    slots.fill(0)
  }

  return {
    texts,
    facts,
    find(from, to, hash) {
      const length = to - from
      if (length > maxBytes) {
        const text = latin1(bytes, from, to)
        texts[notHeld] = text
        facts[notHeld] = factOf(text)
        return notHeld
      }
      const first = Math.imul(hash ^ length, 0x85ebca6b) >>> (32 - slotBits)
      let slot = first
      for (let place = slots[slot] as number; place !== 0; place = slots[slot] as number) {
        if (isHeld(place, from, length, hash)) return place
        slot = (slot + 1) & ((1 << slotBits) - 1)
      }
      const isFull = texts.length > maxTexts || used + headWords + maxBytes / 4 + 1 > held.length
      if (!isFull) return add(slot, from, length, hash)
      empty()
      return add(first, from, length, hash)
    },
  }
}
