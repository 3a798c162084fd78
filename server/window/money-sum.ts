import { type Micros, micros } from '../../lib/money.ts'

/** An exact sum of micro-units in one currency: high × 1e15 + low, both whole, with |low| < 1e15. */
export interface MoneySum {
  currency: string
  low: number
  high: number
  /** The next currency's sum. */
  next: MoneySum | null
}

/** Two lows below it add up to what a number still holds exactly. */
export const MONEY_CARRY = 1e15

/** How often `MONEY_CARRY` is in it; 0 of nearly all amounts. */
const carriesOf = (low: number): number =>
  low < MONEY_CARRY && low > -MONEY_CARRY ? 0 : Math.trunc(low / MONEY_CARRY)

/**
 * Adds `high` × 1e15 + `low`, whole numbers that a number holds exactly, as one amount does. In place; the answer
 * replaces `sums`.
 */
export function addMoney(
  sums: MoneySum | null,
  currency: string,
  low: number,
  high: number,
): MoneySum {
  // What is carried of an amount is a multiple of 1e15 = 2^15 × 5^15: it, and what is left, are exact again.
  const carries = carriesOf(low)
  const rest = carries === 0 ? low : low - carries * MONEY_CARRY
  for (let sum = sums; sum !== null; sum = sum.next) {
    if (sum.currency !== currency) continue
    const added = sum.low + rest
    const carried = carriesOf(added)
    sum.high += high + carries + carried
    sum.low = carried === 0 ? added : added - carried * MONEY_CARRY
    return sums as MoneySum
  }
  return { currency, low: rest, high: high + carries, next: sums }
}

export function mergeMoney(target: MoneySum | null, source: MoneySum | null): MoneySum | null {
  let merged = target
  for (let sum = source; sum !== null; sum = sum.next) {
    merged = addMoney(merged, sum.currency, sum.low, sum.high)
  }
  return merged
}

/** Takes `source` away from a sum that holds it; currencies of which nothing is left go. */
export function subtractMoney(target: MoneySum | null, source: MoneySum | null): MoneySum | null {
  let left = target
  for (let sum = source; sum !== null; sum = sum.next) {
    left = addMoney(left, sum.currency, -sum.low, -sum.high)
  }
  return withoutZeros(left)
}

function withoutZeros(sums: MoneySum | null): MoneySum | null {
  let left: MoneySum | null = null
  for (let sum = sums; sum !== null; ) {
    const { next } = sum
    if (microsOf(sum) !== 0n) {
      sum.next = left
      left = sum
    }
    sum = next
  }
  return left
}

export const microsOf = (sum: MoneySum): Micros =>
  micros(BigInt(sum.high) * BigInt(MONEY_CARRY) + BigInt(sum.low))

/** Every currency whose sum is not zero. */
export function moneyByCurrency(sums: MoneySum | null): Map<string, Micros> {
  const amounts = new Map<string, Micros>()
  for (let sum = sums; sum !== null; sum = sum.next) {
    const amount = microsOf(sum)
    if (amount !== 0n) amounts.set(sum.currency, amount)
  }
  return amounts
}
