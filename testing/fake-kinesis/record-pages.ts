import { createCborWriter } from './cbor-writer.ts'
import type { Page } from './read-page.ts'
import { describeChild } from './shard-operations.ts'
import type { StoredRecord } from './vocabulary.ts'
import { base64Of, type Encoding, encodeFields } from './wire.ts'

/** Encodes answers of GetRecords; the records of a large page are encoded once and kept. */
export interface RecordPages {
  encode(page: Page, nextIterator: string | undefined, encoding: Encoding): Buffer[]
}

const WORTH_KEEPING_BYTES = 64 * 1_024

export const recordFields = (record: StoredRecord) => ({
  SequenceNumber: record.sequenceNumber,
  ApproximateArrivalTimestamp: new Date(record.arrivedMs),
  Data: record.data,
  PartitionKey: record.partitionKey,
})

/** `keepBytes`: how much encoded text is kept in all; the oldest goes first. */
export function createRecordPages(keepBytes: number): RecordPages {
  const kept = new Map<string, Buffer>()
  let bytes = 0
  const keep = (key: string, encoded: Buffer) => {
    kept.set(key, encoded)
    bytes += encoded.length
    for (const [oldest, { length }] of kept) {
      if (bytes <= keepBytes) break
      kept.delete(oldest)
      bytes -= length
    }
  }
  const recordsOf = (page: Page, encoding: Encoding): Buffer => {
    const { stream, shard, from, to } = page
    // The log never changes: the same ordinals are the same records.
    const key = `${stream.name} ${stream.generation} ${shard.index} ${from} ${to} ${encoding}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const records = shard.records.slice(from - shard.trimmed, to - shard.trimmed)
    const encoded = encoding === 'json' ? jsonRecords(records) : cborRecords(records)
    if (encoded.length >= WORTH_KEEPING_BYTES) keep(key, encoded)
    return encoded
  }
  return {
    encode: (page, nextIterator, encoding) =>
      (encoding === 'json' ? aroundJson : aroundCbor)(
        page,
        nextIterator,
        recordsOf(page, encoding),
      ),
  }
}

const jsonRecords = (records: StoredRecord[]): Buffer =>
  Buffer.from(
    `[${records
      .map(
        ({ sequenceNumber, arrivedMs, partitionKey, data }) =>
          `{"SequenceNumber":"${sequenceNumber}","ApproximateArrivalTimestamp":${arrivedMs / 1_000},"Data":"${base64Of(data)}","PartitionKey":${JSON.stringify(partitionKey)}}`,
      )
      .join(',')}]`,
  )

function cborRecords(records: StoredRecord[]): Buffer {
  const writer = createCborWriter(WORTH_KEEPING_BYTES)
  writer.value(records.map(recordFields))
  return writer.finish()
}

const restOf = (page: Page, nextIterator: string | undefined) => ({
  ...(nextIterator !== undefined && { NextShardIterator: nextIterator }),
  MillisBehindLatest: page.millisBehindLatest,
  ...(page.end !== undefined && { ChildShards: page.end.children.map(describeChild) }),
})

function aroundJson(page: Page, nextIterator: string | undefined, records: Buffer): Buffer[] {
  const rest = encodeFields(restOf(page, nextIterator), 'json').toString()
  return [Buffer.from('{"Records":'), records, Buffer.from(`,${rest.slice(1)}`)]
}

function aroundCbor(page: Page, nextIterator: string | undefined, records: Buffer): Buffer[] {
  const rest = Object.entries(restOf(page, nextIterator))
  const before = createCborWriter()
  before.head('map', rest.length + 1)
  before.text('Records')
  const after = createCborWriter()
  for (const [name, value] of rest) {
    after.text(name)
    after.value(value)
  }
  return [before.finish(), records, after.finish()]
}
