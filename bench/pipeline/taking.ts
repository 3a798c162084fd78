import { MINUTE_MS } from '../../lib/time.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { createTaker, type TakingLane } from '../../server/stream/dispatch/take-batch.ts'
import type { Taking } from '../../server/stream/read/shard-reader.ts'
import type { RecordList, StreamRecord } from '../../server/stream/read/stream-source.ts'
import { createThroughput } from '../../server/stream/shards/throughput.ts'
import { aShard, folding } from './measured.ts'

/** What GetRecords answers at most. */
const BATCH_RECORDS = 10_000
const FIRST_SEQUENCE = 1_000_000
/** What the product gives an app at a time where it is fast. */
const FOLDED_AT_ONCE = 500

/** Between two rounds: so long that the ids of one are forgotten in the next. */
const ROUND_MS = 15 * MINUTE_MS

/**
 * Records as they are read, taken in as the product does it: opened, de-duplicated, and folded some hundreds at a time.
 * Over all rounds there is one, as there is in a process.
 */
export function taking(now: number) {
  const { ports, applied, end, forgetBefore } = folding(now)
  const take = createTaker({
    seen: ports.seen,
    putAgain: ports.putAgain,
    clock: systemClock,
    keptFrom: () => ports.history.keptFrom,
    apps: {
      batchEvents: () => FOLDED_AT_ONCE,
      fold: (events) => {
        for (const event of events) ports.apply(event)
      },
    },
    reject() {},
    took() {},
  })
  const lane: TakingLane = {
    progress: aShard(),
    throughput: createThroughput(0),
    keys: { add() {} },
    cursor: undefined,
    opening: undefined,
  }

  let arrivedAt = now
  let sequence = FIRST_SEQUENCE

  function takeAll(data: readonly Uint8Array[]): void {
    arrivedAt += ROUND_MS
    forgetBefore(arrivedAt)
    for (let from = 0; from < data.length; from += BATCH_RECORDS) {
      const mine = batchOf(answerOf(data, { from, arrivedAt, sequence }))
      while (!take(lane, mine));
    }
    end()
    sequence += data.length
  }

  return { applied, takeAll }
}

/** Each record is made when it is asked for, as those of an answer are. */
function answerOf(
  data: readonly Uint8Array[],
  { from, arrivedAt, sequence }: { from: number; arrivedAt: number; sequence: number },
): RecordList {
  const length = Math.min(BATCH_RECORDS, data.length - from)
  const at = (index: number): StreamRecord => ({
    sequenceNumber: String(sequence + from + index),
    arrivedAt,
    partitionKey: '',
    data: data[from + index] as Uint8Array,
  })
  return {
    length,
    at,
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield at(index)
    },
  }
}

const batchOf = (records: RecordList): Taking => ({
  batch: {
    records,
    bytes: 0,
    next: undefined,
    children: [],
    millisBehindLatest: 0,
    full: true,
    answeredAt: undefined,
  },
  hold: { is() {}, take() {}, release() {} },
  at: 0,
})
