import type { Fields } from './fields.ts'
import type { Page } from './read-page.ts'
import { recordFields } from './record-pages.ts'
import { describeChild } from './shard-operations.ts'
import type { Shard, Stream } from './vocabulary.ts'

const recordsOf = ({ shard, from, to }: Page) =>
  shard.records.slice(from - shard.trimmed, to - shard.trimmed)

export function recordsEvent(page: Page): Fields {
  const records = recordsOf(page)
  return {
    Records: records.map(recordFields),
    ContinuationSequenceNumber: records.at(-1)?.sequenceNumber,
    MillisBehindLatest: page.millisBehindLatest,
  }
}

/** Without ContinuationSequenceNumber: there is nothing to go on with. */
export const lastEvent = (page: Page): Fields => ({
  Records: recordsOf(page).map(recordFields),
  MillisBehindLatest: 0,
  ChildShards: page.end?.children.map(describeChild) ?? [],
})

/** A position between records, right only where all there are were sent: what comes is after it. */
export const idleEvent = (stream: Stream, shard: Shard): Fields => ({
  Records: [],
  ContinuationSequenceNumber: stream.numbers.next(shard.index),
  MillisBehindLatest: 0,
})
