import type { Rejection } from '../../../lib/rejection.ts'
import { messageOf } from '../../platform/errors.ts'
import { parseCombined } from './combined/parse-combined.ts'
import type { AcceptedEvent } from './parse-event.ts'

/** One of the values in a record; `part` is what of the record a rejected one was read from. */
export type DecodedItem =
  | { ok: true; value: unknown }
  | { ok: false; rejection: Rejection; part: Uint8Array | string }

/** What is in a record: values to be checked, or events where they could be scanned. */
export type OpenedItem = DecodedItem | AcceptedEvent

/** What one line of a record holds. */
export interface DecodedLine {
  items: readonly DecodedItem[]
  /** It is one of a combined log. */
  ofLog: boolean
}

/** A line is one JSON value, or one of a combined log; it begins with what is no blank. */
export function decodeLine(line: string): DecodedLine {
  if (beginsLikeJson(line)) return { items: [decodeValue(line)], ofLog: false }
  const parsed = parseCombined(line.endsWith('\r') ? line.slice(0, -1) : line)
  if (parsed.kind === 'skipped') return { items: [decodeValue(line, parsed.reason)], ofLog: false }
  return { items: parsed.events.map((value) => ({ ok: true, value })), ofLog: true }
}

/** `noLog`: why it is no line of a log either. */
export function decodeValue(text: string, noLog?: string): DecodedItem {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    const detail = notJson(error, noLog)
    return { ok: false, rejection: { reason: 'not_json', detail }, part: text }
  }
}

/** Then it is taken for no line of a log. */
export const beginsLikeJson = (text: string): boolean =>
  text.startsWith('{') || text.startsWith('[')

export const notJson = (error: unknown, noLog?: string): string => {
  const problem = messageOf(error)
  return `${noLog === undefined ? problem : `${noLog}, and no JSON: ${problem}`}; put one JSON event, an array of them, or one a line`
}
