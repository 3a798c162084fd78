import { expect } from 'vitest'
import { until, type World } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import { worlds } from './scenario.testing.ts'

export const fanOut = { mode: 'fanout' } as const
/** The two shards of a world at its beginning. */
export const SHARD_0 = 'shardId-000000000000'
export const SHARD_1 = 'shardId-000000000001'
export const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)

/** Opens worlds in which subscriptions may follow one another sooner than the real ones. */
export function fanOutWorlds(): ReturnType<typeof worlds> {
  const open = worlds()
  return (options, beside) => open({ resubscribeMs: 100, heartbeatMs: 50, ...options }, beside)
}

/** How often the stream was called so. */
export const calls = (world: World, call: string): number => world.fake.counts().calls[call] ?? 0

/** Waits until so many shards are subscribed to. */
export const subscribed = (world: World, shards: number): Promise<void> =>
  until(() => expect(world.fake.counts().openSubscriptions).toHaveLength(shards))

/** The state of each shard's reader, by shard id. */
export const readers = (consumer: Consumer) =>
  Object.fromEntries(
    consumer.readings().shards.map(({ progress, reader }) => [progress.shardId, reader.kind]),
  )
