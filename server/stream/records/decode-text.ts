import type { Rejection } from '../../../lib/rejection.ts'
import { beginsLikeJson, type DecodedItem, decodeLine, notJson } from './decode-line.ts'
import { countValues } from './json-walk.ts'

/** What one record may hold: far more than a producer batches. */
export const MAX_RECORD_EVENTS = 200_000

/**
 * JSON values within values: `[[],[],…]` takes twenty times its own size in memory. Real events have one
 * value in 20 bytes or more.
 */
export const MAX_RECORD_VALUES = 4_000_000

/** Before a record's texts come to this, their values are not counted. */
const UNCOUNTED_BYTES = 8 * 1024 * 1024

export interface DecodedText {
  items: DecodedItem[]
  /** Of the text, unfolded where it was gzipped. */
  bytes: number
  /** Its texts may hold NUL or half a surrogate pair, which \u escapes can bring, and lines of a log. */
  escapes: boolean
  /** Lines of a log with fields that were passed over. */
  partlyRead: number
}

/** What the texts of one record have come to so far. */
export interface Tally {
  bytes: number
  values: number
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Up to this a text is read at a stretch: if it holds nothing but `{}`, that takes 20 ms. */
export const MAX_TEXT_AT_ONCE_BYTES = 128 * 1024

/**
 * A text is one JSON value, an array of them, or lines: of JSON values, of an access log, or of both. A byte order
 * mark is passed over. A large one is read by `decodeLargeText`, which makes the same of it.
 */
export function decodeText(data: Uint8Array, tally: Tally): DecodedText {
  const bytes = data.length
  tally.bytes += bytes
  if (bytes === 0) return whole('empty', 'the record has no data', data)
  if (tally.bytes > UNCOUNTED_BYTES) {
    tally.values += countValues(data)
    if (tally.values > MAX_RECORD_VALUES) return tooManyValues(data)
  }
  let text: string
  try {
    text = utf8.decode(data)
  } catch {
    return notUtf8(data)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return decodeLines(text, data, error)
  }
  const escapes = text.includes('\\u')
  if (!Array.isArray(value)) return { items: [{ ok: true, value }], bytes, escapes, partlyRead: 0 }
  if (value.length === 0) return noEvents(data)
  if (value.length > MAX_RECORD_EVENTS) return tooManyEvents(data)
  const items = value.map((item: unknown) => ({ ok: true as const, value: item }))
  return { items, bytes, escapes, partlyRead: 0 }
}

function decodeLines(text: string, data: Uint8Array, wholeError: unknown): DecodedText {
  const items: DecodedItem[] = []
  let holdsEvents = false
  let ofLog = false
  let partlyRead = 0
  // Each from its first character that is no blank to its end.
  for (const [line] of text.matchAll(/\S[^\n]*/g)) {
    const decoded = decodeLine(line)
    for (const item of decoded.items) {
      if (items.length === MAX_RECORD_EVENTS) return tooManyEvents(data)
      holdsEvents ||= isOfLines(item)
      items.push(item)
    }
    ofLog ||= decoded.ofLog
    if (decoded.partlyRead) partlyRead++
  }
  const [first] = items
  if (first === undefined) return whole('empty', 'the record is blank', data)
  if (holdsEvents) {
    return { items, bytes: data.length, escapes: ofLog || text.includes('\\u'), partlyRead }
  }
  // Not one line could be an event: it is one broken document, not many broken lines.
  const ofLine = first.ok || beginsLikeJson(text.trimStart()) ? undefined : first.rejection.detail
  return whole('not_json', ofLine ?? notJson(wholeError), data)
}

/** An event, or a line of a log that is broken: what holds it is lines, and not one broken document. */
export const isOfLines = (item: DecodedItem): boolean =>
  item.ok ? typeof item.value === 'object' : item.rejection.reason === 'bad_log_line'

/** One rejected item that stands for all of `data`. */
export const whole = (
  reason: Rejection['reason'],
  detail: string,
  data: Uint8Array,
): DecodedText => ({
  items: [{ ok: false, rejection: { reason, detail }, part: data }],
  bytes: data.length,
  escapes: false,
  partlyRead: 0,
})

export const notUtf8 = (data: Uint8Array): DecodedText =>
  whole('not_utf8', 'the record is not UTF-8 text', data)

export const noEvents = (data: Uint8Array): DecodedText =>
  whole('empty', 'the record is an array without events', data)

export const tooManyEvents = (data: Uint8Array): DecodedText =>
  whole('too_large', `holds more than ${MAX_RECORD_EVENTS} events: put smaller batches`, data)

export const tooManyValues = (data: Uint8Array): DecodedText =>
  whole('too_large', `holds more than ${MAX_RECORD_VALUES} values: put smaller batches`, data)
