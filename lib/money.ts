import type { Brand } from './brand.ts'

/** Money in integer micro-units (1e-6 of the currency's main unit). Never a float. */
export type Micros = Brand<bigint, 'Micros'>

export const micros = (value: bigint): Micros => value as Micros

export const ZERO_MICROS = micros(0n)

const MICROS_PER_UNIT = 1_000_000n

/** So many micro-units, and as many below zero, are every one a whole number that a number holds exactly: 2^53 − 1. */
const MAX_EXACT_MICROS = BigInt(Number.MAX_SAFE_INTEGER)
const MAX_EXACT_UNITS = MAX_EXACT_MICROS / MICROS_PER_UNIT

/**
 * The most that one event may carry: more is a unit mistake. Above `MAX_EXACT_UNITS` only whole units: a million
 * micro-units is a multiple of 2^6, so a number holds them exactly up to 2^59.
 */
export const MAX_AMOUNT_UNITS = 500_000_000_000n
const MAX_MICROS = MAX_AMOUNT_UNITS * MICROS_PER_UNIT

const DECIMAL = /^([+-]?)(\d{1,18})(?:\.(\d{0,6})0*)?$/

export type ParsedMoney = { ok: true; micros: Micros } | { ok: false; problem: string }

/**
 * Reads an amount exactly, as a whole number of micro-units that a number holds, too. A string is a plain decimal with up
 * to six decimals ("12.345678"). A JSON number has already been through a binary float, so it is rounded to the nearest
 * micro-unit.
 */
export function parseMoney(value: string | number): ParsedMoney {
  if (typeof value === 'number' && !isInReach(value)) return TOO_LARGE
  const amount = parseDecimal(typeof value === 'number' ? value.toFixed(6) : value.trim())
  if (amount === undefined) return NO_DECIMAL
  const magnitude = amount < 0n ? -amount : amount
  if (magnitude > MAX_MICROS) return TOO_LARGE
  const exact = magnitude <= MAX_EXACT_MICROS || magnitude % MICROS_PER_UNIT === 0n
  return exact ? { ok: true, micros: amount } : TOO_FINE
}

/** false also of no number; beyond, `toFixed` would write an exponent. */
const isInReach = (units: number): boolean => Math.abs(units) <= Number(MAX_AMOUNT_UNITS)

const NO_DECIMAL: ParsedMoney = {
  ok: false,
  problem: 'must be a decimal with at most 6 decimals, such as "12.345678"',
}
const TOO_LARGE: ParsedMoney = {
  ok: false,
  problem: `must be at most ${MAX_AMOUNT_UNITS} units in one event`,
}
const TOO_FINE: ParsedMoney = {
  ok: false,
  problem: `must be in whole units above ${MAX_EXACT_UNITS}: its decimals cannot be kept exactly`,
}

/** An exact decimal of any size that a sum has, below 10^18 units; undefined: it is none. */
export function parseDecimal(text: string): Micros | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const units = BigInt(match[2] as string) * MICROS_PER_UNIT
  const magnitude = units + BigInt((match[3] ?? '').padEnd(6, '0'))
  return micros(match[1] === '-' ? -magnitude : magnitude)
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
