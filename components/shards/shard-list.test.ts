import { expect, test } from 'vitest'
import type { Cells } from '../../lib/frames.ts'
import { exampleShard as shard } from './example-shard.ts'
import { shortId } from './reader-words.ts'
import { choicesOf, listShards, type ShardQuery, shardsIn, totalsOf } from './shard-list.ts'

const query: ShardQuery = { search: '', sort: 'shard', direction: 'up', choice: 'current' }
const ids = (shards: ReturnType<typeof listShards>) => shards.map(({ shardId }) => shortId(shardId))

const trouble = { kind: 'retrying', since: 1, problem: 'Throttled.', remedy: 'Wait.' } as const
const paused = { kind: 'paused', since: 2, problem: 'Denied.', remedy: 'Allow it.' } as const
const finished = { open: false, reader: { kind: 'finished' } } as const

test('a shard in trouble comes first, whatever the order', () => {
  const shards = [shard(1), shard(2, { reader: trouble }), shard(3, { recordsPerSecond: 9 })]
  expect(ids(listShards(shards, query))).toEqual(['2', '1', '3'])
  const busiest: ShardQuery = { ...query, sort: 'records', direction: 'down' }
  expect(ids(listShards(shards, busiest))).toEqual(['2', '3', '1'])
})

test('a shard that needs someone comes before one that goes on by itself', () => {
  const shards = [shard(1), shard(2, { reader: trouble }), shard(3, { reader: paused })]
  expect(ids(listShards(shards, query))).toEqual(['3', '2', '1'])
})

test('finished shards are folded away, but a search finds them', () => {
  const shards = [shard(1, finished), shard(2), shard(12, finished)]
  expect(ids(listShards(shards, query))).toEqual(['2'])
  expect(ids(listShards(shards, { ...query, choice: 'all' }))).toEqual(['1', '2', '12'])
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

test('a state can be chosen, and a search stays within it', () => {
  const shards = [shard(1), shard(2, { reader: paused }), shard(12), shard(22, { reader: paused })]
  expect(ids(listShards(shards, { ...query, choice: 'paused' }))).toEqual(['2', '22'])
  expect(ids(listShards(shards, { ...query, choice: 'paused', search: '12' }))).toEqual([])
  expect(ids(listShards(shards, { ...query, choice: 'reading', search: '12' }))).toEqual(['12'])
})

test('a trimmed shard is folded away like a finished one', () => {
  const shards = [shard(1), shard(2, { open: false, reader: { kind: 'trimmed' } })]
  expect(ids(listShards(shards, query))).toEqual(['1'])
  expect(ids(listShards(shards, { ...query, choice: 'trimmed' }))).toEqual(['2'])
})

test('states that no shard has are not offered, unless one is chosen', () => {
  expect(choicesOf([shard(1), shard(2)], 'current').map(({ label }) => label)).toEqual([
    'All (2)',
    'Reading (2)',
  ])
  expect(choicesOf([shard(1, finished)], 'paused').map(({ label }) => label)).toEqual([
    'Not finished (0)',
    'All (1)',
    'Paused (0)',
    'Finished (1)',
  ])
})

test('totals add up, and the lag is that of the slowest', () => {
  const shards = [
    shard(1, { recordsPerSecond: 10, bytesPerSecond: 100, millisBehindLatest: 5 }),
    shard(2, { recordsPerSecond: 2, bytesPerSecond: 20, millisBehindLatest: 90, partlyRead: 3 }),
    shard(3, { ...finished, partlyRead: 4 }),
  ]
  expect(totalsOf(shards)).toEqual({
    open: 2,
    recordsPerSecond: 12,
    bytesPerSecond: 120,
    behindMs: 90,
    partlyRead: 7,
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
