import { MAX_ID_LENGTH } from '../../../lib/event.ts'
import type { DecodedItem } from './decode-line.ts'

/**
 * What a subscription of CloudWatch Logs puts (its user guide, "Subscription filters"): gzip of one JSON object. A
 * `DATA_MESSAGE` brings lines of a log; a `CONTROL_MESSAGE` asks whether the stream is there.
 */
export interface Subscription {
  messageType: 'DATA_MESSAGE' | 'CONTROL_MESSAGE'
  logEvents?: unknown
}

/** One that has a type is an event. */
export function isSubscription(value: unknown): value is Subscription {
  if (typeof value !== 'object' || value === null) return false
  const { messageType, type } = value as { messageType?: unknown; type?: unknown }
  return (messageType === 'DATA_MESSAGE' || messageType === 'CONTROL_MESSAGE') && type == null
}

/** undefined: it has none. */
export function messageOf(logEvent: unknown): string | undefined {
  const message = isObject(logEvent) ? logEvent.message : undefined
  return typeof message === 'string' ? message : undefined
}

/**
 * An event of a log event's message has the log event's time and id where it brings none: CloudWatch Logs delivers at
 * least once, with the same ids. `nth`: of those that its message holds.
 */
export function withLogEvent(item: DecodedItem, logEvent: unknown, nth: number): DecodedItem {
  if (!item.ok || !isObject(item.value) || !isObject(logEvent)) return item
  const event = item.value
  const { id, timestamp } = logEvent
  const own = typeof id === 'string' && id !== '' ? `${id}${nth === 0 ? '' : `:${nth}`}` : undefined
  const isId = own !== undefined && own.length <= MAX_ID_LENGTH
  return {
    ok: true,
    value: {
      ...event,
      ...(event.id == null && isId && { id: own }),
      ...(event.time == null && typeof timestamp === 'number' && { time: timestamp }),
    },
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
