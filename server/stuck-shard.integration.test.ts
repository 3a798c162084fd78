import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createKinesight, type Kinesight } from '../e2e/kinesight.ts'
import type { ShardsAnswer, StreamAnswer } from '../lib/api.ts'
import { envOf } from '../testing/fake-kinesis/env-of.ts'
import { type FakeKinesis, startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'

/** A real process, and one shard of two that is told again and again to be at its end. */
const STREAM = 'stuck'
const SHARD = 'shardId-000000000001'
const EVENTS = 40

let fake: FakeKinesis
let kinesight: Kinesight
beforeEach(async () => {
  fake = await startFakeKinesis({ streamName: STREAM, shards: 2 })
  kinesight = await createKinesight(envOf(fake))
})
afterEach(async () => {
  await kinesight.dispose()
  await fake.close()
})

const get = (where: string) => fetch(`${kinesight.url}${where}`)

async function readerOf(shardId: string) {
  const { shards } = (await (await get('/api/v1/shards')).json()) as ShardsAnswer
  return shards.find((shard) => shard.shardId === shardId)?.reader
}

test('9, 10: it is shown as stuck, /readyz is 503 and says which and why; all is well once it is over', async () => {
  await kinesight.start()
  expect((await get('/readyz')).status).toBe(200)
  const fault = { kind: 'lie', lie: 'end_while_open' } as const
  fake.faults.next({ call: 'GetRecords', shardId: SHARD, times: 100_000, fault })
  const problem = 'the shard is said to be read to its end, and is open by the list of shards'
  await vi.waitFor(
    async () => expect(await readerOf(SHARD)).toMatchObject({ kind: 'stuck', problem }),
    { timeout: 60_000, interval: 500 },
  )
  const ready = await get('/readyz')
  expect(ready.status).toBe(503)
  expect(await ready.text()).toContain(`${SHARD} is read no further: ${problem}`)
  expect((await readerOf('shardId-000000000000'))?.kind).toBe('reading')
  const metrics = await (await get('/metrics')).text()
  const labels = `shard="${SHARD}"`
  expect(metrics).toContain(`kinesight_reader_state{${labels},state="stuck"} 1`)
  expect(metrics).toMatch(new RegExp(`^kinesight_stuck_seconds{${labels}} [3-9]\\d`, 'm'))
  expect(metrics).toMatch(
    new RegExp(`^kinesight_reads_total{${labels},outcome="contradicting"} [1-9]`, 'm'),
  )
  const stream = (await (await get('/api/v1/stream')).json()) as StreamAnswer
  expect(stream).toMatchObject({
    source: { kind: 'trouble' },
    reading: { mode: 'polling', wire: 'cbor', wireNotice: null },
  })
  for (let n = 0; n < EVENTS; n++) fake.put(`key-${n}`, '{"type":"page_view"}')
  fake.faults.clear()
  await vi.waitFor(
    async () => expect((await kinesight.totals()).events).toEqual({ page_view: EVENTS }),
    { timeout: 30_000, interval: 200 },
  )
  await vi.waitFor(async () => expect((await get('/readyz')).status).toBe(200), {
    timeout: 10_000,
    interval: 200,
  })
  expect((await readerOf(SHARD))?.kind).toBe('reading')
}, 150_000)
