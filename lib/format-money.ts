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

/** A hover names no more currencies than these. */
const MOST_NAMED = 12

/** Every currency of a value, its own first, then by name: "$12.34, €3.00". */
export function exactMoneyOf(value: KpiValue): string {
  const { money: amounts = {}, currency: own } = value
  if (Object.keys(amounts).length === 0) {
    return value.value === null ? NONE : money(value.value, own ?? DEFAULT_CURRENCY)
  }
  const others = othersOf(value).map(([currency, amount]) => exactMoney(amount, currency))
  const main = own === undefined ? [] : [exactMoney(amounts[own] ?? '0', own)]
  const rest = others.length - MOST_NAMED
  return [...main, ...others.slice(0, MOST_NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

/**
 * The currencies of a value beside its own, by name, for saying that they are there: they are never added up. Each times
 * `times`, which makes a rate of a sum.
 */
export function otherMoney(value: KpiValue, times = 1): string[] {
  return othersOf(value).map(([currency, amount]) => money(Number(amount) * times, currency))
}

const othersOf = ({ money: amounts = {}, currency: own }: KpiValue) =>
  Object.entries(amounts)
    .filter(([currency, amount]) => currency !== own && amount !== '0')
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** "and ¥1,999, €100.00", "and ¥1,999, €100.00 and 3 more"; undefined: there is no other. */
export function besideText(others: readonly string[], most = 2): string | undefined {
  if (others.length === 0) return undefined
  const rest = others.length - most
  return `and ${others.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
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
