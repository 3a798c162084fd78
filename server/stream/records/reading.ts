import { isAscii, isUtf8 } from 'node:buffer'
import type { RejectReason } from '../../../lib/rejection.ts'
import type { DecodedItem } from './decode-line.ts'
import { type DecodedText, MAX_TEXT_AT_ONCE_BYTES, type Tally } from './decoded-text.ts'
import { startWalk, type Walk } from './json-walk.ts'
import { type Budget, STEP_COST, type Steps } from './steps.ts'

/** What an event costs beside its bytes. */
export const EVENT_COST = 128
/** What JSON.parse throws costs more than what it makes, and a line of a log as much. */
export const ODD_LINE_COST = 4 * 1024

/** One text on its way from its beginning to its end, a step at a time. */
export interface Reading extends Budget {
  readonly data: Uint8Array
  readonly bytes: Buffer
  readonly isUtf8: boolean
  /** Latin-1 is read several times as fast, and is the same for ASCII. */
  readonly encoding: 'latin1' | 'utf8'
  readonly tally: Tally
  /** A small text cannot hold too many values. */
  readonly countsValues: boolean
  /** Reads a message of CloudWatch Logs; undefined: this is one, and no further ones are looked for in it. */
  readonly readMessage: ReadMessage | undefined
  readonly walk: Walk
  at: number
  /** Nothing but blanks stands before `at` on its line. */
  isFirst: boolean
  lineStart: number
  /** A document came before. */
  mayPassComma: boolean
  /** Of the last line that was begun: the bytes before its first character. */
  indent: number
  /** Bytes that may still be gone through in vain: then each line is a document, or broken. */
  wasteLeft: number
  /** The array whose members are read. */
  array: OpenArray | undefined
  readonly items: DecodedItem[]
  rejected: number
  /** One of the items is a value. */
  hasValue: boolean
  escapes: boolean
  controls: number
  partlyRead: number
}

export type ReadMessage = (data: Uint8Array, tally: Tally) => Steps<DecodedText>

export interface OpenArray {
  readonly from: number
  readonly indent: number
  /** Of items and control messages, as it began. */
  readonly before: number
  /** A member was broken, perhaps with the end of the array. */
  isBroken: boolean
}

const WASTE_FACTOR = 4
const WASTE_BYTES = 64 * 1024

export function startReading(
  data: Uint8Array,
  tally: Tally,
  readMessage: ReadMessage | undefined,
): Reading {
  return {
    data,
    bytes: Buffer.from(data.buffer, data.byteOffset, data.length),
    isUtf8: isUtf8(data),
    encoding: isAscii(data) ? 'latin1' : 'utf8',
    tally,
    countsValues: data.length > MAX_TEXT_AT_ONCE_BYTES,
    readMessage,
    walk: startWalk(0),
    costLeft: STEP_COST,
    at: 0,
    isFirst: true,
    lineStart: 0,
    mayPassComma: false,
    indent: 0,
    wasteLeft: WASTE_FACTOR * data.length + WASTE_BYTES,
    array: undefined,
    items: [],
    rejected: 0,
    hasValue: false,
    escapes: false,
    controls: 0,
    partlyRead: 0,
  }
}

/** So many of a record's rejected items are kept with their bytes and words; further ones are counted. */
export const MAX_TOLD_REJECTIONS = 1_000

/** Whether the next rejected item is one that is told. */
export const isTold = ({ rejected }: Reading): boolean => rejected < MAX_TOLD_REJECTIONS

export function addItem(reading: Reading, item: DecodedItem): void {
  reading.costLeft -= item.ok ? EVENT_COST : ODD_LINE_COST
  if (item.ok) reading.hasValue = true
  reading.items.push(item.ok || isTold(reading) ? item : untold(item.rejection.reason))
  if (!item.ok) reading.rejected++
}

export function reject(
  reading: Reading,
  reason: RejectReason,
  { detail, from, to }: { detail: string; from: number; to: number },
): void {
  const part = reading.data.subarray(from, to)
  addItem(reading, { ok: false, rejection: { reason, detail }, part })
}

const UNTOLD = new Map<RejectReason, DecodedItem>()

/** One for all: a record of 200,000 broken lines takes no more memory than one of 200,000 events. */
function untold(reason: RejectReason): DecodedItem {
  const known = UNTOLD.get(reason)
  if (known !== undefined) return known
  const detail = `more than ${MAX_TOLD_REJECTIONS} of its record were rejected; this one is counted only`
  const made: DecodedItem = { ok: false, rejection: { reason, detail }, part: undefined }
  UNTOLD.set(reason, made)
  return made
}

/** undefined: it is not UTF-8. */
export function textOf({ bytes, data, isUtf8: all, encoding }: Reading, from: number, to: number) {
  if (!all && !isUtf8(data.subarray(from, to))) return undefined
  return bytes.toString(encoding, from, to)
}
