import { z } from 'zod'
import { parseMoney } from './money.ts'
import { type EpochMs, parseTime } from './time.ts'

/** Longest strings kept of an event's fields; anything longer is rejected, naming the field. */
export const MAX_ID_LENGTH = 128
export const MAX_TYPE_LENGTH = 64
export const MAX_TEXT_LENGTH = 8_192

/** As long as the contract allows; log files hold longer texts now and then, from attacks mostly. */
export const cutText = (text: string): string =>
  text.length <= MAX_TEXT_LENGTH ? text : text.slice(0, MAX_TEXT_LENGTH)

export const DEFAULT_CURRENCY = 'USD'

const CURRENCY = /^[A-Z]{3}$/
const CURRENCY_IN_ANY_CASE = /^[A-Za-z]{3}$/

/** Three letters, as they are kept: in capitals. undefined: it is no currency. */
export function currencyOf(text: string): string | undefined {
  if (CURRENCY.test(text)) return text
  return CURRENCY_IN_ANY_CASE.test(text) ? text.toUpperCase() : undefined
}

/** The text fields of an event that carry no rule beyond their length. */
export const TEXT_FIELDS = [
  'visitor',
  'session',
  'page',
  'title',
  'referrer',
  'account',
  'campaign',
  'ad',
  'placement',
  'country',
  'device',
] as const

const text = z.string().max(MAX_TEXT_LENGTH)
const amount = z
  .union([z.string(), z.number()])
  .refine((value) => parseMoney(value).ok, 'must be an amount that is kept exactly')

/**
 * What a producer may put: the outside contract. null counts as absent; unknown fields are passed over.
 * NUL and half a surrogate pair in a text are read as U+FFFD.
 */
export const eventSchema = z.object({
  id: z.string().min(1).max(MAX_ID_LENGTH).nullish(),
  type: z.string().min(1).max(MAX_TYPE_LENGTH),
  time: z
    .union([z.string(), z.number()])
    .refine((value) => parseTime(value) !== undefined, 'must be a time that is accepted')
    .nullish(),
  visitor: text.nullish(),
  session: text.nullish(),
  page: text.nullish(),
  title: text.nullish(),
  referrer: text.nullish(),
  account: text.nullish(),
  campaign: text.nullish(),
  ad: text.nullish(),
  placement: text.nullish(),
  /** Below zero: a credit. */
  cost: amount.nullish(),
  revenue: amount.nullish(),
  currency: z
    .string()
    .refine((text) => currencyOf(text) !== undefined)
    .nullish(),
  country: text.nullish(),
  device: text.nullish(),
  status: z.number().nullish(),
  duration_ms: z.number().nonnegative().nullish(),
  props: z.record(z.string(), z.unknown()).nullish(),
})

/** An event as a producer writes it. */
export type EventInput = z.input<typeof eventSchema>

/** An event as stream apps see it: checked, its time settled, its money in whole micro-units. */
export interface StreamEvent {
  id: string
  type: string
  /** Event time; clamped to the arrival time if it lay in the future. */
  time: EpochMs
  visitor?: string
  session?: string
  page?: string
  title?: string
  referrer?: string
  account?: string
  campaign?: string
  ad?: string
  placement?: string
  country?: string
  device?: string
  /** Micro-units, which a number holds exactly: see `parseMoney`. Below zero: a credit. */
  costMicros?: number
  /** As of `costMicros`. */
  revenueMicros?: number
  currency: string
  status?: number
  durationMs?: number
  props?: Record<string, unknown>
}
