import { expect, test } from 'vitest'
import type { Point, ShardCell } from '../../lib/frames.ts'
import { exampleShard } from './example-shard.ts'
import { coarser, MOST_LINES, shardsToDraw, spanOf, stepOf } from './throughput-series.ts'

const shard = (n: number, part: Partial<ShardCell> = {}): ShardCell =>
  exampleShard(n, { shardId: `s${String(n).padStart(2, '0')}`, ...part })

test('a few shards are all drawn, finished ones are not', () => {
  const shards = [shard(1), shard(2, { reader: { kind: 'finished' } }), shard(3)]
  expect(shardsToDraw(shards, () => [], 1)).toEqual([shards[0], shards[2]])
})

test('of many the busiest are drawn, in the order of their ids', () => {
  const shards = Array.from({ length: 40 }, (_, n) => shard(n))
  const points = (id: string): Point[] => [[0, Number(id.slice(1)), 0]]
  const drawn = shardsToDraw(shards, points, 1)
  expect(drawn).toHaveLength(MOST_LINES)
  expect(drawn.map(({ shardId }) => shardId)).toEqual([
    's32',
    's33',
    's34',
    's35',
    's36',
    's37',
    's38',
    's39',
  ])
})

test('the step is the shortest distance of two points', () => {
  expect(
    stepOf([
      [
        [0, 1],
        [4_000, 1],
        [6_000, 1],
      ],
      [[0, 1]],
    ]),
  ).toBe(2_000)
  expect(stepOf([[]])).toBe(1_000)
})

test('the span is the shortest round one that holds every point', () => {
  const of = (...times: number[]): Point[] => times.map((t) => [t, 1])
  expect(spanOf([])).toBe(60_000)
  expect(spanOf([of(1_000_000, 1_060_000)])).toBe(60_000)
  expect(spanOf([of(1_000_000), of(1_000_000, 1_061_000)])).toBe(300_000)
  expect(spanOf([of(0, 5_000_000)])).toBe(900_000)
})

test('coarser steps are averages of what was measured in them', () => {
  const points: Point[] = [
    [4_000, 9, 90],
    [5_000, 1, 10],
    [6_000, 3, 30],
    [7_000, null, null],
    [10_000, null, null],
  ]
  expect(coarser(points, 1_000, 5)).toEqual([
    [0, 9, 90],
    [5_000, 2, 20],
    [10_000, null, null],
  ])
})
