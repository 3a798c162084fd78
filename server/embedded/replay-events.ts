import type { EventInput } from '../../lib/event.ts'
import { parseEvent } from '../stream/records/parse-event.ts'
import { type ParsedLine, type ReplayEvent, skipped } from './replay-line.ts'

/**
 * One line of JSON: an event of the contract, or an array of them, put as one record as it is. A line that
 * the consumer would reject is skipped, with the field that is wrong.
 */
export function parseEvents(line: string): ParsedLine {
  if (line.trim() === '') return { kind: 'blank' }
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return skipped('not JSON')
  }
  const items: unknown[] = Array.isArray(value) ? value : [value]
  if (items.length === 0) return skipped('an array without events')
  const events: ReplayEvent[] = []
  for (const item of items) {
    // No event is from the future here: the consumer settles that when it arrives.
    const parsed = parseEvent(item, { arrivedAt: Number.POSITIVE_INFINITY, fallbackId: () => '' })
    if (!parsed.ok) return skipped(parsed.rejection.detail)
    const event = item as EventInput
    events.push({ event, at: event.time == null ? undefined : parsed.event.time })
  }
  const { visitor, session, id } = events[0]?.event ?? {}
  const partitionKey = visitor || session || id || undefined
  return { kind: 'events', events, partitionKey, verbatim: true }
}
