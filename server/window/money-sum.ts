import { type Micros, micros } from '../../lib/money.ts'

/**
 * An exact sum of micro-units in one currency: high × 1e15 + low, with |low| < 1e15. One amount is at
 * most 1e15, so nothing ever leaves the integers that a number holds exactly.
 */
export interface MoneySum {
  currency: string
  low: number
  high: number
  /** The next currency's sum. */
  next: MoneySum | null
}

/** Also the largest amount that may be added at once. */
export const MONEY_CARRY = 1e15

/** Adds in place; the answer replaces `sums`. */
export function addMoney(
  sums: MoneySum | null,
  currency: string,
  low: number,
  high: number,
): MoneySum {
  for (let sum = sums; sum !== null; sum = sum.next) {
    if (sum.currency !== currency) continue
    sum.low += low
    sum.high += high
    if (sum.low >= MONEY_CARRY || sum.low <= -MONEY_CARRY) {
      const carried = Math.trunc(sum.low / MONEY_CARRY)
      sum.high += carried
      sum.low -= carried * MONEY_CARRY
    }
    return sums as MoneySum
  }
  if (Math.abs(low) < MONEY_CARRY) return { currency, low, high, next: sums }
  const carried = Math.trunc(low / MONEY_CARRY)
  return { currency, low: low - carried * MONEY_CARRY, high: high + carried, next: sums }
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
