import { DEFAULT_CURRENCY, type StreamEvent } from '../../../../lib/event.ts'
import { epochMs } from '../../../../lib/time.ts'
import { isPageView, type LogLine, propsOf, visitorOf } from '../combined/log-line.ts'
import { decodeLine, type OpenedItem } from '../decode-line.ts'
import { MAX_RECORD_EVENTS } from '../decode-text.ts'
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

  /** false: it is not UTF-8. */
  function addUnusualLine(scanned: ScannedItems): boolean {
    const from = source.at
    let to = from
    while (to < source.length && bytes[to] !== Byte.newline) to++
    source.at = to + 1
    const text = decode(from, to)
    const line = text === undefined ? undefined : /\S.*$/s.exec(text)?.[0]
    if (line !== undefined) {
      const { items, partlyRead } = decodeLine(line)
      for (const item of items) scanned.items.push(item)
      if (partlyRead) scanned.partlyRead++
    }
    return text !== undefined
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

/** What `parseEvent` makes of what `parseCombined` makes of the line. */
function addEvents(items: OpenedItem[], line: LogLine, origin: Origin, shardId: string): void {
  const { arrivedAt, sequenceNumber } = origin
  const clamped = line.time > arrivedAt + FUTURE_SKEW_MS
  const time = clamped ? arrivedAt : line.time
  const request = logEvent(line, {
    id: fallbackId(shardId, sequenceNumber, items.length),
    type: 'request',
    time,
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
    visitor: visitorOf(line),
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
