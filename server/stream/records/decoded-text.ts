import type { Rejection, RejectReason } from '../../../lib/rejection.ts'
import type { DecodedItem } from './decode-line.ts'

/** What one record may hold: far more than a producer batches. */
export const MAX_RECORD_EVENTS = 200_000

/**
 * JSON values within values: `[[],[],…]` takes twenty times its own size in memory. Real events have one
 * value in 20 bytes or more.
 */
export const MAX_RECORD_VALUES = 4_000_000

/** An event is parsed at a stretch. A record that is not compressed may be one event: 10 MiB. */
export const MAX_EVENT_BYTES = 10 * 1024 * 1024
/** Values within values cost far more than their bytes; a real event has some dozens. */
export const MAX_EVENT_VALUES = 200_000

/** Up to this a text is read at a stretch: if it holds nothing but `{}`, that takes 20 ms. */
export const MAX_TEXT_AT_ONCE_BYTES = 128 * 1024

export interface DecodedText {
  items: DecodedItem[]
  /** Of the text, unfolded where it was compressed. */
  bytes: number
  /** Its texts may hold NUL or half a surrogate pair, which \u escapes can bring, and lines of a log. */
  escapes: boolean
  /** Messages of CloudWatch Logs that only ask whether somebody is there: they hold no event. */
  controls: number
  /** Lines of a log with fields that were passed over. */
  partlyRead: number
}

/** What the texts of one record have come to so far. */
export interface Tally {
  bytes: number
  values: number
}

/** One rejected item that stands for all of `data`. */
export const whole = (reason: RejectReason, detail: string, data: Uint8Array): DecodedText =>
  wholly({ reason, detail }, data)

export const wholly = (rejection: Rejection, data: Uint8Array): DecodedText => ({
  items: [{ ok: false, rejection, part: data }],
  bytes: data.length,
  escapes: false,
  controls: 0,
  partlyRead: 0,
})

export const tooManyEvents = (data: Uint8Array): DecodedText =>
  whole('too_large', `holds more than ${MAX_RECORD_EVENTS} events: put smaller batches`, data)

export const tooManyValues = (data: Uint8Array): DecodedText =>
  whole('too_large', `holds more than ${MAX_RECORD_VALUES} values: put smaller batches`, data)
