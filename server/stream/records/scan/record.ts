import type { StreamRecord } from '../../read/stream-source.ts'
import { MAX_RECORD_EVENTS } from '../decode-text.ts'
import type { AcceptedEvent } from '../parse-event.ts'
import { createBlanks } from './blanks.ts'
import { createEventScan, type Origin } from './event.ts'
import { createLogScan, type ScannedItems } from './log.ts'
import { Byte, createSource, openSource } from './source.ts'
import { createTextScan } from './text.ts'

/**
 * The events of a record that is plain: one event, an array of them, or lines of them, all without a fault; or lines
 * of an access log, among which there may be others. undefined: it is not, and `decodeRecord` and `parseEvent` say
 * what it holds. Of a record that is scanned they would say the same.
 */
export type RecordScan = (
  record: Origin & Pick<StreamRecord, 'data'>,
  shardId: string,
) => ScannedItems | undefined

export function createRecordScan(): RecordScan {
  const source = createSource()
  const { bytes } = source
  const pastBlanks = createBlanks(source)
  const scanEvent = createEventScan(source)
  const scanLog = createLogScan(source, createTextScan(source))

  function holdsNewline(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (bytes[at] === Byte.newline) return true
    return false
  }

  function scanLines(origin: Origin, shardId: string): AcceptedEvent[] | undefined {
    const only = scanEvent(origin, shardId, 0)
    if (only === undefined) return undefined
    const next = pastBlanks(source.at)
    return next === source.length ? [only] : scanFurtherLines(only, next, origin, shardId)
  }

  /** Of several, each has a line to itself. */
  function scanFurtherLines(first: AcceptedEvent, from: number, origin: Origin, shardId: string) {
    const events = [first]
    let next = from
    if (holdsNewline(pastBlanks(0), source.at)) return undefined
    while (next < source.length) {
      if (bytes[next] !== Byte.openBrace || !holdsNewline(source.at, next)) return undefined
      if (events.length === MAX_RECORD_EVENTS) return undefined
      source.at = next
      const event = scanEvent(origin, shardId, events.length)
      if (event === undefined || holdsNewline(next, source.at)) return undefined
      events.push(event)
      next = pastBlanks(source.at)
    }
    return events
  }

  function scanArray(origin: Origin, shardId: string): AcceptedEvent[] | undefined {
    const events: AcceptedEvent[] = []
    let next = pastBlanks(source.at + 1)
    for (;;) {
      if (bytes[next] !== Byte.openBrace || events.length === MAX_RECORD_EVENTS) return undefined
      source.at = next
      const event = scanEvent(origin, shardId, events.length)
      if (event === undefined) return undefined
      events.push(event)
      next = pastBlanks(source.at)
      if (bytes[next] === Byte.closeBracket) break
      if (bytes[next] !== Byte.comma) return undefined
      next = pastBlanks(next + 1)
    }
    return pastBlanks(next + 1) === source.length ? events : undefined
  }

  return function scanRecord(record, shardId) {
    if (!openSource(source, record.data)) return undefined
    source.at = pastBlanks(0)
    const first = bytes[source.at]
    if (first !== Byte.openBrace && first !== Byte.openBracket) return scanLog(record, shardId)
    const scan = first === Byte.openBrace ? scanLines : scanArray
    const items = scan(record, shardId)
    return items === undefined ? undefined : { items, partlyRead: 0 }
  }
}
