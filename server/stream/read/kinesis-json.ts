import type { Page } from './get-records-cbor.ts'
import { childShard, dataOf } from './kinesis-records.ts'

interface JsonPage {
  Records?: JsonRecord[] | null
  ContinuationSequenceNumber?: string | null
  MillisBehindLatest?: number | null
  ChildShards?: JsonChild[] | null
}

interface JsonRecord {
  SequenceNumber?: string
  /** Seconds. */
  ApproximateArrivalTimestamp?: number
  /** Base64. */
  Data?: string | null
  PartitionKey?: string
}

type JsonChild = Parameters<typeof childShard>[0]

/** An event of a subscription in JSON. Throws `SyntaxError`. */
export function decodeJsonPage(payload: Buffer): Page {
  const page = JSON.parse(payload.toString()) as JsonPage
  return {
    records: page.Records?.map((record) => ({
      sequenceNumber: record.SequenceNumber ?? '',
      arrivedAt: Math.round((record.ApproximateArrivalTimestamp ?? 0) * 1_000),
      partitionKey: record.PartitionKey ?? '',
      data: Buffer.from(dataOf(record.Data), 'base64'),
    })),
    next: page.ContinuationSequenceNumber ?? undefined,
    children: page.ChildShards?.map(childShard) ?? [],
    millisBehindLatest: page.MillisBehindLatest ?? null,
  }
}

/** What an error in JSON says; nothing where it is none. */
export function decodeJsonRefusal(payload: Buffer): { type?: string; message?: string } {
  try {
    const { __type: type, message, Message } = JSON.parse(payload.toString())
    const said = message ?? Message
    return { ...(type && { type: String(type) }), ...(said && { message: String(said) }) }
  } catch {
    return {}
  }
}
