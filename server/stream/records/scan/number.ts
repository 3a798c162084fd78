import { latin1 } from './latin1.ts'
import { Byte, type Source } from './source.ts'

/** A JSON number without an exponent; NaN: the scan gives up. */
export function createNumberScan(source: Source): () => number {
  /** So many digits are a whole number that a float holds exactly. */
  const maxDigits = 15
  const { bytes } = source

  function fraction(from: number): number {
    let to = from
    while (isDigit(bytes[to] as number)) to++
    if (to === from) return Number.NaN
    const value = Number(latin1(bytes, source.at, to))
    source.at = to
    return value
  }

  return function scanNumber() {
    const from = source.at
    const first = bytes[from] === Byte.minus ? from + 1 : from
    let at = first
    let whole = 0
    for (let byte = bytes[at] as number; isDigit(byte); byte = bytes[++at] as number) {
      whole = whole * 10 + byte - Byte.zero
    }
    const digits = at - first
    if (digits === 0 || digits > maxDigits) return Number.NaN
    if (digits > 1 && bytes[first] === Byte.zero) return Number.NaN
    const next = bytes[at] as number
    if (next === Byte.dot) return fraction(at + 1)
    source.at = at
    return first === from ? whole : -whole
  }
}

export const isDigit = (byte: number): boolean => byte >= Byte.zero && byte <= Byte.zero + 9
