import { isUtf8 } from 'node:buffer'
import { gunzipSync } from 'node:zlib'
import type { Rejection } from '../../lib/rejection.ts'
import { messageOf } from '../platform/errors.ts'

/** What a gzipped record may unfold to: more would let one small record fill the memory. */
export const MAX_INFLATED_BYTES = 16 * 1024 * 1024

/** What one record may hold: far more than a producer batches, and read in well under a second. */
export const MAX_RECORD_EVENTS = 200_000

/** One of the values in a record; `text` is what of the record it was read from, for the dead letters. */
export type DecodedItem =
  | { ok: true; value: unknown }
  | { ok: false; rejection: Rejection; text: string | undefined }

export interface DecodedRecord {
  items: DecodedItem[]
  /** Of the text, unfolded where it was gzipped. */
  bytes: number
}

/**
 * A record's data is one JSON value, an array of them, or lines of them, perhaps gzipped. Returns its
 * values in order; what cannot be read is one rejected item (a line of its own where the others can).
 */
export function decodeRecord(data: Uint8Array): DecodedRecord {
  if (isGzip(data)) return decodeGzip(data)
  return { items: decodePlain(data), bytes: data.length }
}

function decodePlain(data: Uint8Array): DecodedItem[] {
  if (data.length === 0) return whole('empty', 'the record has no data')
  if (isKplAggregate(data)) {
    return whole(
      'kpl_aggregate',
      'records aggregated by the Kinesis Producer Library are not read yet: turn aggregation off',
    )
  }
  return decodeText(data)
}

function decodeGzip(data: Uint8Array): DecodedRecord {
  let inflated: Uint8Array
  try {
    inflated = gunzipSync(data, { maxOutputLength: MAX_INFLATED_BYTES })
  } catch (error) {
    const tooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    const items = tooLarge
      ? whole('too_large', `unfolds to more than ${MAX_INFLATED_BYTES} bytes: put smaller batches`)
      : whole('bad_gzip', `gzip data that cannot be unfolded: ${messageOf(error)}`)
    return { items, bytes: data.length }
  }
  const items =
    inflated.length === 0 ? whole('empty', 'the gzipped record has no data') : decodeText(inflated)
  return { items, bytes: inflated.length }
}

function decodeText(data: Uint8Array): DecodedItem[] {
  if (!isUtf8(data)) return whole('not_utf8', 'the record is not UTF-8 text')
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return decodeLines(text, error)
  }
  if (!Array.isArray(value)) return [{ ok: true, value }]
  if (value.length === 0) return whole('empty', 'the record is an array without events')
  if (value.length > MAX_RECORD_EVENTS) return tooMany()
  return value.map((item: unknown) => ({ ok: true, value: item }))
}

function decodeLines(text: string, wholeError: unknown): DecodedItem[] {
  if (hasMoreLines(text.trimEnd(), MAX_RECORD_EVENTS)) return tooMany()
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) return whole('empty', 'the record is blank')
  const items = lines.map(decodeLine)
  // Not one readable line: it is one broken document, not many broken lines.
  if (items.every((item) => !item.ok)) return whole('not_json', notJson(wholeError))
  return items
}

function decodeLine(line: string): DecodedItem {
  try {
    return { ok: true, value: JSON.parse(line) as unknown }
  } catch (error) {
    return { ok: false, rejection: { reason: 'not_json', detail: notJson(error) }, text: line }
  }
}

function hasMoreLines(text: string, limit: number): boolean {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0 && lines <= limit; at = text.indexOf('\n', at + 1)) {
    lines++
  }
  return lines > limit
}

const tooMany = (): DecodedItem[] =>
  whole('too_large', `holds more than ${MAX_RECORD_EVENTS} events: put smaller batches`)

const notJson = (error: unknown): string =>
  `${messageOf(error)}; put one JSON event, an array of them, or one a line`

const whole = (reason: Rejection['reason'], detail: string): DecodedItem[] => [
  { ok: false, rejection: { reason, detail }, text: undefined },
]

const isGzip = (data: Uint8Array): boolean => data[0] === 0x1f && data[1] === 0x8b

/** The magic number of the Kinesis Producer Library's aggregation format. */
const isKplAggregate = (data: Uint8Array): boolean =>
  data[0] === 0xf3 && data[1] === 0x89 && data[2] === 0x9a && data[3] === 0xc2
