import { DAY_MS, HOUR_MS } from '../../../lib/time.ts'
import { compareSequenceNumbers } from '../shards/sequence-number.ts'
import type { RecordList } from './stream-source.ts'

export const NO_DATA = 'a record came without its data'

/** `n`: its place in the answer, from 1. */
export const noNumber = (n: number): string => `record ${n} has a sequence number that is none`
export const outOfOrder = (n: number): string =>
  `record ${n} comes before the one before it, by its sequence number`

/** As AWS describes them. */
const NUMBER = /^\d{1,128}$/

export const isNumber = (text: string | undefined): text is string =>
  text !== undefined && NUMBER.test(text)

/** What cannot be of the records by themselves; undefined: nothing. Lists that were checked as they were decoded know. */
export const flawOf = (records: RecordList): string | undefined =>
  records.flaw === undefined ? findFlaw(records) : (records.flaw ?? undefined)

/** One that comes twice in a row is none: the second is dropped. O(n). */
function findFlaw(records: RecordList): string | undefined {
  let before: string | undefined
  let n = 0
  for (const { sequenceNumber } of records) {
    n++
    if (!isNumber(sequenceNumber)) return noNumber(n)
    if (before !== undefined && compareSequenceNumbers(sequenceNumber, before) < 0) {
      return outOfOrder(n)
    }
    before = sequenceNumber
  }
  return undefined
}

/** Kinesis is there since then. */
const KINESIS_MS = Date.UTC(2013, 10, 14)
/** The endpoint's own parts may differ by this. */
const AHEAD_MS = HOUR_MS
/** Where the stream does not tell the time: this machine's clock may be wrong by this. */
const UNKNOWN_AHEAD_MS = 366 * DAY_MS

/**
 * Replaces times of arrival that are missing, older than Kinesis or later than `now` by `now`: an event would count in
 * 1970, and a reader would go on from a time that is yet to come. Tells how many. All epoch ms.
 */
export function mendArrivals(
  records: RecordList,
  { streamNow, now }: { streamNow: number | undefined; now: number },
): number {
  const range = {
    from: KINESIS_MS,
    // Either clock may be behind: of this machine, or the stream's after a sleep.
    to: streamNow === undefined ? now + UNKNOWN_AHEAD_MS : Math.max(streamNow, now) + AHEAD_MS,
  }
  const instead = streamNow ?? now
  if (records.mendArrivals !== undefined) return records.mendArrivals(range, instead)
  let mended = 0
  for (const record of records) {
    if (record.arrivedAt >= range.from && record.arrivedAt <= range.to) continue
    record.arrivedAt = instead
    mended++
  }
  return mended
}
