import { DEFAULT_CURRENCY, type StreamEvent } from '../../../../lib/event.ts'
import { epochMs } from '../../../../lib/time.ts'
import { pastAllBlanks } from '../blanks.ts'
import { isSubscription } from '../cloudwatch.ts'
import { isPageView, type LogLine, propsOf, visitorOf } from '../combined/log-line.ts'
import { decodeLine, notUtf8, type OpenedItem } from '../decode-line.ts'
import { MAX_RECORD_EVENTS } from '../decoded-text.ts'
import { FUTURE_SKEW_MS, fallbackId } from '../parse-event.ts'
import type { Origin } from './event.ts'
import { createLogLineScan } from './log-line.ts'
import { Byte, type Source } from './source.ts'
import type { TextScan } from './text.ts'

/** Of a record that was scanned. */
export interface ScannedItems {
  items: OpenedItem[]
  /** Lines of a log with fields that were passed over. */
  partlyRead: number
}

/** Where more lines are unusual, `decodeRecord` reads the record, in steps: so many take 10 ms. */
export const MAX_UNUSUAL_LINES = 1_000

/**
 * The items of a record of lines of an access log, of which the first, at `source.at`, is a usual one. Those that are
 * unusual, JSON, or torn are read one by one as `decodeRecord` reads them. undefined: the scan gives up.
 */
export function createLogScan(
  source: Source,
  { decode }: Pick<TextScan, 'decode'>,
): (origin: Origin, shardId: string) => ScannedItems | undefined {
  const { bytes } = source
  const scanLine = createLogLineScan(source)

  /** false: where JSON begins, it may go on over lines. */
  function addUnusualLine(scanned: ScannedItems): boolean {
    let to = source.at
    while (to < source.length && bytes[to] !== Byte.newline) to++
    const from = pastAllBlanks(bytes, source.at, to)
    source.at = to + 1
    if (from === to) return true
    const text = decode(from, to)
    switch (bytes[from]) {
      case Byte.comma:
        return false
      case Byte.openBrace:
        return text !== undefined && addObject(scanned, text)
      case Byte.openBracket:
        return text !== undefined && addLine(scanned, text, { mayBeArray: true })
      default:
        if (text === undefined) scanned.items.push(notUtf8(source.data.subarray(from, to)))
        return text === undefined || addLine(scanned, text, { mayBeArray: false })
    }
  }

  return function scanLog(origin, shardId) {
    const items: OpenedItem[] = []
    const scanned = { items, partlyRead: 0 }
    let unusual = 0
    while (source.at < source.length) {
      const line = scanLine()
      if (line !== undefined) {
        addEvents(items, line, origin, shardId)
        if (line.rest.hasMore) scanned.partlyRead++
      } else if (items.length === 0 || ++unusual > MAX_UNUSUAL_LINES) return undefined
      else if (!addUnusualLine(scanned)) return undefined
      if (items.length > MAX_RECORD_EVENTS) return undefined
    }
    return items.length > 0 ? scanned : undefined
  }
}

/** false: it is not one event. */
function addObject({ items }: ScannedItems, text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    items.push({ ok: true, value })
    return !isSubscription(value)
  } catch {
    return false
  }
}

/** false: it may be an array. */
function addLine(scanned: ScannedItems, text: string, { mayBeArray }: { mayBeArray: boolean }) {
  const { items, ofLog, partlyRead } = decodeLine(text)
  for (const item of items) scanned.items.push(item)
  if (partlyRead) scanned.partlyRead++
  return ofLog || !mayBeArray
}

/** What `parseEvent` makes of what `parseCombined` makes of the line. */
function addEvents(items: OpenedItem[], line: LogLine, origin: Origin, shardId: string): void {
  const { arrivedAt, sequenceNumber } = origin
  const clamped = line.time > arrivedAt + FUTURE_SKEW_MS
  const time = clamped ? arrivedAt : line.time
  const visitor = visitorOf(line)
  const request = logEvent(line, {
    id: fallbackId(shardId, sequenceNumber, items.length),
    type: 'request',
    time,
    visitor,
    status: line.status,
    durationMs: line.rest.durationMs,
    props: propsOf(line),
  })
  items.push({ ok: true, event: request, named: false, idHash: undefined, clamped })
  if (!isPageView(line)) return
  const view = logEvent(line, {
    id: fallbackId(shardId, sequenceNumber, items.length),
    type: 'page_view',
    time,
    visitor,
    status: undefined,
    durationMs: undefined,
    props: undefined,
  })
  items.push({ ok: true, event: view, named: false, idHash: undefined, clamped })
}

/** One shape for all events, the same as `parseEvent` makes. */
function logEvent(
  line: LogLine,
  own: {
    id: string
    type: string
    time: number
    visitor: string | undefined
    status: number | undefined
    durationMs: number | undefined
    props: StreamEvent['props'] | undefined
  },
): StreamEvent {
  const { page, referrer, device } = line
  const event: { [field in keyof Required<StreamEvent>]: StreamEvent[field] | undefined } = {
    id: own.id,
    type: own.type,
    time: epochMs(own.time),
    currency: DEFAULT_CURRENCY,
    visitor: own.visitor,
    session: undefined,
    page,
    title: undefined,
    referrer,
    account: undefined,
    campaign: undefined,
    ad: undefined,
    placement: undefined,
    country: undefined,
    device,
    costMicros: undefined,
    revenueMicros: undefined,
    status: own.status,
    durationMs: own.durationMs,
    props: own.props,
  }
  return event as StreamEvent
}
