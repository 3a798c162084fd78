import type { StreamRecord } from '../../read/stream-source.ts'
import { MAX_RECORD_EVENTS } from '../decoded-text.ts'
import type { AcceptedEvent } from '../parse-event.ts'
import { createBlanks } from './blanks.ts'
import { createEventScan, type Origin } from './event.ts'
import { createLogScan, type ScannedItems } from './log.ts'
import { Byte, createSource, openSource } from './source.ts'
import { createTextScan } from './text.ts'

/**
 * The events of a record that is plain: events one after the other, or an array of them, all without a fault; or lines
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

  function scanObjects(origin: Origin, shardId: string): AcceptedEvent[] | undefined {
    const only = scanEvent(origin, shardId, 0)
    if (only === undefined) return undefined
    source.at = pastBlanks(source.at)
    return source.at === source.length ? [only] : scanFurther(only, origin, shardId)
  }

  /** One object after the other, each on a line of its own or not. */
  function scanFurther(first: AcceptedEvent, origin: Origin, shardId: string) {
    const events = [first]
    while (source.at < source.length) {
      if (bytes[source.at] !== Byte.openBrace) return undefined
      if (events.length === MAX_RECORD_EVENTS) return undefined
      const event = scanEvent(origin, shardId, events.length)
      if (event === undefined) return undefined
      events.push(event)
      source.at = pastBlanks(source.at)
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
    const scan = first === Byte.openBrace ? scanObjects : scanArray
    const items = scan(record, shardId)
    return items === undefined ? undefined : { items, partlyRead: 0 }
  }
}
