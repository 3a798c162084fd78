import type { ShardQuery } from './shard-list.ts'

export interface ListState extends ShardQuery {
  /** From 0. */
  page: number
}

/** How the list was left, and at which shard, for as long as the page is open. */
let kept: ListState = { search: '', choice: 'current', sort: 'shard', direction: 'up', page: 0 }
let lastShard: string | undefined

export const keptList = (): ListState => kept
export const keepList = (list: ListState): void => {
  kept = list
}

export const keepLastShard = (shardId: string): void => {
  lastShard = shardId
}

/** The shard one comes back from; once. */
export function takeLastShard(): string | undefined {
  const shardId = lastShard
  lastShard = undefined
  return shardId
}
