import { decodeRecord } from '../decode-record.ts'
import { parseEvent } from '../parse-event.ts'
import { createRecordScan } from './record.ts'

/** Of the records that are scanned. */
const arrivedAt = Date.UTC(2023, 10, 15)
const scanRecord = createRecordScan()
export const bytes = (text: string) => new TextEncoder().encode(text)

const checked = (value: unknown, index: number, escapes: boolean) =>
  parseEvent(value, { arrivedAt, escapes, fallbackId: () => `shard:1:${index}` })

/** How many of the items were read from bytes, and what they all come to. */
export function scanned(data: Uint8Array) {
  const found = scanRecord({ data, arrivedAt, sequenceNumber: '1' }, 'shard')
  if (found === undefined) return undefined
  const { items, partlyRead } = found
  return {
    partlyRead,
    fromBytes: items.filter((item) => item.ok && 'event' in item).length,
    items: items.map((item, index) =>
      item.ok && 'value' in item ? checked(item.value, index, true) : item,
    ),
  }
}

/** The oracle: regular expressions and the checks of the contract. */
export function decoded(data: Uint8Array) {
  const { items, escapes } = decodeRecord(data)
  return items.map((item, index) => (item.ok ? checked(item.value, index, escapes) : item))
}
