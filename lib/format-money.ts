import { DEFAULT_CURRENCY } from './event.ts'
import { absent, NONE, scaled } from './format.ts'
import type { KpiValue } from './kpi-value.ts'

const LOCALE = 'en-US'
const FULL_TO = 9_999
/** Below this a cent says nothing: show the digits that do. */
const SMALL = 0.01

/** For reading: $61.20, $0.0042, $12.3k. The exact amount is `exactMoney`. */
export function money(amount: number | null | undefined, currency = DEFAULT_CURRENCY): string {
  if (absent(amount)) return NONE
  if (amount === 0) return formatter(currency, {}).format(0)
  const size = Math.abs(amount)
  if (Math.round(size) > FULL_TO) return inCurrency(amount, currency, scaled(size))
  if (size > 0 && size < SMALL) {
    return formatter(currency, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 }).format(
      amount,
    )
  }
  return formatter(currency, {}).format(amount)
}

/** The amount to its last micro-unit, from its decimal string: "$12.345678". Never a float. */
export function exactMoney(amount: string, currency: string): string {
  // Intl reads a decimal string exactly; its type only knows the literal form.
  return formatter(currency, { maximumFractionDigits: 6 }).format(amount as `${number}`)
}

/** Every currency of a value, the largest first: "$12.34, €3.00". */
export function exactMoneyOf(value: KpiValue): string {
  const amounts = Object.entries(value.money ?? {})
  if (amounts.length === 0) {
    return value.value === null ? NONE : money(value.value, value.currency ?? DEFAULT_CURRENCY)
  }
  return amounts
    .sort(([a], [b]) => Number(b === value.currency) - Number(a === value.currency))
    .map(([currency, amount]) => exactMoney(amount, currency))
    .join(', ')
}

/** The currencies of a value beside its main one, for saying that they are there. */
export function otherMoney(value: KpiValue): string[] {
  return Object.entries(value.money ?? {})
    .filter(([currency]) => currency !== value.currency)
    .map(([currency, amount]) => money(Number(amount), currency))
}

/** The amount in one currency; 0 where the value has money, but none in that one. */
export function amountIn(value: KpiValue, currency: string): number | null {
  if (value.currency === currency || value.money === undefined) return value.value
  return Number(value.money[currency] ?? 0)
}

/** Keeps the currency's place before or after the figure: "$12.3k", "CHF 12.3k". */
function inCurrency(amount: number, currency: string, figure: string): string {
  const parts = formatter(currency, { maximumFractionDigits: 0, minimumFractionDigits: 0 })
    .formatToParts(Math.sign(amount))
    .map((part) => (part.type === 'integer' ? figure : part.value))
  return parts.join('')
}

const formatters = new Map<string, Intl.NumberFormat>()

function formatter(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${currency}|${JSON.stringify(options)}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, ...options })
  formatters.set(key, made)
  return made
}
