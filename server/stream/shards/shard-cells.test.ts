import { pino } from 'pino'
import { expect, test } from 'vitest'
import { epochMs, SECOND_MS } from '../../../lib/time.ts'
import type { ShardReading } from '../consumer-readings.ts'
import { createReaderLog } from '../read/reader-log.ts'
import { shardCells } from './shard-cells.ts'
import { newShard } from './shard-progress.ts'
import { createThroughput } from './throughput.ts'
import { createTopKeys } from './top-keys.ts'

const log = pino({ level: 'silent' })

const now = 1_700_000_000_000

function reading(shardId: string, hash: [from: bigint, to: bigint], since = 0): ShardReading {
  const progress = newShard({
    shardId,
    parents: [],
    hashFrom: hash[0].toString(),
    hashTo: hash[1].toString(),
    closed: false,
  })
  return {
    progress,
    committed: { checkpoint: null, subSequence: null, readToMs: null },
    reader: { kind: 'reading' },
    mode: 'polling',
    lagMs: 0,
    lastProgressAt: null,
    restarts: 0,
    stuck: null,
    log: createReaderLog(progress, {
      clock: { now: () => epochMs(now), monotonicMs: () => 0 },
      log,
    }),
    throughput: createThroughput(since),
    keys: createTopKeys(),
  }
}

const half = 1n << 127n
const low = (since?: number) => reading('low', [0n, half - 1n], since)
const high = () => reading('high', [half, (1n << 128n) - 1n])

test('rates are over the last ten whole seconds, and shares add up', () => {
  const [a, b] = [low(), high()]
  for (let second = 2; second <= 11; second++) {
    for (let n = 0; n < 30; n++) a.throughput.add(now - second * SECOND_MS, 100)
    for (let n = 0; n < 10; n++) b.throughput.add(now - second * SECOND_MS, 100)
  }
  const { cells } = shardCells([a, b], { now })
  expect(cells['shard.low']).toMatchObject({
    recordsPerSecond: 30,
    bytesPerSecond: 3_000,
    trafficShare: 0.75,
    hashRange: { share: 0.5 },
  })
  expect(cells['shard.high']).toMatchObject({ recordsPerSecond: 10, trafficShare: 0.25 })
})

test('without traffic there is no share of it', () => {
  const { cells } = shardCells([low()], { now })
  expect(cells['shard.low']).toMatchObject({ recordsPerSecond: 0, trafficShare: null })
})

test('the rate of a shard that was found 4 s ago is over these', () => {
  const young = low(now - 5 * SECOND_MS)
  for (let second = 2; second <= 5; second++) {
    for (let n = 0; n < 30; n++) young.throughput.add(now - second * SECOND_MS, 100)
  }
  const { cells } = shardCells([young], { now })
  expect(cells['shard.low']).toMatchObject({ recordsPerSecond: 30, bytesPerSecond: 3_000 })
})

test('what came before this start is unknown, not zero, unless it was read since', () => {
  const resumed = low(now - 20 * SECOND_MS)
  const values = () =>
    (shardCells([resumed], { now }).series['shard.low'] ?? []).map(([, records]) => records)
  expect(values().filter((value) => value !== null)).toHaveLength(9)
  resumed.throughput.add(now - 60 * SECOND_MS, 10)
  expect(values().filter((value) => value !== null)).toHaveLength(29)
  expect(values().filter((value) => (value ?? 0) > 0)).toEqual([0.5])
  expect(values()[0]).toBeNull()
  expect(values().at(-1)).toBe(0)
})
