import type { Point, ShardCell } from '../../lib/frames.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { ShardReading } from './consumer.ts'

/** Throughput is measured over this span of arrival time. */
const RATE_SPAN_MS = 10 * SECOND_MS
/** Records of the newest second may still be on their way to the reader. */
const SETTLE_MS = SECOND_MS

const CHART_SPAN_MS = 5 * 60 * SECOND_MS
const CHART_STEP_MS = 2 * SECOND_MS
/** With more shards the points get coarser, so that a frame stays small. */
const COARSE_FROM_SHARDS = 50
const COARSE_STEP_MS = 10 * SECOND_MS

/** The whole range of hash keys is 2^128. */
const HASH_KEYS = 2 ** 128

/** The Shards page's cells and series, at `now`. Open shards first, in the order of their ids. */
export function shardCells(
  readings: readonly ShardReading[],
  { now, startedAt }: { now: number; startedAt: number },
) {
  const rates = readings.map((reading) => rateOf(reading, now))
  const all = rates.reduce((sum, rate) => sum + rate.records, 0)
  const stepMs = readings.length > COARSE_FROM_SHARDS ? COARSE_STEP_MS : CHART_STEP_MS
  const cells: Record<`shard.${string}`, ShardCell> = {}
  const series: Record<string, Point[]> = {}
  readings.forEach((reading, at) => {
    const name = `shard.${reading.progress.shardId}` as const
    const rate = rates[at] ?? { records: 0, bytes: 0 }
    cells[name] = shardCell(reading, rate, all === 0 ? null : rate.records / all)
    if (!reading.progress.finished) series[name] = points(reading, { now, startedAt, stepMs })
  })
  return { cells, series }
}

function rateOf({ throughput }: ShardReading, now: number) {
  const to = now - SETTLE_MS
  const { records, bytes } = throughput.between(to - RATE_SPAN_MS, to)
  const seconds = RATE_SPAN_MS / SECOND_MS
  return { records: records / seconds, bytes: bytes / seconds }
}

function shardCell(
  { progress, reader, lagMs, checkpoint }: ShardReading,
  rate: { records: number; bytes: number },
  trafficShare: number | null,
): ShardCell {
  const { hashFrom: from, hashTo: to } = progress
  return {
    shardId: progress.shardId,
    open: !progress.closed,
    reader,
    parents: [...progress.parents],
    hashRange: { from, to, share: Number(BigInt(to) - BigInt(from) + 1n) / HASH_KEYS },
    recordsPerSecond: rate.records,
    bytesPerSecond: rate.bytes,
    trafficShare,
    millisBehindLatest: lagMs,
    checkpoint,
    records: progress.records,
    bytes: progress.bytes,
    fates: { ...progress.fates },
    lastArrivalAt: progress.lastArrivalMs,
  }
}

/** [t, records/s, bytes/s], up to the last whole step. What arrived before this start is not known. */
function points(
  { throughput }: ShardReading,
  { now, startedAt, stepMs }: { now: number; startedAt: number; stepMs: number },
): Point[] {
  const end = Math.floor((now - SETTLE_MS) / stepMs) * stepMs
  const list: Point[] = []
  for (let t = end - CHART_SPAN_MS; t < end; t += stepMs) {
    const { records, bytes } = throughput.between(t, t + stepMs)
    const known = t >= startedAt || records > 0
    list.push(
      known ? [t, (records * SECOND_MS) / stepMs, (bytes * SECOND_MS) / stepMs] : [t, null, null],
    )
  }
  return list
}
