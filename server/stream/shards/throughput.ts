import { coveredMs, LEAST_COVERED_MS } from '../../../lib/covered.ts'
import { SECOND_MS } from '../../../lib/time.ts'

/** How far back a shard's throughput is kept. */
export const THROUGHPUT_SPAN_MS = 15 * 60 * SECOND_MS
const SLOTS = THROUGHPUT_SPAN_MS / SECOND_MS

export interface Throughput {
  /** One record by default. */
  add(arrivedAt: number, bytes: number, count?: number): void
  /** Records and bytes that arrived in [from, to), epoch ms, whole seconds. */
  between(from: number, to: number): { records: number; bytes: number }
  /**
   * Records and bytes a second of what arrived in [from, to), over so much of it as is known: from the first that arrived,
   * or from the beginning of the counting, whichever was earlier. null: less than a second of it.
   */
  rate(from: number, to: number): { records: number; bytes: number } | null
}

/** Records and bytes of one shard by the second they arrived in, in a ring, counted from `since` on. O(1) add. */
export function createThroughput(since: number): Throughput {
  const seconds = new Float64Array(SLOTS)
  const records = new Float64Array(SLOTS)
  const bytes = new Float64Array(SLOTS)
  /** Of the last record: most come in the same second, and a remainder takes as long as all else. */
  let [last, slot] = [-1, 0]
  let knownFrom = since

  function between(from: number, to: number) {
    const sum = { records: 0, bytes: 0 }
    for (let second = Math.floor(from / SECOND_MS); second < Math.floor(to / SECOND_MS); second++) {
      const slot = second % SLOTS
      if (seconds[slot] !== second) continue
      sum.records += records[slot] as number
      sum.bytes += bytes[slot] as number
    }
    return sum
  }

  return {
    add(arrivedAt, size, count = 1) {
      if (arrivedAt < knownFrom) knownFrom = arrivedAt
      const second = Math.floor(arrivedAt / SECOND_MS)
      if (second !== last) {
        last = second
        slot = second % SLOTS
      }
      // Also a later one is replaced: the clock of the arrivals may have been set back.
      if (seconds[slot] !== second) {
        seconds[slot] = second
        records[slot] = 0
        bytes[slot] = 0
      }
      records[slot] = (records[slot] as number) + count
      bytes[slot] = (bytes[slot] as number) + size
    },
    between,
    rate(from, to) {
      const whole = { from: wholeSecond(from), to: wholeSecond(to) }
      const ms = coveredMs(whole, { since: knownFrom, now: whole.to })
      if (ms < LEAST_COVERED_MS) return null
      const { records, bytes } = between(from, to)
      return { records: (records * SECOND_MS) / ms, bytes: (bytes * SECOND_MS) / ms }
    },
  }
}

const wholeSecond = (ms: number): number => ms - (ms % SECOND_MS)
