import { parseMoney } from '../../../../lib/money.ts'
import { isDigit } from './number.ts'
import { Byte, type Source } from './source.ts'

/** Money in micro-units, exact; NaN: the scan gives up. */
export function createMoneyScan(
  source: Source,
  scan: { number: () => number; text: () => string | undefined },
): () => number {
  const maxUnitDigits = 9
  const microDigits = 6
  const powers = Float64Array.of(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
  const { bytes } = source

  /** "12.345678": up to nine digits, perhaps a point and up to six more. NaN, and nothing is read: another form. */
  function plainDecimal(): number {
    const from = source.at + 1
    let at = from
    let value = 0
    for (let byte = bytes[at] as number; isDigit(byte); byte = bytes[++at] as number) {
      value = value * 10 + byte - Byte.zero
    }
    const digits = at - from
    if (digits === 0 || digits > maxUnitDigits) return Number.NaN
    let missing = microDigits
    if (bytes[at] === Byte.dot) {
      at++
      for (let byte = bytes[at] as number; isDigit(byte); byte = bytes[++at] as number) {
        value = value * 10 + byte - Byte.zero
        missing--
      }
    }
    if (bytes[at] !== Byte.quote || missing < 0) return Number.NaN
    source.at = at + 1
    return value * (powers[missing] as number)
  }

  return function scanMoney() {
    if (bytes[source.at] !== Byte.quote) return microsOf(scan.number())
    const micros = plainDecimal()
    return micros >= 0 ? micros : microsOf(scan.text())
  }
}

function microsOf(value: string | number | undefined): number {
  if (value === undefined) return Number.NaN
  const parsed = parseMoney(value)
  return parsed.ok ? Number(parsed.micros) : Number.NaN
}
