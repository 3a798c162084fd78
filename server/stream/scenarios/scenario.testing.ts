import { afterEach, expect } from 'vitest'
import type { FakeKinesisOptions } from '../../../testing/fake-kinesis/start-fake-kinesis.ts'
import { openWorld, until, type World } from '../consumer.testing.ts'
import type { StreamApp } from '../stream-app.ts'

/** Opens worlds for the tests of a file, and closes them after each. */
export function worlds(): (options?: FakeKinesisOptions, beside?: World) => Promise<World> {
  let open: World[] = []
  afterEach(async () => {
    for (const world of open.reverse()) await world.close()
    open = []
  })
  return async (options, beside) => {
    const world = await openWorld(options, beside)
    open.push(world)
    return world
  }
}

/** Events that were put but not applied, and those that were applied more often than they were put. */
export interface Difference {
  lost: string[]
  repeated: string[]
}

/** What was put, to be held against what was applied. */
export interface Ledger {
  /** The text of the key's next event. It counts as put. */
  event(key: string): string
  /** Puts the key's next events, each in a record of its own. */
  put(key: string, count?: number): void
  difference(): Promise<Difference>
  /** Waits until exactly what was put is applied. */
  settled(timeoutMs?: number): Promise<void>
}

const SHOWN = 10
export const NONE_AMISS: Difference = { lost: [], repeated: [] }

/** Each event is of a type of its own and has no id: one that is taken in twice counts twice in the store. */
export function ledgerOf(world: World): Ledger {
  const next = new Map<string, number>()
  const types = new Set<string>()

  function event(key: string): string {
    const n = next.get(key) ?? 0
    next.set(key, n + 1)
    const type = `${key}.${n}`
    types.add(type)
    return JSON.stringify({ type, props: { key, n } })
  }

  async function difference(): Promise<Difference> {
    const totals = await world.totals()
    const lost = [...types].filter((type) => totals[type] === undefined)
    const repeated = Object.keys(totals).filter((type) => totals[type] !== 1 || !types.has(type))
    return { lost: lost.slice(0, SHOWN), repeated: repeated.slice(0, SHOWN) }
  }

  return {
    event,
    put(key, count = 1) {
      for (let n = 0; n < count; n++) world.fake.put(key, event(key))
    },
    difference,
    settled: (timeoutMs) =>
      until(async () => expect(await difference()).toEqual(NONE_AMISS), timeoutMs),
  }
}

/** Sees in which order events are committed, over all the consumers that are given its apps. */
export interface Witness {
  app(): StreamApp
  /** Where an event of a key came before an earlier one, or again. */
  outOfOrder(): string[]
  count(): number
}

export function witness(): Witness {
  const newest = new Map<string, number>()
  const wrong: string[] = []
  let count = 0

  function see(key: string, n: number, shardId: string): void {
    count++
    const expected = (newest.get(key) ?? -1) + 1
    if (n !== expected) wrong.push(`${key}: ${n} of ${shardId} where ${expected} was due`)
    newest.set(key, n)
  }

  return {
    app() {
      let open: { key: string; n: number; shardId: string }[] = []
      return {
        name: 'witness',
        fold(events) {
          for (const { event, shardId } of events) {
            const { key, n } = event.props as { key: string; n: number }
            open.push({ key, n, shardId })
          }
        },
        discard() {
          open = []
        },
        seal() {
          const sealed = open
          open = []
          return {
            write: async () => {},
            committed() {
              for (const { key, n, shardId } of sealed) see(key, n, shardId)
            },
          }
        },
      }
    },
    outOfOrder: () => wrong.slice(0, SHOWN),
    count: () => count,
  }
}
