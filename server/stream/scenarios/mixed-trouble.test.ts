import { describe, expect, test } from 'vitest'
import type { CallFault } from '../../../testing/fake-kinesis/faults.ts'
import { createTotalsApp } from '../../apps/totals/totals-app.ts'
import { differences } from '../../damage/sums.ts'
import { until, type World } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import type { StreamApp } from '../stream-app.ts'
import { faultyStore, type StoreFault } from './faulty-store.testing.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`)
const ROUNDS = 6

/** Park and Miller's generator: a run can be played again. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const FAULTS: readonly CallFault[] = [
  { kind: 'error', type: 'ProvisionedThroughputExceededException' },
  { kind: 'error', type: 'InternalFailure' },
  { kind: 'error', type: 'ExpiredIteratorException' },
  { kind: 'status', status: 503 },
  { kind: 'cut', when: 'before' },
  { kind: 'cut', when: 'after' },
  { kind: 'delay', ms: 30 },
]
const CALLS = ['GetRecords', 'GetShardIterator', 'ListShards', 'SubscribeToShard']
const STORE_FAULTS: readonly StoreFault[] = [
  { kind: 'refuses' },
  { kind: 'reply_lost', times: 2 },
  { kind: 'slow', ms: 30 },
  { kind: 'none' },
]

function reshard({ fake }: World, random: () => number): void {
  const ids = fake.openShardIds()
  const pick = ids[Math.floor(random() * ids.length)] ?? ''
  const shards = new Map(fake.shards().map((shard) => [shard.shardId, shard]))
  const next = ids.find((id) => shards.get(id)?.hashFrom === (shards.get(pick)?.hashTo ?? 0n) + 1n)
  if (random() < 0.5 && next !== undefined && ids.length > 2) fake.merge(pick, next)
  else if (ids.length < 6) fake.split(pick)
}

/** Each consumer is given the events of a key one after another: what dies before its commit is given again. */
function orderly() {
  const wrong: string[] = []
  const app = (): StreamApp => {
    const newest = new Map<string, number>()
    return {
      name: 'order',
      fold(events) {
        for (const { event } of events) {
          const { key, n } = event.props as { key: string; n: number }
          const before = newest.get(key)
          if (before !== undefined && n !== before + 1) wrong.push(`${key}: ${n} after ${before}`)
          newest.set(key, n)
        }
      },
      discard() {},
      seal: () => ({ write: async () => {}, committed() {} }),
    }
  }
  return { app, wrong: () => wrong.slice(0, 10) }
}

describe('everything at once: reshards, faults, kills and stops', () => {
  test.each([
    ['polling', 1],
    ['fanout', 2],
  ] as const)(
    'by %s, seed %i: what was put is applied once, and in order',
    async (mode, seed) => {
      const random = randomFrom(seed)
      const world = await open({ recordsPage: 25, resubscribeMs: 50, heartbeatMs: 50 })
      const put = ledgerOf(world)
      const order = orderly()
      const abandoned: Consumer[] = []
      for (let round = 0; round < ROUNDS; round++) {
        world.fake.faults.chance(0.15, random, FAULTS, CALLS)
        const store = faultyStore(world.store.db)
        const consumer = await world.start({
          db: store.db,
          apps: [createTotalsApp(), order.app()],
          read: { mode, bufferBytes: 200_000 },
          renewAfterMs: 300,
        })
        for (let step = 0; step < 3; step++) {
          for (const key of keys) put.put(key, 3)
          reshard(world, random)
          const taken = consumer.readings().fates.applied
          await until(() => {
            const { fates, store } = consumer.readings()
            expect(fates.applied > taken || store.kind === 'trouble').toBe(true)
          })
          store.meet(STORE_FAULTS[Math.floor(random() * STORE_FAULTS.length)] ?? { kind: 'none' })
        }
        if (random() < 0.5) await world.stop(consumer)
        else {
          store.meet({ kind: 'refuses' })
          abandoned.push(consumer)
        }
      }
      world.fake.faults.clear()
      const last = await world.start({ read: { mode }, apps: [createTotalsApp(), order.app()] })
      for (const each of abandoned) await world.stop(each)
      await put.settled(20_000)
      await world.stop(last)
      expect(await put.difference()).toEqual(NONE_AMISS)
      expect(order.wrong()).toEqual([])
      expect(await world.fates()).toMatchObject({ duplicate: 0, rejected: 0 })
      const [{ stream_id: streamId } = { stream_id: 0 }] = await world.store.db
        .selectFrom('lease')
        .select('stream_id')
        .execute()
      expect(await differences(world.store.db, streamId)).toEqual([])
    },
    25_000,
  )
})
