import { describe, expect, test } from 'vitest'
import type { CallFault } from '../../../testing/fake-kinesis/faults.ts'
import { until } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const SHARD_0 = 'shardId-000000000000'
const SHARD_1 = 'shardId-000000000001'
const TIMES = 200

const state = (consumer: Consumer, shardId: string) => consumer.shard(shardId)?.reading.reader

describe('22: a shard that may not be read', () => {
  test.each([
    ['AccessDeniedException', 'GetRecords', 'Allow kinesis:GetRecords'],
    ['AccessDeniedException', 'GetShardIterator', 'Allow kinesis:GetShardIterator'],
    ['KMSDisabledException', 'GetRecords', "Enable the stream's KMS key"],
    ['KMSAccessDeniedException', 'GetRecords', 'Allow kms:Decrypt'],
  ])(
    '%s from %s: it is paused with a remedy, the other is read, and it goes on when it may',
    async (type, call, remedy) => {
      const world = await open()
      const put = ledgerOf(world)
      const fault = { kind: 'error', type } as const
      world.fake.faults.next({ call, shardId: SHARD_1, times: TIMES, fault })
      const consumer = await world.start()
      await until(() => {
        expect(state(consumer, SHARD_1)).toMatchObject({
          kind: 'paused',
          remedy: expect.stringContaining(remedy),
        })
        expect(state(consumer, SHARD_0)).toEqual({ kind: 'reading' })
      })
      expect(consumer.readings().source).toEqual({ kind: 'ok' })
      for (let n = 0; n < 40; n++) put.put(`key-${n}`)
      const [held] = world.fake.shards()
      await until(() => {
        const [first, second] = [SHARD_0, SHARD_1].map((id) => consumer.shard(id)?.reading)
        expect(first?.progress.records).toBe(held?.records.length)
        expect(second?.progress.records).toBe(0)
      })
      world.fake.faults.clear()
      await put.settled()
      expect(state(consumer, SHARD_1)).toEqual({ kind: 'reading' })
      expect(consumer.shard(SHARD_0)?.reading.log.reads.failed).toBe(0)
    },
  )
})

describe("I11: one shard's trouble is no other's", () => {
  const troubles: [string, CallFault][] = [
    ['fails', { kind: 'error', type: 'InternalFailure' }],
    ['is throttled', { kind: 'error', type: 'ProvisionedThroughputExceededException' }],
    ['is answered by something else', { kind: 'status', status: 503 }],
    ['is cut before the answer', { kind: 'cut', when: 'before' }],
    ['is cut after the call', { kind: 'cut', when: 'after' }],
    ['is cut in the answer', { kind: 'cut', when: 'mid_answer' }],
    ['hangs', { kind: 'hang' }],
    ['is told to be gone', { kind: 'error', type: 'ResourceNotFoundException' }],
    ['is answered empty', { kind: 'empty' }],
  ]

  test.each(troubles)(
    'every read of one shard %s: the other is applied meanwhile',
    async (_, fault) => {
      const world = await open()
      const put = ledgerOf(world)
      world.fake.faults.next({ call: 'GetRecords', shardId: SHARD_1, times: TIMES, fault })
      const consumer = await world.start({ answerWithinMs: 500 })
      for (let n = 0; n < 40; n++) put.put(`key-${n}`, 2)
      const [held] = world.fake.shards()
      await until(() =>
        expect(consumer.shard(SHARD_0)?.reading.progress.records).toBe(held?.records.length),
      )
      expect(consumer.shard(SHARD_1)?.reading.progress).toMatchObject({
        records: 0,
        trimmedMs: null,
      })
      expect(consumer.shard(SHARD_0)?.reading).toMatchObject({ restarts: 0 })
      expect(consumer.shard(SHARD_0)?.reading.log.reads.failed).toBe(0)
      world.fake.faults.clear()
      await put.settled()
      await world.stop(consumer)
      expect(await put.difference()).toEqual(NONE_AMISS)
      expect(await world.fates()).toEqual({ applied: 80, duplicate: 0, rejected: 0 })
    },
  )
})
