import type { Brand } from './brand.ts'

/** Money in integer micro-units (1e-6 of the currency's main unit). Never a float. */
export type Micros = Brand<bigint, 'Micros'>

export const micros = (value: bigint): Micros => value as Micros

export const ZERO_MICROS = micros(0n)

const MICROS_PER_UNIT = 1_000_000n

/** One event may carry at most a billion units of a currency: more is a unit mistake. */
export const MAX_AMOUNT_UNITS = 1_000_000_000n
const MAX_MICROS = MAX_AMOUNT_UNITS * MICROS_PER_UNIT

const DECIMAL = /^([+-]?)(\d{1,18})(?:\.(\d{0,6})0*)?$/

export type ParsedMoney = { ok: true; micros: Micros } | { ok: false; problem: string }

/**
 * Reads an amount exactly. A string is a plain decimal with up to six decimals ("12.345678").
 * A JSON number has already been through a binary float, so it is rounded to the nearest micro-unit.
 */
export function parseMoney(value: string | number): ParsedMoney {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Math.abs(value) > Number(MAX_AMOUNT_UNITS)) return TOO_LARGE
    return parseDecimal(value.toFixed(6))
  }
  return parseDecimal(value.trim())
}

const TOO_LARGE: ParsedMoney = {
  ok: false,
  problem: `must be at most ${MAX_AMOUNT_UNITS} units in one event`,
}

function parseDecimal(text: string): ParsedMoney {
  const match = DECIMAL.exec(text)
  if (match === null) {
    return { ok: false, problem: 'must be a decimal with at most 6 decimals, such as "12.345678"' }
  }
  const units = BigInt(match[2] as string) * MICROS_PER_UNIT
  const magnitude = units + BigInt((match[3] ?? '').padEnd(6, '0'))
  if (magnitude > MAX_MICROS) return TOO_LARGE
  return { ok: true, micros: micros(match[1] === '-' ? -magnitude : magnitude) }
}

/** The exact decimal, shortest form: "12.345678", "0.5", "-3", "0". */
export function moneyText(amount: Micros): string {
  const negative = amount < 0n
  const magnitude = negative ? -amount : amount
  const fraction = (magnitude % MICROS_PER_UNIT).toString().padStart(6, '0').replace(/0+$/, '')
  const whole = (magnitude / MICROS_PER_UNIT).toString()
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** For drawing and comparing on a chart only: exact below 9 billion units, then rounded. */
export function moneyNumber(amount: Micros): number {
  return Number(amount) / Number(MICROS_PER_UNIT)
}
