import { endOf } from './positions.ts'
import { childrenOf } from './shards.ts'
import { MEBIBYTE, type Shard, type Stream } from './vocabulary.ts'

/** One answer of GetRecords: records `from` to `to` (exclusive) of the shard, by ordinal. */
export interface Page {
  stream: Stream
  shard: Shard
  from: number
  to: number
  bytes: number
  millisBehindLatest: number
  /** The shard was closed and this is the rest of it. */
  end: { children: Shard[] } | undefined
}

const PAGE_BYTES = 10 * MEBIBYTE
export const PAGE_RECORDS = 10_000

/** Whether the last records of a closed shard come with its end, or an empty answer after them does. */
export type ShardEnd = 'with_records' | 'alone'

export interface PageLimit {
  records: number
  bytes?: number
}

export function readPage(
  stream: Stream,
  shard: Shard,
  ordinal: number,
  limit: PageLimit,
  nowMs: number,
  shardEnd: ShardEnd,
): Page {
  const from = Math.max(ordinal, shard.trimmed)
  const end = endOf(shard)
  const most = Math.min(end, from + limit.records)
  const maxBytes = limit.bytes ?? PAGE_BYTES
  let to = from
  let bytes = 0
  while (to < most) {
    const size = shard.records[to - shard.trimmed]!.data.byteLength
    if (bytes + size > maxBytes && to > from) break
    bytes += size
    to += 1
  }
  const ended =
    shard.closed !== undefined && to === end && (shardEnd === 'with_records' || to === from)
  const last = shard.records[to - 1 - shard.trimmed]
  return {
    stream,
    shard,
    from,
    to,
    bytes,
    millisBehindLatest: to === end || last === undefined ? 0 : Math.max(0, nowMs - last.arrivedMs),
    end: ended ? { children: childrenOf(stream, shard) } : undefined,
  }
}
