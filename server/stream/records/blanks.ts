import { isBlank } from './json-walk.ts'
import { type Budget, nextStep, type Steps } from './steps.ts'

/** The place from `from` on that JSON does not take for blank. */
export function* nonBlank(
  reading: Budget & { readonly bytes: Uint8Array },
  from: number,
): Steps<number> {
  let at = from
  while (isBlank(reading.bytes[at])) {
    at++
    if (--reading.costLeft <= 0) yield* nextStep(reading)
  }
  return at
}

/** Behind the last place before `to` that JSON does not take for blank. */
export function beforeBlanks(bytes: Uint8Array, to: number): number {
  let at = to
  while (isBlank(bytes[at - 1])) at--
  return at
}

/** What JavaScript takes for blank and JSON does not, in UTF-8; the byte order mark is one of them. */
const ODD_BLANKS = [
  '\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
  '\u2028\u2029\u202f\u205f\u3000\ufeff',
].flatMap((all) => [...all].map((blank) => Buffer.from(blank)))
const FIRST_BYTES = new Set(ODD_BLANKS.map((blank) => blank[0]))

/** Of the odd blank at `at`; 0: there is none. */
export function oddBlankBytes(bytes: Uint8Array, at: number): number {
  if (!FIRST_BYTES.has(bytes[at])) return 0
  for (const blank of ODD_BLANKS) {
    if (blank.every((byte, n) => bytes[at + n] === byte)) return blank.length
  }
  return 0
}

/** The first place from `from` to `to` that neither takes for blank. */
export function pastAllBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to) {
    const length = isBlank(bytes[at]) ? 1 : oddBlankBytes(bytes, at)
    if (length === 0) break
    at += length
  }
  return Math.min(at, to)
}

/** Whether the text begins with a byte order mark that ends at `at`. */
export const endsByteOrderMark = (bytes: Uint8Array, at: number): boolean =>
  at === 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
