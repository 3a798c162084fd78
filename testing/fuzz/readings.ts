import { deflateSync, gzipSync } from 'node:zlib'
import { plainEvent } from '../../lib/scanned-event.ts'
import type { DecodedItem, OpenedItem } from '../../server/stream/records/decode-line.ts'
import { decodeInSteps } from '../../server/stream/records/decode-record.ts'
import { decodeLargeText, decodeText } from '../../server/stream/records/decode-text.ts'
import {
  type DecodedText,
  MAX_TEXT_AT_ONCE_BYTES,
} from '../../server/stream/records/decoded-text.ts'
import { encodeAggregate } from '../../server/stream/records/encode-aggregate.ts'
import {
  fallbackId,
  type ParsedEvent,
  parseEvent,
} from '../../server/stream/records/parse-event.ts'
import { createRecordScan } from '../../server/stream/records/scan/record.ts'
import type { Steps } from '../../server/stream/records/steps.ts'
import { ARRIVED } from './records.ts'

/** What became of a record, by one way of reading it: every item's fate, in words. */
export interface Told {
  fates: string[]
  partlyRead: number
  controls: number
}

const SHARD = 'shard'
const ORIGIN = { arrivedAt: ARRIVED, sequenceNumber: '1' }

/** The longest step that was taken, and how many. */
export interface StepClock {
  nowMs: () => number
  longestMs: number
}

/** Runs steps to their end and looks at each. */
export function inSteps<T>(make: () => Steps<T>, clock: StepClock): T {
  const steps = make()
  for (;;) {
    const from = clock.nowMs()
    const { done, value } = steps.next()
    clock.longestMs = Math.max(clock.longestMs, clock.nowMs() - from)
    if (done === true) return value
  }
}

const fresh = () => ({ bytes: 0, values: 0 })

export const small = (data: Uint8Array): Told => told(decodeText(data, fresh()))

export const large = (data: Uint8Array, clock: StepClock): Told =>
  told(inSteps(() => decodeLargeText(data, fresh()), clock))

/** As it is dispatched. */
export const record = (data: Uint8Array, clock: StepClock): Told =>
  told(inSteps(() => decodeInSteps(data), clock))

export const gzipped = (data: Uint8Array, clock: StepClock): Told =>
  record(gzipSync(data, { level: 1 }), clock)

export const inZlib = (data: Uint8Array, clock: StepClock): Told =>
  record(deflateSync(data, { level: 1 }), clock)

export const aggregated = (data: Uint8Array, clock: StepClock): Told =>
  record(encodeAggregate([{ partitionKey: 'k', data }]), clock)

/** Really large: the same with a blank line behind it. */
export const padded = (data: Uint8Array, clock: StepClock): Told =>
  record(Buffer.concat([data, BLANK_LINE]), clock)

const BLANK_LINE = Buffer.from('\n'.padEnd(MAX_TEXT_AT_ONCE_BYTES + 1))

const scan = createRecordScan()

/** undefined: it is none that is scanned. */
export function scanned(data: Uint8Array): Told | undefined {
  const found = scan({ ...ORIGIN, data }, SHARD)
  if (found === undefined) return undefined
  const fates = found.items.map((item, index) => fateOf(item, index, true))
  return { fates, partlyRead: found.partlyRead, controls: 0 }
}

const told = ({ items, escapes, partlyRead, controls }: DecodedText): Told => ({
  fates: items.map((item, index) => fateOf(item, index, escapes)),
  partlyRead,
  controls,
})

function fateOf(item: OpenedItem, index: number, escapes: boolean): string {
  const parsed = item.ok && 'value' in item ? checked(item.value, index, escapes) : item
  if (parsed.ok) {
    const event = plainEvent((parsed as Extract<ParsedEvent, { ok: true }>).event)
    return `applied ${JSON.stringify([event, parsed.named, parsed.clamped])}`
  }
  const { reason, detail } = parsed.rejection
  return `rejected ${JSON.stringify([reason, detail, partOf(item)])}`
}

const checked = (value: unknown, index: number, escapes: boolean): ParsedEvent =>
  parseEvent(value, {
    arrivedAt: ARRIVED,
    escapes,
    fallbackId: () => fallbackId(SHARD, ORIGIN.sequenceNumber, index),
  })

function partOf(item: OpenedItem): string | undefined {
  const part = item.ok ? undefined : (item as Extract<DecodedItem, { ok: false }>).part
  return part === undefined ? undefined : Buffer.from(part).toString('latin1')
}
