/**
 * MurmurHash3 x86 128-bit (Austin Appleby, public domain) over a string's UTF-16 code units, eight to a
 * block. Four unsigned 32-bit words are written to `out`. Two ids among a billion share a hash with a
 * probability below 1e-20, so the hash stands for the id.
 */
export function hashId(id: string, out: Uint32Array): void {
  const length = id.length
  let h1 = 0
  let h2 = 0
  let h3 = 0
  let h4 = 0
  const blocks = length >> 3
  for (let block = 0; block < blocks; block++) {
    const at = block << 3
    h1 = mix1(h1, pair(id, at))
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 = mix2(h2, pair(id, at + 2))
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 = mix3(h3, pair(id, at + 4))
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 = mix4(h4, pair(id, at + 6))
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  const tail = blocks << 3
  if (tail < length) {
    // charCodeAt beyond the end is NaN, which the bit operations take as 0.
    if (tail + 6 < length) h4 = mix4(h4, pair(id, tail + 6))
    if (tail + 4 < length) h3 = mix3(h3, pair(id, tail + 4))
    if (tail + 2 < length) h2 = mix2(h2, pair(id, tail + 2))
    h1 = mix1(h1, pair(id, tail))
  }
  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finish(h1)
  h2 = finish(h2)
  h3 = finish(h3)
  h4 = finish(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  out[0] = h1
  out[1] = h2 + h1
  out[2] = h3 + h1
  out[3] = h4 + h1
}

const pair = (id: string, at: number): number => id.charCodeAt(at) | (id.charCodeAt(at + 1) << 16)

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits))

const C1 = 0x239b961b
const C2 = 0xab0e9789
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93

const mix1 = (h: number, k: number): number => h ^ Math.imul(rotate(Math.imul(k, C1), 15), C2)
const mix2 = (h: number, k: number): number => h ^ Math.imul(rotate(Math.imul(k, C2), 16), C3)
const mix3 = (h: number, k: number): number => h ^ Math.imul(rotate(Math.imul(k, C3), 17), C4)
const mix4 = (h: number, k: number): number => h ^ Math.imul(rotate(Math.imul(k, C4), 18), C1)

function finish(h: number): number {
  let x = h ^ (h >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}
