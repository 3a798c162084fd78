import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { NO_DAMAGE } from '../../../lib/frames.ts'
import { createPipelineMetrics } from '../../pipeline-metrics.ts'
import { until } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import { shardCells } from '../shards/shard-cells.ts'
import { worlds } from './scenario.testing.ts'

const open = worlds()
const LINE =
  '203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0"'
/** The second and the third have fields that are not known, the fourth one that does not fit. */
const LINES = [
  `${LINE} "-" 0.215`,
  `${LINE} 1834`,
  `${LINE} up é`,
  `shop.example:443 ${LINE.slice(12)}`,
]

const partlyRead = (consumer: Consumer): number =>
  consumer.readings().shards.reduce((sum, { progress }) => sum + progress.partlyRead, 0)

test('lines of a log that are read in part are counted once, also through a restart, and shown', async () => {
  const world = await open({ shards: 1 })
  const text = LINES.join('\n')
  const first = await world.start()
  world.fake.put('a', text)
  world.fake.put('a', gzipSync(text))
  await until(() => expect(partlyRead(first)).toBe(4))
  await world.stop(first)
  const second = await world.start()
  world.fake.put('a', text)
  await until(() => expect(partlyRead(second)).toBe(6))
  const { shards } = second.readings()
  expect(shards[0]?.progress.fates).toMatchObject({ applied: 18, rejected: 3 })
  const { cells } = shardCells(shards, { now: world.clock.now() })
  expect(Object.values(cells)).toMatchObject([{ partlyRead: 6 }])
  const metrics = createPipelineMetrics(
    () => ({ ...second.readings(), damage: NO_DAMAGE, incarnation: 1 }),
    world.clock,
  )
  expect(await metrics.text()).toContain(
    'kinesight_log_lines_partly_read_total{shard="shardId-000000000000"} 6',
  )
})
