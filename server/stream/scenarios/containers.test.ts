import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { until } from '../consumer.testing.ts'
import { MAX_TOLD_REJECTIONS } from '../records/reading.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const T = 1_700_000_000_000

const subscription = (messageType: string, messages: readonly string[]) =>
  gzipSync(
    JSON.stringify({
      messageType,
      logGroup: '/shop',
      logEvents: messages.map((message, n) => ({ id: `cwl-${n}`, timestamp: T + n, message })),
    }),
  )

test('I24: what is broken in a record costs itself, however the record is put', async () => {
  const world = await open({ shards: 1 })
  const put = ledgerOf(world)
  const pieces = () => [put.event('a'), '{"ty', put.event('a'), 'no event', put.event('a')]
  const odd = Buffer.concat([
    Buffer.from(`${put.event('a')}\n`),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from(put.event('a')),
  ])
  world.fake.put('a', pieces().join('\n'))
  world.fake.put('a', gzipSync(pieces().join('\n')))
  world.fake.put('a', deflateSync(pieces().join('\n')))
  world.fake.put('a', odd)
  world.fake.put('a', `${put.event('a')}${put.event('a')}`)
  world.fake.put('a', `${'no event\n'.repeat(30_000)}${put.event('a')}`)
  const consumer = await world.start()
  await put.settled()
  await world.stop(consumer)
  expect(await world.fates()).toEqual({ applied: 14, duplicate: 0, rejected: 30_007 })
  expect(await put.difference()).toEqual(NONE_AMISS)
  const counts = await world.store.db.selectFrom('dead_letter_count').selectAll().execute()
  expect(Object.fromEntries(counts.map(({ reason, n }) => [reason, n]))).toEqual({
    not_json: 30_006,
    not_utf8: 1,
  })
  const kept = await world.store.db.selectFrom('dead_letter').select('detail').execute()
  expect(kept.length).toBeLessThanOrEqual(MAX_TOLD_REJECTIONS + 7)
})

test('a message of CloudWatch Logs that is delivered twice counts once, by the ids of its log events', async () => {
  const world = await open({ shards: 1 })
  const data = subscription('DATA_MESSAGE', ['{"type":"a"}', '{"type":"b","id":"own"}', 'START'])
  world.fake.put('a', data)
  const first = await world.start()
  await until(async () => expect(await world.totals()).toEqual({ a: 1, b: 1 }))
  await world.stop(first)
  world.fake.put('b', data)
  await world.start()
  await until(async () =>
    expect(await world.fates()).toEqual({ applied: 2, duplicate: 2, rejected: 2 }),
  )
})

test('a control message is counted, is no event, and is not read again', async () => {
  const world = await open({ shards: 1 })
  world.fake.put('a', subscription('CONTROL_MESSAGE', ['CWL CONTROL MESSAGE: Checking health']))
  const first = await world.start()
  await until(() => expect(first.readings()).toMatchObject({ controlMessages: 1 }))
  await until(() => expect(first.readings().shards[0]?.committed.checkpoint).not.toBeNull())
  await world.stop(first)
  expect(await world.fates()).toEqual({ applied: 0, duplicate: 0, rejected: 0 })
  const put = ledgerOf(world)
  put.put('a')
  const second = await world.start()
  await put.settled()
  expect(second.readings()).toMatchObject({ controlMessages: 0 })
  expect(second.readings().shards[0]?.progress.records).toBe(2)
})
