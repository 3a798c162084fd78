import type { Cells, ReaderState, ShardCell } from '../../lib/frames.ts'

const PREFIX = 'shard.'

/** The shards among a view's cells, by id. */
export function shardsIn(cells: Cells): ShardCell[] {
  const shards: ShardCell[] = []
  for (const [name, cell] of Object.entries(cells)) {
    if (name.startsWith(PREFIX) && cell !== undefined) shards.push(cell as ShardCell)
  }
  return shards.sort(byId)
}

export const inTrouble = (shard: ShardCell): boolean => shard.reader.kind === 'retrying'

/** Nothing comes any more and everything is read: of interest only to those who look for it. */
export const isFinished = (shard: ShardCell): boolean => shard.reader.kind === 'finished'

export type ShardSort = 'shard' | 'records' | 'bytes' | 'traffic' | 'lag' | 'rejected'

export interface ShardQuery {
  /** Any part of a shard's id. */
  search: string
  sort: ShardSort
  direction: 'up' | 'down'
  /** Searching finds finished shards in any case. */
  finished: boolean
}

/** Shards in trouble first, then as sorted; equal ones by id, so that rows keep their places. */
export function listShards(shards: readonly ShardCell[], query: ShardQuery): ShardCell[] {
  const wanted = query.search.trim().toLowerCase()
  const found = shards.filter((shard) =>
    wanted === ''
      ? query.finished || !isFinished(shard)
      : shard.shardId.toLowerCase().includes(wanted),
  )
  const sign = query.direction === 'up' ? 1 : -1
  return found.sort(
    (a, b) =>
      Number(inTrouble(b)) - Number(inTrouble(a)) || sign * compare(query.sort, a, b) || byId(a, b),
  )
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

/** Shards that came out of this one by a split or a merge. */
export const childrenOf = (shardId: string, shards: readonly ShardCell[]): string[] =>
  shards.filter((shard) => shard.parents.includes(shardId)).map((shard) => shard.shardId)

/** `shardId-000000000012` is "12" where there is little room. */
export const shortId = (shardId: string): string => shardId.replace(/^shardId-0*(?=\d)/, '')

export interface StreamTotals {
  open: number
  recordsPerSecond: number
  bytesPerSecond: number
  /** Of the shard furthest behind. */
  behindMs: number
}

export function totalsOf(shards: readonly ShardCell[]): StreamTotals {
  const totals = { open: 0, recordsPerSecond: 0, bytesPerSecond: 0, behindMs: 0 }
  for (const shard of shards) {
    totals.open += Number(shard.open)
    totals.recordsPerSecond += shard.recordsPerSecond
    totals.bytesPerSecond += shard.bytesPerSecond
    totals.behindMs = Math.max(totals.behindMs, shard.millisBehindLatest)
  }
  return totals
}

export const READER_WORDS: Record<ReaderState['kind'], string> = {
  waiting_for_parents: 'Waits for parents',
  reading: 'Reading',
  catching_up: 'Catching up',
  retrying: 'In trouble',
  paused: 'Paused',
  finished: 'Finished',
}

/** What a reader's state means, in a sentence. */
export function readerHelp(reader: ReaderState): string {
  switch (reader.kind) {
    case 'waiting_for_parents':
      return `Starts once ${reader.parents.map(shortId).join(' and ')} is read to the end, so that events keep their order.`
    case 'reading':
      return 'Reads new records as they arrive.'
    case 'catching_up':
      return 'Works off records that arrived earlier, as fast as the shard allows.'
    case 'retrying':
      return `${reader.problem} ${reader.remedy}`
    case 'paused':
      return 'Waits until what is in flight has been committed; nothing is lost.'
    case 'finished':
      return 'Closed by a split or a merge, and read to its end.'
  }
}
