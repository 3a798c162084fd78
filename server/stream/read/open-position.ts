import { MINUTE_MS } from '../../../lib/time.ts'
import type { ShardProgress } from '../shards/shard-progress.ts'
import type { Position } from './stream-source.ts'

/** After so long without a record the time read up to is a better place to go on from than an old number. */
const SILENT_MS = 10 * MINUTE_MS
/** A record may become readable a little after its arrival time, and arrival times are not in order. */
export const ARRIVAL_MARGIN_MS = 2 * MINUTE_MS

/**
 * Where a reader may open its shard, best first. All of them lose nothing: what is at or before the checkpoint is
 * dropped as it comes. The first can be refused by Kinesis, so there is always an older one, but for the beginning
 * of everything.
 */
export function openPositions(shard: ShardProgress, begin: Position): Position[] {
  const fresh = freshPosition(shard, begin)
  const settled = settledPositions(shard, begin)
  return fresh === undefined ? settled : [fresh, ...settled]
}

/** The checkpoint and nothing else: whether it is of this shard Kinesis has to say. */
export function checkpointPosition(shard: ShardProgress, begin: Position): Position[] {
  return settledPositions(shard, begin).slice(0, 1)
}

function settledPositions({ checkpoint, subSequence }: ShardProgress, begin: Position): Position[] {
  if (checkpoint === null) return [begin]
  const kind = subSequence === null ? 'after' : 'from'
  return [{ kind, sequenceNumber: checkpoint }, { kind: 'trim_horizon' }]
}

function freshPosition(shard: ShardProgress, begin: Position): Position | undefined {
  const { readToMs, lastArrivalMs, subSequence } = shard
  if (readToMs === null || subSequence !== null) return undefined
  const timeMs = readToMs - ARRIVAL_MARGIN_MS
  if (lastArrivalMs === null) {
    return begin.kind === 'at' && timeMs <= begin.timeMs ? undefined : { kind: 'at', timeMs }
  }
  return readToMs - lastArrivalMs > SILENT_MS ? { kind: 'at', timeMs } : undefined
}
