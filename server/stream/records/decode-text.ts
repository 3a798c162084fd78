import { isSubscription } from './cloudwatch.ts'
import {
  type DecodedText,
  MAX_RECORD_EVENTS,
  MAX_RECORD_VALUES,
  type Tally,
  tooManyEvents,
  tooManyValues,
  wholly,
} from './decoded-text.ts'
import { countValues } from './json-walk.ts'
import { nameOf } from './name-data.ts'
import { readText } from './read-text.ts'
import { finish, type Steps } from './steps.ts'

/** Before a record's texts come to this, the values of small ones are not counted. */
const UNCOUNTED_BYTES = 8 * 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * What a text of at most `MAX_TEXT_AT_ONCE_BYTES` holds, all at once: most are one JSON value, an event or an array of
 * them, and need not be gone through. `readText` says what any other holds, and would say the same of these.
 */
export function decodeText(data: Uint8Array, tally: Tally): DecodedText {
  const bytes = data.length
  tally.bytes += bytes
  const known = nameOf(data)
  if (known !== undefined) return wholly(known, data)
  if (tally.bytes > UNCOUNTED_BYTES) {
    tally.values += countValues(data)
    if (tally.values > MAX_RECORD_VALUES) return tooManyValues(data)
  }
  let text: string
  let value: unknown
  try {
    text = utf8.decode(data)
    value = JSON.parse(text)
  } catch {
    return finish(readText(data, tally))
  }
  const values: unknown[] = Array.isArray(value) ? value : [value]
  if (values.length === 0 || values.some(isSubscription)) return finish(readText(data, tally))
  if (values.length > MAX_RECORD_EVENTS) return tooManyEvents(data)
  return {
    items: values.map((each) => ({ ok: true, value: each })),
    bytes,
    escapes: text.includes('\\u'),
    controls: 0,
    partlyRead: 0,
  }
}

/** The same of one of any size. */
export function* decodeLargeText(data: Uint8Array, tally: Tally): Steps<DecodedText> {
  tally.bytes += data.length
  const known = nameOf(data)
  return known === undefined ? yield* readText(data, tally) : wholly(known, data)
}
