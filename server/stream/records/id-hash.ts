import { firstOf } from './scan/source.ts'

/** 128 bits, as 32-bit numbers with a sign. */
export interface IdHash {
  a: number
  b: number
  c: number
  d: number
}

/**
 * MurmurHash3 x86 128-bit (Austin Appleby, public domain) over a string's UTF-16 code units, eight to a
 * block. Two ids among a billion share a hash with a probability below 1e-20, so the hash stands for the id.
 */
export function hashId(id: string): IdHash {
  const { length } = id
  const tail = length & ~7
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let at = 0; at < tail; at += 8) {
    a = step1(a ^ mix1(pair(id, at)), b)
    b = step2(b ^ mix2(pair(id, at + 2)), c)
    c = step3(c ^ mix3(pair(id, at + 4)), d)
    d = step4(d ^ mix4(pair(id, at + 6)), a)
  }
  // What is missing is 0, and mixing that in changes nothing.
  if (tail + 6 < length) d ^= mix4(pair(id, tail + 6))
  if (tail + 4 < length) c ^= mix3(pair(id, tail + 4))
  if (tail + 2 < length) b ^= mix2(pair(id, tail + 2))
  if (tail < length) a ^= mix1(pair(id, tail))
  return finished(a ^ length, b ^ length, c ^ length, d ^ length)
}

/** The same of an id whose characters are ASCII, from its bytes. There have to be bytes behind it, whatever they are. */
export function hashIdBytes(bytes: DataView, from: number, length: number): IdHash {
  const tail = from + (length & ~7)
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let at = from; at < tail; at += 8) {
    const first = bytes.getInt32(at, true)
    const second = bytes.getInt32(at + 4, true)
    a = step1(a ^ mix1(lowPair(first)), b)
    b = step2(b ^ mix2(highPair(first)), c)
    c = step3(c ^ mix3(lowPair(second)), d)
    d = step4(d ^ mix4(highPair(second)), a)
  }
  const left = length & 7
  let first = bytes.getInt32(tail, true)
  let second = 0
  if (left < 4) first = firstOf(first, left)
  else second = firstOf(bytes.getInt32(tail + 4, true), left - 4)
  a ^= mix1(lowPair(first))
  b ^= mix2(highPair(first))
  c ^= mix3(lowPair(second))
  d ^= mix4(highPair(second))
  return finished(a ^ length, b ^ length, c ^ length, d ^ length)
}

/** The bytes that were hashed last: parts of a record follow one another, and a view of each took longer than its hash. */
let lastView: DataView = new DataView(new ArrayBuffer(0))

/** The same function over bytes, sixteen to a block; its hashes have nothing to do with those of ids. Under 1 ns a byte. */
export function hashBytes(data: Uint8Array): IdHash {
  if (data.buffer !== lastView.buffer) lastView = new DataView(data.buffer)
  const view = lastView
  const { length, byteOffset: from } = data
  const tail = length & ~15
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let at = from; at < from + tail; at += 16) {
    a = step1(a ^ mix1(view.getInt32(at, true)), b)
    b = step2(b ^ mix2(view.getInt32(at + 4, true)), c)
    c = step3(c ^ mix3(view.getInt32(at + 8, true)), d)
    d = step4(d ^ mix4(view.getInt32(at + 12, true)), a)
  }
  if (tail + 12 < length) d ^= mix4(wordAt(data, tail + 12))
  if (tail + 8 < length) c ^= mix3(wordAt(data, tail + 8))
  if (tail + 4 < length) b ^= mix2(wordAt(data, tail + 4))
  if (tail < length) a ^= mix1(wordAt(data, tail))
  return finished(a ^ length, b ^ length, c ^ length, d ^ length)
}

/** Up to four bytes; those beyond the end count as 0. */
const wordAt = (data: Uint8Array, at: number): number =>
  (data[at] ?? 0) |
  ((data[at + 1] ?? 0) << 8) |
  ((data[at + 2] ?? 0) << 16) |
  ((data[at + 3] ?? 0) << 24)

function finished(h1: number, h2: number, h3: number, h4: number): IdHash {
  const first = (h1 + h2 + h3 + h4) | 0
  const b = finish((h2 + first) | 0)
  const c = finish((h3 + first) | 0)
  const d = finish((h4 + first) | 0)
  const a = (finish(first) + b + c + d) | 0
  return { a, b: (b + a) | 0, c: (c + a) | 0, d: (d + a) | 0 }
}

/** charCodeAt beyond the end is NaN, which the bit operations take as 0. */
const pair = (id: string, at: number): number => id.charCodeAt(at) | (id.charCodeAt(at + 1) << 16)

/** The first two bytes of a word, and the last two, as `pair` has them. */
const lowPair = (word: number): number => (word & 0xff) | ((word & 0xff00) << 8)
const highPair = (word: number): number => ((word >>> 16) & 0xff) | ((word >>> 8) & 0xff0000)

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits))

// Numbers, not names: bundled, a module's constants are variables, which are read each time.
const mix1 = (k: number): number => Math.imul(rotate(Math.imul(k, 0x239b961b), 15), 0xab0e9789)
const mix2 = (k: number): number => Math.imul(rotate(Math.imul(k, 0xab0e9789), 16), 0x38b34ae5)
const mix3 = (k: number): number => Math.imul(rotate(Math.imul(k, 0x38b34ae5), 17), 0xa1e38b93)
const mix4 = (k: number): number => Math.imul(rotate(Math.imul(k, 0xa1e38b93), 18), 0x239b961b)

const step1 = (h: number, next: number): number => (times5(rotate(h, 19) + next) + 0x561ccd1b) | 0
const step2 = (h: number, next: number): number => (times5(rotate(h, 17) + next) + 0x0bcaa747) | 0
const step3 = (h: number, next: number): number => (times5(rotate(h, 15) + next) + 0x96cd1c35) | 0
const step4 = (h: number, next: number): number => (times5(rotate(h, 13) + next) + 0x32ac3b17) | 0
const times5 = (h: number): number => Math.imul(h, 5)

function finish(h: number): number {
  let x = h ^ (h >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}
