import { expect, test } from 'vitest'
import { noFates } from '../../lib/fates.ts'
import type { Cells, ShardCell } from '../../lib/frames.ts'
import {
  childrenOf,
  listShards,
  type ShardQuery,
  shardsIn,
  shortId,
  totalsOf,
} from './shard-list.ts'

const shard = (n: number, part: Partial<ShardCell> = {}): ShardCell => ({
  shardId: `shardId-${String(n).padStart(12, '0')}`,
  open: true,
  reader: { kind: 'reading' },
  parents: [],
  hashRange: { from: '0', to: '1', share: 0.25 },
  recordsPerSecond: 0,
  bytesPerSecond: 0,
  trafficShare: null,
  millisBehindLatest: 0,
  checkpoint: null,
  records: 0,
  bytes: 0,
  fates: noFates(),
  lastArrivalAt: null,
  ...part,
})

const query: ShardQuery = { search: '', sort: 'shard', direction: 'up', finished: false }
const ids = (shards: ShardCell[]) => shards.map(({ shardId }) => shortId(shardId))

const trouble = { kind: 'retrying', since: 1, problem: 'Throttled.', remedy: 'Wait.' } as const
const finished = { open: false, reader: { kind: 'finished' } } as const

test('a shard in trouble comes first, whatever the order', () => {
  const shards = [shard(1), shard(2, { reader: trouble }), shard(3, { recordsPerSecond: 9 })]
  expect(ids(listShards(shards, query))).toEqual(['2', '1', '3'])
  const busiest: ShardQuery = { ...query, sort: 'records', direction: 'down' }
  expect(ids(listShards(shards, busiest))).toEqual(['2', '3', '1'])
})

test('finished shards are folded away, but a search finds them', () => {
  const shards = [shard(1, finished), shard(2), shard(12, finished)]
  expect(ids(listShards(shards, query))).toEqual(['2'])
  expect(ids(listShards(shards, { ...query, finished: true }))).toEqual(['1', '2', '12'])
  expect(ids(listShards(shards, { ...query, search: '00012' }))).toEqual(['12'])
})

test('equally busy shards keep their places', () => {
  const shards = [shard(3), shard(1), shard(2)]
  expect(ids(listShards(shards, { ...query, sort: 'records', direction: 'down' }))).toEqual([
    '1',
    '2',
    '3',
  ])
})

test('the children of a shard are those that name it as a parent', () => {
  const parent = shard(1, finished)
  const merged = shard(4, { parents: [parent.shardId, shard(2).shardId] })
  expect(childrenOf(parent.shardId, [parent, shard(2), merged])).toEqual([merged.shardId])
})

test('totals add up, and the lag is that of the slowest', () => {
  const shards = [
    shard(1, { recordsPerSecond: 10, bytesPerSecond: 100, millisBehindLatest: 5 }),
    shard(2, { recordsPerSecond: 2, bytesPerSecond: 20, millisBehindLatest: 90 }),
    shard(3, finished),
  ]
  expect(totalsOf(shards)).toEqual({
    open: 2,
    recordsPerSecond: 12,
    bytesPerSecond: 120,
    behindMs: 90,
  })
})

test('only the shards of a view are shards', () => {
  const cells = { status: {}, firing: [], [`shard.${shard(1).shardId}`]: shard(1) }
  expect(shardsIn(cells as unknown as Cells)).toEqual([shard(1)])
})

test('a short id keeps its number', () => {
  expect(shortId('shardId-000000000000')).toBe('0')
  expect(shortId('shardId-000000000120')).toBe('120')
  expect(shortId('another')).toBe('another')
})
