import { type Amounts, amountsOf, type Reading } from './reading.ts'

/** What counting alone makes of a KPI: the least that a step's value moves when nothing happens. */

/** Fewer events than these in a step say nothing. */
const MIN_EXPECTED_EVENTS = 10
/** Fewer than these of money: they are events as large as the large ones are, so a few of them say more. */
const MIN_EXPECTED_PAYMENTS = 4
/** What an average over thousands of steps may be off by. */
const ROUNDING = 1e-9
const MIN_UNDER = 30
const MIN_BEYOND_QUANTILE = 2

/** A ratio that was 0 so far may have one event in two steps before it counts as strange. */
const LEAST_EXPECTED_OVER = 0.5

/** What is usual: the value, and the amount that one event brings (1 for counts). */
export interface Usual {
  value: number
  perEvent: number
}

/** Whether the step has enough events to be judged by. */
export function saysSomething(reading: Reading, usual: Usual): boolean {
  const { exposure } = amountsOf(reading)
  const expectedEvents = (usual.value * exposure) / usual.perEvent
  switch (reading.kind) {
    case 'count':
      return expectedEvents >= MIN_EXPECTED_EVENTS * (1 - ROUNDING)
    case 'money':
      return expectedEvents >= MIN_EXPECTED_PAYMENTS * (1 - ROUNDING)
    case 'ratio':
    case 'money_per':
      // Whatever `over` is: to leave out steps where it is small would leave out half the evidence.
      return exposure >= MIN_UNDER
    case 'quantile':
      return (
        usual.value > 0 &&
        reading.value > 0 &&
        reading.of * Math.min(reading.q, 1 - reading.q) >= MIN_BEYOND_QUANTILE
      )
  }
}

/**
 * How far a reading is from what is usual, in standard deviations of counting noise; below it is negative.
 * Counts and ratios by their signed deviance residual, which is close to normal even for a handful of events,
 * where (x − μ)/√μ is not (Pierce and Schafer 1986); quantiles by their logarithm.
 */
export function residual(reading: Reading, usual: Usual): number {
  const { amount, exposure } = amountsOf(reading)
  switch (reading.kind) {
    case 'count':
    case 'money':
    case 'money_per':
      return poissonResidual(amount / usual.perEvent, (usual.value * exposure) / usual.perEvent)
    case 'ratio':
      return binomialResidual(amount, exposure, usual.value)
    case 'quantile':
      return Math.log(reading.value / usual.value) / quantileNoise(reading.q, reading.of)
  }
}

/** One standard deviation of counting noise, in the value's unit. */
export function noiseSpread(reading: Reading, usual: Usual): number {
  const { exposure } = amountsOf(reading)
  const { value, perEvent } = usual
  switch (reading.kind) {
    case 'count':
    case 'money':
    case 'money_per':
      return Math.sqrt(Math.max(0, (value * perEvent) / exposure))
    case 'ratio': {
      const p = possibleShare(value, exposure)
      return Math.sqrt((p * (1 - p)) / exposure)
    }
    case 'quantile':
      return value * quantileNoise(reading.q, reading.of)
  }
}

/** The amounts of a step whose residual is too large, with the value brought back to `value`. */
export const withValue = (amounts: Amounts, value: number): Amounts => {
  const { amount, exposure, events } = amounts
  const share = amount > 0 ? (value * exposure) / amount : 0
  return { amount: value * exposure, exposure, events: events * share }
}

function poissonResidual(seen: number, expected: number): number {
  const x = Math.max(0, seen)
  const deviance = 2 * (xLogRatio(x, expected) - (x - expected))
  return signedRoot(x - expected, deviance)
}

/** `over` may exceed `under` where one's events come later than the other's: that is all of them. */
function binomialResidual(over: number, under: number, share: number): number {
  const p = possibleShare(share, under)
  const x = Math.min(over, under)
  // Always, where always is usual, is nothing strange.
  if (p !== share && Math.abs(x - under * share) < LEAST_EXPECTED_OVER) return 0
  const deviance = 2 * (xLogRatio(x, under * p) + xLogRatio(under - x, under * (1 - p)))
  return signedRoot(x - under * p, deviance)
}

/** Half an event away from never and from always: nothing is known to be impossible. */
function possibleShare(share: number, under: number): number {
  const least = LEAST_EXPECTED_OVER / under
  return Math.min(Math.max(share, least), 1 - least)
}

/**
 * Relative standard deviation of a sample quantile, √(q(1 − q)/n) / (density × value), for an exponential
 * distribution (Cramér 1946, §28.5). Most latencies are narrower than that.
 */
const quantileNoise = (q: number, n: number): number =>
  Math.sqrt(q / ((1 - q) * n)) / -Math.log(1 - q)

const xLogRatio = (x: number, expected: number): number =>
  x === 0 ? 0 : x * Math.log(x / expected)

const signedRoot = (sign: number, deviance: number): number =>
  Math.sign(sign) * Math.sqrt(Math.max(0, deviance))
