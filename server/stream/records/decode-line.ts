import type { Rejection } from '../../../lib/rejection.ts'
import { messageOf } from '../../platform/errors.ts'
import { type CombinedLine, parseCombined } from './combined/parse-combined.ts'
import type { AcceptedEvent } from './parse-event.ts'

/** One of the values in a record; `part` is what of the record a rejected one was read from. */
export type DecodedItem =
  | { ok: true; value: unknown }
  | { ok: false; rejection: Rejection; part: Uint8Array | string }

/** What is in a record: values to be checked, or events where they could be scanned. */
export type OpenedItem = DecodedItem | AcceptedEvent

type SkippedLine = Extract<CombinedLine, { kind: 'skipped' }>

/** What one line of a record holds. */
export interface DecodedLine {
  items: readonly DecodedItem[]
  /** It is one of an access log. */
  ofLog: boolean
  /** It has fields that were passed over. */
  partlyRead: boolean
}

/** A line is one JSON value, or one of an access log; it begins with what is no blank. */
export function decodeLine(line: string): DecodedLine {
  if (beginsLikeJson(line)) return notOfLog(decodeValue(line))
  const parsed = parseCombined(line.endsWith('\r') ? line.slice(0, -1) : line)
  if (parsed.kind === 'skipped') return notOfLog(decodeValue(line, parsed))
  const { events, partlyRead } = parsed
  return { items: events.map((value) => ({ ok: true, value })), ofLog: true, partlyRead }
}

const notOfLog = (item: DecodedItem): DecodedLine => ({
  items: [item],
  ofLog: false,
  partlyRead: false,
})

/** `noLog`: why it is no line of a log either, or which field of it does not fit. */
export function decodeValue(text: string, noLog?: SkippedLine): DecodedItem {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    const rejection: Rejection =
      noLog?.ofLog === true
        ? { reason: 'bad_log_line', detail: noLog.reason }
        : { reason: 'not_json', detail: notJson(error, noLog?.reason) }
    return { ok: false, rejection, part: text }
  }
}

/** `[2001:db8::1]:443 …`: the host that was asked, in front of a log's line. No JSON begins so. */
const BEGINS_LIKE_HOST = /^\[[\da-f]*:[\da-f:.]*\]/i

/** Then it is taken for no line of a log. */
export const beginsLikeJson = (text: string): boolean =>
  text.startsWith('{') || (text.startsWith('[') && !BEGINS_LIKE_HOST.test(text))

export const notJson = (error: unknown, noLog?: string): string => {
  const problem = messageOf(error)
  return `${noLog === undefined ? problem : `${noLog}, and no JSON: ${problem}`}; put one JSON event, an array of them, or one a line`
}
