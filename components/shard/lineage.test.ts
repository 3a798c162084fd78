import { expect, test } from 'vitest'
import { exampleShard } from '../shards/example-shard.ts'
import { lineageOf } from './lineage.ts'

const LAST = 2n ** 128n - 1n
const HALF = 2n ** 127n

const owning = (n: number, from: bigint, to: bigint) =>
  exampleShard(n, { hashRange: { from: String(from), to: String(to), share: 0 } })

const places = (blocks: ReturnType<typeof lineageOf>['self']) =>
  blocks.map(({ left, width }) => [left, width])

test('the halves of a split lie side by side below it, whatever their order', () => {
  const parent = owning(1, 0n, LAST)
  const lineage = lineageOf(parent, [], [owning(3, HALF, LAST), owning(2, 0n, HALF - 1n)])
  expect(places(lineage.self)).toEqual([[0, 1]])
  expect(lineage.children.map(({ shard }) => shard.shardId.at(-1))).toEqual(['2', '3'])
  expect(places(lineage.children)).toEqual([
    [0, 0.5],
    [0.5, 0.5],
  ])
})

test('a narrow shard fills the drawing where it has no kin', () => {
  const lineage = lineageOf(owning(1, 1_000n, 1_999n), [], [])
  expect(places(lineage.self)).toEqual([[0, 1]])
})

test('one half of a split leaves room for its sibling below the parent', () => {
  const lineage = lineageOf(owning(3, HALF, LAST), [owning(1, 0n, LAST)], [])
  expect(places(lineage.parents)).toEqual([[0, 1]])
  expect(places(lineage.self)).toEqual([[0.5, 0.5]])
})
