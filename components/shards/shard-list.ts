import type { Cells, ReaderState, ShardCell } from '../../lib/frames.ts'
import { READER_WORDS, urgency } from './reader-words.ts'

const PREFIX = 'shard.'

/** The shards among a view's cells, by id. */
export function shardsIn(cells: Cells): ShardCell[] {
  const shards: ShardCell[] = []
  for (const [name, cell] of Object.entries(cells)) {
    if (name.startsWith(PREFIX) && cell !== undefined) shards.push(cell as ShardCell)
  }
  return shards.sort(byId)
}

/** Nothing comes of it any more: of interest only to those who look for it. */
export const isFinished = ({ reader }: ShardCell): boolean =>
  reader.kind === 'finished' || reader.kind === 'trimmed'

export type ShardSort = 'shard' | 'records' | 'bytes' | 'traffic' | 'lag' | 'rejected'

/** `current`: all that are not finished. */
export type ShardChoice = 'current' | 'all' | ReaderState['kind']

export interface ShardOrder {
  sort: ShardSort
  direction: 'up' | 'down'
}

export interface ShardQuery extends ShardOrder {
  /** Any part of a shard's id. A search under `current` finds finished shards too. */
  search: string
  choice: ShardChoice
}

/** Shards that need someone first, then those in trouble, then as sorted; equal ones by id, so that rows keep their places. */
export function listShards(shards: readonly ShardCell[], query: ShardQuery): ShardCell[] {
  const wanted = query.search.trim().toLowerCase()
  const found = shards.filter(
    (shard) =>
      isChosen(shard, query.choice, wanted !== '') && shard.shardId.toLowerCase().includes(wanted),
  )
  const sign = query.direction === 'up' ? 1 : -1
  return found.sort(
    (a, b) =>
      urgency(b.reader) - urgency(a.reader) || sign * compare(query.sort, a, b) || byId(a, b),
  )
}

function isChosen(shard: ShardCell, choice: ShardChoice, searching: boolean): boolean {
  if (choice === 'all') return true
  if (choice === 'current') return searching || !isFinished(shard)
  return shard.reader.kind === choice
}

/** What can be chosen of these shards, with how many each has; `chosen` is among them in any case. */
export function choicesOf(
  shards: readonly ShardCell[],
  chosen: ShardChoice,
): { value: ShardChoice; label: string }[] {
  const counts = new Map<ReaderState['kind'], number>()
  for (const { reader } of shards) counts.set(reader.kind, (counts.get(reader.kind) ?? 0) + 1)
  const finished = shards.filter(isFinished).length
  const kinds = (Object.keys(READER_WORDS) as ReaderState['kind'][]).filter(
    (kind) => counts.has(kind) || kind === chosen,
  )
  return [
    ...(finished > 0 || chosen === 'all'
      ? [
          { value: 'current' as const, label: `Not finished (${shards.length - finished})` },
          { value: 'all' as const, label: `All (${shards.length})` },
        ]
      : [{ value: 'current' as const, label: `All (${shards.length})` }]),
    ...kinds.map((kind) => ({
      value: kind,
      label: `${READER_WORDS[kind]} (${counts.get(kind) ?? 0})`,
    })),
  ]
}

function compare(sort: ShardSort, a: ShardCell, b: ShardCell): number {
  switch (sort) {
    case 'shard':
      return byId(a, b)
    case 'records':
      return a.recordsPerSecond - b.recordsPerSecond
    case 'bytes':
      return a.bytesPerSecond - b.bytesPerSecond
    case 'traffic':
      return (a.trafficShare ?? -1) - (b.trafficShare ?? -1)
    case 'lag':
      return a.millisBehindLatest - b.millisBehindLatest
    case 'rejected':
      return a.fates.rejected - b.fates.rejected
  }
}

const byId = (a: ShardCell, b: ShardCell): number =>
  a.shardId < b.shardId ? -1 : Number(a.shardId > b.shardId)

export interface StreamTotals {
  open: number
  recordsPerSecond: number
  bytesPerSecond: number
  /** Of the shard furthest behind. */
  behindMs: number
  /** Lines of logs with fields that were passed over. */
  partlyRead: number
}

export function totalsOf(shards: readonly ShardCell[]): StreamTotals {
  const totals = { open: 0, recordsPerSecond: 0, bytesPerSecond: 0, behindMs: 0, partlyRead: 0 }
  for (const shard of shards) {
    totals.open += Number(shard.open)
    totals.recordsPerSecond += shard.recordsPerSecond
    totals.bytesPerSecond += shard.bytesPerSecond
    totals.behindMs = Math.max(totals.behindMs, shard.millisBehindLatest)
    totals.partlyRead += shard.partlyRead
  }
  return totals
}
