import type { Point, ShardCell, ShardDetailCell, ViewState } from '../../../lib/frames.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import type { ShardReading } from '../consumer-readings.ts'
import { beyondIn } from './shard-progress.ts'

/** Throughput is measured over this span of arrival time. */
const RATE_SPAN_MS = 10 * SECOND_MS
/** Records of the newest second may still be on their way to the reader. */
const SETTLE_MS = SECOND_MS

const CHART_SPAN_MS = 5 * 60 * SECOND_MS
const CHART_STEP_MS = 2 * SECOND_MS
/** With more shards the points get coarser and only the busiest have any, so that a frame stays small. */
const COARSE_FROM_SHARDS = 50
const COARSE_STEP_MS = 10 * SECOND_MS
const MAX_SERIES = 50

/** The whole range of hash keys is 2^128. */
const HASH_KEYS = 2 ** 128

/** Keys that a shard's page names. */
const TOP_KEYS = 10

export interface ShardCells {
  cells: Record<`shard.${string}`, ShardCell>
  series: ViewState['series']
}

/** The Shards page's cells and series, at `now`; `whole` is what shares are of. */
export function shardCells(
  readings: readonly ShardReading[],
  { now, whole = readings }: { now: number; whole?: readonly ShardReading[] },
): ShardCells {
  const rates = readings.map((reading) => rateOf(reading, now))
  const all = whole.reduce((sum, reading) => sum + rateOf(reading, now).records, 0)
  const stepMs = readings.length > COARSE_FROM_SHARDS ? COARSE_STEP_MS : CHART_STEP_MS
  const drawn = busiest(readings, rates)
  const cells: ShardCells['cells'] = {}
  const series: ShardCells['series'] = {}
  readings.forEach((reading, at) => {
    const name = `shard.${reading.progress.shardId}` as const
    const rate = rates[at] ?? { records: 0, bytes: 0 }
    cells[name] = shardCell(reading, rate, all === 0 ? null : rate.records / all)
    if (drawn.has(reading)) series[name] = points(reading, { now, stepMs })
  })
  return { cells, series }
}

function busiest(
  readings: readonly ShardReading[],
  rates: readonly { bytes: number }[],
): Set<ShardReading> {
  const unfinished = readings
    .map((reading, at) => ({ reading, bytes: rates[at]?.bytes ?? 0 }))
    .filter(({ reading }) => !reading.progress.finished)
  if (unfinished.length > MAX_SERIES) unfinished.sort((a, b) => b.bytes - a.bytes)
  return new Set(unfinished.slice(0, MAX_SERIES).map(({ reading }) => reading))
}

function rateOf({ throughput }: ShardReading, now: number) {
  const to = now - SETTLE_MS
  return throughput.rate(to - RATE_SPAN_MS, to) ?? { records: 0, bytes: 0 }
}

function shardCell(
  reading: ShardReading,
  rate: { records: number; bytes: number },
  trafficShare: number | null,
): ShardCell {
  const { progress, reader, lagMs, committed, log } = reading
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
    checkpoint: committed.checkpoint,
    subSequence: committed.subSequence,
    records: progress.records,
    bytes: progress.bytes,
    aggregated: progress.aggregated,
    outOfRange: progress.outOfRange,
    putAgain: progress.putAgain,
    partlyRead: progress.partlyRead,
    fates: { ...progress.fates },
    beyond: beyondIn([progress]),
    lastArrivalAt: progress.lastArrivalMs,
    mode: reading.mode,
    lastProgressAt: reading.lastProgressAt,
    lastError: log.lastError(),
    restarts: reading.restarts,
    reads: { ...log.reads },
  }
}

/** What a shard's own page shows beside the cells. */
export function shardDetail(
  { progress, log, keys }: ShardReading,
  children: readonly string[],
  now: number,
): ShardDetailCell {
  return {
    shardId: progress.shardId,
    children: [...children],
    happenings: log.happenings(),
    topKeys: keys
      .top(now, TOP_KEYS)
      .map(({ key, records, share }) => ({ key, recordsPerSecond: records, share })),
  }
}

/** [t, records/s, bytes/s], up to the last whole step. What arrived before this start is not known, unless it was read since. */
function points(
  { throughput }: ShardReading,
  { now, stepMs }: { now: number; stepMs: number },
): Point[] {
  const end = Math.floor((now - SETTLE_MS) / stepMs) * stepMs
  const list: Point[] = []
  for (let t = end - CHART_SPAN_MS; t < end; t += stepMs) {
    const rate = throughput.rate(t, t + stepMs)
    list.push([t, rate?.records ?? null, rate?.bytes ?? null])
  }
  return list
}
