import type { StreamEvent } from '../../../../lib/event.ts'
import { ScannedEvent } from '../../../../lib/scanned-event.ts'
import { epochMs } from '../../../../lib/time.ts'
import type { StreamRecord } from '../../read/stream-source.ts'
import type { IdHash } from '../id-hash.ts'
import { type AcceptedEvent, FUTURE_SKEW_MS, fallbackId } from '../parse-event.ts'
import { createBlanks } from './blanks.ts'
import { fieldReaders } from './fields.ts'
import { createIdScan } from './id.ts'
import { createMoneyScan } from './money.ts'
import { createNames, NO_NAME } from './names.ts'
import { createNumberScan } from './number.ts'
import { createTextPool } from './pool.ts'
import { Byte, type Source } from './source.ts'
import { createTextScan } from './text.ts'
import { createTimeScan } from './time.ts'
import { createValueScan } from './value.ts'

/** Where a scanned event comes from: it is completed by its arrival, and by an id made of its place. */
export type Origin = Pick<StreamRecord, 'arrivedAt' | 'sequenceNumber'>

/** Reads the object whose brace is at `source.at`; undefined: the scan gives up. */
export type EventScan = (
  origin: Origin,
  shardId: string,
  index: number,
) => AcceptedEvent | undefined

export function createEventScan(source: Source): EventScan {
  const giveUp = -2
  const { bytes } = source
  const pastBlanks = createBlanks(source)
  const texts = createTextScan(source)
  const { text, end, found } = texts
  const number = createNumberScan(source)
  const values = createValueScan(source, { number, texts })
  const ids = createIdScan(source, texts)
  const pool = createTextPool(source, texts)
  const readers = fieldReaders({
    id: ids.late,
    late: texts.late,
    pooled: pool.scan,
    number,
    money: createMoneyScan(source, { number, text }),
    time: createTimeScan(source, { number, text }),
    object: values.object,
  })
  const names = createNames(source, Object.keys(readers))
  const readerOf = Object.values(readers)

  /** The name that begins with the quote at `at`; the source is moved to its value. */
  function scanName(at: number): number {
    if (bytes[at] !== Byte.quote) return giveUp
    const name = names.at(at + 1)
    let to = at + 1
    if (name >= 0) to += names.lengthOf(name)
    else {
      to = end(to)
      if (to < 0 || !found.ascii) return giveUp
    }
    const colon = pastBlanks(to + 1)
    if (bytes[colon] !== Byte.colon) return giveUp
    source.at = pastBlanks(colon + 1)
    return name
  }

  /** false: the scan gives up. */
  function scanValue(event: ScannedEvent, name: number): boolean {
    if (name === NO_NAME) return values.skip()
    if (values.isNull()) return true
    const read = readerOf[name] as (typeof readerOf)[number]
    return read(event)
  }

  return function scanEvent(origin, shardId, index) {
    const event = new ScannedEvent(source.data, pool.textsOfNext())
    ids.read.hash = undefined
    let given = 0
    let next = pastBlanks(source.at + 1)
    for (;;) {
      const name = scanName(next)
      if (name === giveUp || !scanValue(event, name)) return undefined
      if (name >= 0) {
        // Of a name that comes twice the last one counts.
        if ((given & (1 << name)) !== 0) return undefined
        given |= 1 << name
      }
      next = pastBlanks(source.at)
      if (bytes[next] === Byte.closeBrace) break
      if (bytes[next] !== Byte.comma) return undefined
      next = pastBlanks(next + 1)
    }
    source.at = next + 1
    if (event.pooledType === undefined) return undefined
    return accepted(event, ids.read.hash, origin, shardId, index)
  }
}

function accepted(
  event: ScannedEvent,
  idHash: IdHash | undefined,
  { arrivedAt, sequenceNumber }: Origin,
  shardId: string,
  index: number,
): AcceptedEvent {
  const named = event.lateId !== undefined
  if (!named) event.lateId = fallbackId(shardId, sequenceNumber, index)
  const time = event.time ?? epochMs(arrivedAt)
  const clamped = time > arrivedAt + FUTURE_SKEW_MS
  event.time = clamped ? epochMs(arrivedAt) : time
  return { ok: true, event: event as unknown as StreamEvent, named, idHash, clamped }
}
