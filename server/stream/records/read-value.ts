import { isSubscription, messageOf, type Subscription, withLogEvent } from './cloudwatch.ts'
import { type DecodedItem, decodeLine } from './decode-line.ts'
import { MAX_RECORD_EVENTS } from './decoded-text.ts'
import { addItem, ODD_LINE_COST, type Reading, type ReadMessage, reject } from './reading.ts'
import { nextStep, type Steps } from './steps.ts'

/** Where a document stands in its text. */
interface Place {
  from: number
  to: number
}

/** Adds the value of a document at once; false, and nothing was added: it may hold several. */
export function addAtOnce(reading: Reading, value: unknown): boolean {
  if (Array.isArray(value) || isSubscription(value)) return false
  addItem(reading, { ok: true, value })
  return true
}

/** Adds what a document holds: one value, or those of an array that is no member of another one. */
export function* addValue(reading: Reading, value: unknown, place: Place): Steps<void> {
  const values: unknown[] = Array.isArray(value) && reading.array === undefined ? value : [value]
  if (values.length === 0) rejectEmpty(reading, place)
  for (const one of values) yield* addOne(reading, one, place)
}

export const rejectEmpty = (reading: Reading, place: Place): void =>
  reject(reading, 'empty', { detail: 'an array without events: put one event or more', ...place })

function* addOne(reading: Reading, value: unknown, place: Place): Steps<void> {
  const { readMessage } = reading
  if (readMessage === undefined || !isSubscription(value)) addItem(reading, { ok: true, value })
  else yield* addLogEvents(reading, value, { ...place, readMessage })
}

function* addLogEvents(
  reading: Reading,
  { messageType, logEvents }: Subscription,
  { readMessage, ...place }: Place & { readMessage: ReadMessage },
): Steps<void> {
  if (messageType === 'CONTROL_MESSAGE') {
    reading.controls++
    return
  }
  if (!Array.isArray(logEvents) || logEvents.length === 0) {
    const detail =
      'a message of CloudWatch Logs without logEvents: put it as the subscription sends it'
    reject(reading, 'cloudwatch', { detail, ...place })
    return
  }
  reading.escapes = true
  for (const logEvent of logEvents as unknown[]) {
    const message = messageOf(logEvent)
    if (message === undefined) {
      const detail =
        'a log event of CloudWatch Logs without a message: put it as the subscription sends it'
      reject(reading, 'cloudwatch', { detail, ...place })
    } else {
      const items = yield* readLogEvent(reading, message.trim(), readMessage)
      for (const [nth, item] of items.entries()) addItem(reading, withLogEvent(item, logEvent, nth))
    }
    if (reading.items.length > MAX_RECORD_EVENTS) return
    if (reading.costLeft <= 0) yield* nextStep(reading)
  }
}

/** What is blank holds nothing, as a blank line. */
function* readLogEvent(
  reading: Reading,
  message: string,
  readMessage: ReadMessage,
): Steps<readonly DecodedItem[]> {
  if (message === '') return []
  reading.costLeft -= message.length
  const isLine = !/^[{[]/.test(message) && !message.includes('\n')
  if (isLine) {
    reading.costLeft -= ODD_LINE_COST
    const { items, partlyRead } = decodeLine(message)
    if (partlyRead) reading.partlyRead++
    return items
  }
  if (message.startsWith('{')) {
    try {
      return [{ ok: true, value: JSON.parse(message) }]
    } catch {
      reading.costLeft -= ODD_LINE_COST
    }
  }
  const tally = { bytes: 0, values: 0 }
  const { items, partlyRead } = yield* readMessage(Buffer.from(message), tally)
  reading.partlyRead += partlyRead
  reading.tally.values += tally.values
  return items
}
