/** What one KPI read in one step of time: plain numbers, so that anything that counts can feed it. */

import { SECOND_MS } from '../../lib/time.ts'

/** The step of time that is judged. */
export const STEP_MS = 10 * SECOND_MS

export type Reading =
  /** Events, or different things. */
  | { kind: 'count'; count: number }
  /** `over` out of `under` events. */
  | { kind: 'ratio'; over: number; under: number }
  /** Money in units of one currency, and from how many events it came. */
  | { kind: 'money'; sum: number; events: number }
  /** Money for each event of `under`. */
  | { kind: 'money_per'; sum: number; events: number; under: number }
  /** The quantile `q` (0..1) of `of` values, in the values' unit; it is positive. */
  | { kind: 'quantile'; value: number; of: number; q: number }

/** Every reading is an amount for an exposure: its value is the one divided by the other. */
export interface Amounts {
  amount: number
  exposure: number
  /** How many events the amount is made of: what counting noise depends on. */
  events: number
}

/** Where credits are more than what was spent, that is a step without spending: how often it counts cannot be negative. */
export function amountsOf(reading: Reading): Amounts {
  switch (reading.kind) {
    case 'count':
      return { amount: reading.count, exposure: 1, events: reading.count }
    case 'ratio':
      return { amount: reading.over, exposure: reading.under, events: reading.over }
    case 'money':
      return { amount: Math.max(0, reading.sum), exposure: 1, events: reading.events }
    case 'money_per':
      return { amount: Math.max(0, reading.sum), exposure: reading.under, events: reading.events }
    case 'quantile':
      // A quantile of more values weighs more.
      return { amount: reading.value * reading.of, exposure: reading.of, events: reading.of }
  }
}

export const hasValue = ({ exposure, amount }: Amounts): boolean =>
  exposure > 0 && Number.isFinite(amount)
