import { DEDUPLICATION_SPAN_MS } from '../../../lib/deduplication.ts'
import { ARRIVAL_MARGIN_MS } from '../read/open-position.ts'
import type { ShardProgress } from './shard-progress.ts'

/** A shard, and what reads it, if anything does. */
export interface PlacedLane {
  progress: Pick<ShardProgress, 'finished' | 'readToMs'>
  reader?: object
}

/**
 * Up to when each shard was read that has something left, whether it is read at the moment or not; one that was never
 * read counts as `unread`. What waits for its parents comes after what they bring.
 */
export function* readUpToNow(lanes: Iterable<PlacedLane>, unread: number): Generator<number> {
  for (const { progress, reader } of lanes) {
    const waits = reader === undefined && progress.readToMs === null
    if (!progress.finished && !waits) yield progress.readToMs ?? unread
  }
}

/**
 * What arrived before this no event that comes is held against: the shard that is read slowest goes on from there, less
 * a margin, and looks back for the de-duplication span. Epoch ms; 0: nothing may be forgotten.
 */
export function forgetHorizon(lanes: Iterable<PlacedLane>): number {
  let oldest = Number.POSITIVE_INFINITY
  for (const at of readUpToNow(lanes, 0)) oldest = Math.min(oldest, at)
  if (!Number.isFinite(oldest)) return 0
  return Math.max(0, oldest - ARRIVAL_MARGIN_MS - DEDUPLICATION_SPAN_MS)
}
