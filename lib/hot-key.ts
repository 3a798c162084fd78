import type { ShardCell, ShardDetailCell } from './frames.ts'
import { BYTES_PER_SECOND, RECORDS_PER_SECOND } from './shard-limits.ts'

/** From this part of a limit on a shard is near it. */
const NEAR = 0.8
/** From this part of a shard's records on a key carries most of it. */
const MOST = 0.5

/** The part of its limit that a shard uses, in records or bytes, whichever is nearer; may be above 1. */
export const usedOf = (shard: Pick<ShardCell, 'recordsPerSecond' | 'bytesPerSecond'>): number =>
  Math.max(shard.recordsPerSecond / RECORDS_PER_SECOND, shard.bytesPerSecond / BYTES_PER_SECOND)

/** The key that carries most of a shard near its limit. Uniform load, however high, has none. */
export function hotKeyOf(
  shard: Pick<ShardCell, 'recordsPerSecond' | 'bytesPerSecond'>,
  topKeys: readonly ShardDetailCell['topKeys'][number][],
): { key: string; share: number; used: number } | undefined {
  const [first] = topKeys
  const used = usedOf(shard)
  if (first === undefined || used < NEAR || first.share < MOST) return undefined
  return { key: first.key, share: first.share, used }
}
