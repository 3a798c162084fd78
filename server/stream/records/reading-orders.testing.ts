import fc from 'fast-check'
import type { PlacedLane } from '../shards/arrival-horizon.ts'
import { forgetHorizon } from '../shards/arrival-horizon.ts'
import type { MemoryNews } from './arrival-slices.ts'
import { createMemoryStore } from './memory-store.testing.ts'

/** Something that arrived in a shard. */
export interface Arrival {
  shard: number
  arrivedAt: number
}

/** What a process does next: reads up to so many of a shard, commits, or is killed and started anew. */
export type ReadingStep = { shard: number; most: number; after: 'go_on' | 'commit' | 'kill' }

export const readingSteps = (shards: number): fc.Arbitrary<ReadingStep[]> =>
  fc.array(
    fc.record({
      shard: fc.nat(shards - 1),
      most: fc.integer({ min: 1, max: 30 }),
      after: fc.constantFrom('go_on', 'go_on', 'commit', 'kill'),
    }),
    { minLength: 1, maxLength: 120 },
  )

/** A memory that is committed together with how far each shard was read, as the product does it. */
interface Memory {
  takeNews(): MemoryNews
  forgetBefore(arrivalMs: number): void
  restore(kept: MemoryNews['fresh'][number]): void
}

/**
 * Reads everything, shard by shard in the order of arrival, by these steps and then what is left. `take` settles one
 * arrival. Answers what came of each that is committed, in the order in which it was read.
 */
export function readAll<Item extends Arrival, Fate, M extends Memory>(
  arrivals: readonly Item[],
  { shards, steps }: { shards: number; steps: readonly ReadingStep[] },
  { create, take }: { create: () => M; take: (memory: M, item: Item) => Fate },
): { item: Item; fate: Fate }[] {
  const store = createMemoryStore()
  const queues = Array.from({ length: shards }, (_, shard) =>
    arrivals.filter((item) => item.shard === shard).sort((a, b) => a.arrivedAt - b.arrivedAt),
  )
  let memory = create()
  let committed = { at: queues.map(() => 0), fates: 0 }
  let at = [...committed.at]
  let fates: { item: Item; fate: Fate }[] = []

  const lanes = (): PlacedLane[] =>
    queues.map((queue, shard) => ({
      progress: {
        finished: at[shard] === queue.length,
        readToMs: queue[(at[shard] as number) - 1]?.arrivedAt ?? null,
      },
      reader: {},
    }))

  function read(shard: number, most: number): void {
    const queue = queues[shard] as Item[]
    for (let n = 0; n < most && (at[shard] as number) < queue.length; n++) {
      const item = queue[at[shard] as number] as Item
      fates.push({ item, fate: take(memory, item) })
      at[shard] = (at[shard] as number) + 1
    }
  }

  function commit(): void {
    memory.forgetBefore(forgetHorizon(lanes()))
    store.write(memory.takeNews())
    committed = { at: [...at], fates: fates.length }
  }

  function restart(): void {
    memory = store.restore(create())
    at = [...committed.at]
    fates = fates.slice(0, committed.fates)
  }

  for (const { shard, most, after } of steps) {
    read(shard, most)
    if (after === 'commit') commit()
    if (after === 'kill') restart()
  }
  for (const shard of queues.keys()) {
    read(shard, Number.POSITIVE_INFINITY)
    commit()
  }
  return fates
}

/** Reads the shards in turns, a few at a time, and starts anew after each turn, from what is committed. */
export const restartingSteps = (shards: number, turns: number): ReadingStep[] =>
  Array.from({ length: turns }, (_, turn) => turn % shards).flatMap((shard) => [
    { shard, most: 2, after: 'commit' },
    { shard, most: 0, after: 'kill' },
  ])
