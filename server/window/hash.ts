/** 64 bits as two unsigned halves. */
export interface Hash64 {
  hi: number
  lo: number
}

/**
 * A 64-bit hash of a string's UTF-16 units into `out`: two lanes of MurmurHash3_x86_128 (Appleby 2011),
 * finished by its mixers. Not for secrets. O(length).
 */
export function hashText(text: string, out: Hash64): void {
  const { length } = text
  let h1 = 0x9747b28c | 0
  let h2 = 0x3c074a61
  for (let at = 0; at < length; at += 2) {
    // Beyond the end charCodeAt is NaN, which the bit operations take as 0.
    const pair = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16)
    h1 = step1(h1 ^ mix1(pair), h2)
    h2 = step2(h2 ^ mix2(pair), h1)
  }
  finish(h1, h2, length, out)
}

/** The same of an ASCII text, by its bytes. */
export function hashAscii(bytes: Uint8Array, from: number, length: number, out: Hash64): void {
  const end = from + length
  let h1 = 0x9747b28c | 0
  let h2 = 0x3c074a61
  for (let at = from; at < end; at += 2) {
    const pair = (bytes[at] as number) | (at + 1 < end ? (bytes[at + 1] as number) << 16 : 0)
    h1 = step1(h1 ^ mix1(pair), h2)
    h2 = step2(h2 ^ mix2(pair), h1)
  }
  finish(h1, h2, length, out)
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits))

const mix1 = (k: number): number => Math.imul(rotate(Math.imul(k, 0x239b961b), 15), 0xab0e9789)
const mix2 = (k: number): number => Math.imul(rotate(Math.imul(k, 0x38b34ae5), 17), 0xa1e38b93)

const step1 = (h: number, next: number): number => (times5(rotate(h, 19) + next) + 0x561ccd1b) | 0
const step2 = (h: number, next: number): number => (times5(rotate(h, 13) + next) + 0x32ac3b17) | 0
const times5 = (h: number): number => Math.imul(h, 5)

function finish(one: number, other: number, length: number, out: Hash64): void {
  let h1 = one ^ length
  let h2 = other ^ length
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
