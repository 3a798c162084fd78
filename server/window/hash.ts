/** 64 bits as two unsigned halves. */
export interface Hash64 {
  hi: number
  lo: number
}

/** Two units each. */
const blocks = new Int32Array(8_192)

/**
 * A 64-bit hash of a string's UTF-16 units into `out`: two lanes of MurmurHash3_x86_128 (Appleby 2011),
 * finished by its mixers. Not for secrets. O(length).
 */
export function hashText(text: string, out: Hash64): void {
  const { length } = text
  const into = blocksFor(length)
  let count = 0
  for (let at = 0; at < length; at += 2) {
    into[count++] = text.charCodeAt(at) | (at + 1 < length ? text.charCodeAt(at + 1) << 16 : 0)
  }
  hashBlocks(into, length, out)
}

/** The same of an ASCII text, by its bytes. */
export function hashAscii(bytes: Uint8Array, from: number, length: number, out: Hash64): void {
  const into = blocksFor(length)
  const end = from + length
  let count = 0
  for (let at = from; at < end; at += 2) {
    into[count++] = (bytes[at] as number) | (at + 1 < end ? (bytes[at + 1] as number) << 16 : 0)
  }
  hashBlocks(into, length, out)
}

const blocksFor = (length: number): Int32Array =>
  length <= 2 * blocks.length ? blocks : new Int32Array((length + 1) >> 1)

function hashBlocks(blocks: Int32Array, length: number, out: Hash64): void {
  const count = (length + 1) >> 1
  let h1 = 0x9747b28c | 0
  let h2 = 0x3c074a61 | 0
  for (let at = 0; at < count; at++) {
    const block = blocks[at] as number
    let k = Math.imul(block, 0x239b961b)
    k = Math.imul((k << 15) | (k >>> 17), 0xab0e9789)
    h1 ^= k
    h1 = ((h1 << 19) | (h1 >>> 13)) + h2
    h1 = (Math.imul(h1, 5) + 0x561ccd1b) | 0
    k = Math.imul(block, 0x38b34ae5)
    k = Math.imul((k << 17) | (k >>> 15), 0xa1e38b93)
    h2 ^= k
    h2 = ((h2 << 13) | (h2 >>> 19)) + h1
    h2 = (Math.imul(h2, 5) + 0x32ac3b17) | 0
  }
  h1 ^= length
  h2 ^= length
  h1 = (h1 + h2) | 0
  h2 = (h2 + h1) | 0
  h1 = mix(h1)
  h2 = mix(h2)
  h1 = (h1 + h2) | 0
  h2 = (h2 + h1) | 0
  out.hi = h1 >>> 0
  out.lo = h2 >>> 0
}

function mix(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

const scratch: Hash64 = { hi: 0, lo: 0 }

/** The same hash as 16 hexadecimal digits. */
export function hashDigits(text: string): string {
  hashText(text, scratch)
  return scratch.hi.toString(16).padStart(8, '0') + scratch.lo.toString(16).padStart(8, '0')
}
