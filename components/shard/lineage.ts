import type { ShardCell } from '../../lib/frames.ts'

/** A shard's part of the hash keys that are drawn, 0 to 1 of their width. */
export interface Block {
  shard: ShardCell
  left: number
  width: number
}

export interface Lineage {
  parents: Block[]
  self: Block[]
  children: Block[]
}

const PARTS = 1_000_000n

/** Parents, the shard and its children on one axis of hash keys, which reaches as far as they do. */
export function lineageOf(
  shard: ShardCell,
  parents: readonly ShardCell[],
  children: readonly ShardCell[],
): Lineage {
  const family = [shard, ...parents, ...children]
  const from = family.map(({ hashRange }) => BigInt(hashRange.from)).reduce(smaller)
  const to = family.map(({ hashRange }) => BigInt(hashRange.to)).reduce(larger)
  const span = to - from + 1n
  const part = (keys: bigint): number => Number((keys * PARTS) / span) / Number(PARTS)
  const block = (each: ShardCell): Block => {
    const first = BigInt(each.hashRange.from)
    return {
      shard: each,
      left: part(first - from),
      width: part(BigInt(each.hashRange.to) - first + 1n),
    }
  }
  const row = (shards: readonly ShardCell[]): Block[] =>
    shards.map(block).sort((a, b) => a.left - b.left)
  return { parents: row(parents), self: [block(shard)], children: row(children) }
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
