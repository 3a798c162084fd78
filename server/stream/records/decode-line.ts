import type { Rejection } from '../../../lib/rejection.ts'
import { messageOf } from '../../platform/errors.ts'
import { asBase64 } from './base64.ts'
import { type CombinedLine, parseCombined } from './combined/parse-combined.ts'
import type { AcceptedEvent } from './parse-event.ts'

/** One of the values in a record; `part` is what of the record a rejected one was read from; undefined: it is only counted. */
export type DecodedItem =
  | { ok: true; value: unknown }
  | { ok: false; rejection: Rejection; part: Uint8Array | string | undefined }

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

/** A line is one of an access log, or a text, a number, true, false or null; it begins with what is no blank. */
export function decodeLine(line: string): DecodedLine {
  const parsed = parseCombined(line.endsWith('\r') ? line.slice(0, -1) : line)
  if (parsed.kind === 'skipped') {
    return { items: [notOfLog(line, parsed)], ofLog: false, partlyRead: false }
  }
  const { events, partlyRead } = parsed
  return { items: events.map((value) => ({ ok: true, value })), ofLog: true, partlyRead }
}

/** What may be one: to let JSON.parse find that a line is none takes ten times as long. */
const SCALAR = /^(?:"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$|true\s*$|false\s*$|null\s*$)/

function notOfLog(line: string, { ofLog, reason }: SkippedLine): DecodedItem {
  let problem = `${reason}, and not JSON`
  if (SCALAR.test(line)) {
    try {
      return { ok: true, value: JSON.parse(line) as unknown }
    } catch (error) {
      problem = `${problem}: ${messageOf(error)}`
    }
  }
  const rejection: Rejection = ofLog
    ? { reason: 'bad_log_line', detail: reason }
    : (asBase64(line) ?? { reason: 'not_json', detail: notJson(problem) })
  return { ok: false, rejection, part: line }
}

export const notUtf8 = (part: Uint8Array): DecodedItem => ({
  ok: false,
  rejection: { reason: 'not_utf8', detail: 'it is not UTF-8 text: put UTF-8' },
  part,
})

export const notJson = (problem: string): string =>
  `${problem}; put one JSON event, an array of them, or one a line`
