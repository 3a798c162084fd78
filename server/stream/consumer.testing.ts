import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { vi } from 'vitest'
import type { Wire } from '../../lib/frames.ts'
import type { StartAt } from '../../lib/start-at.ts'
import { type EpochMs, epochMs } from '../../lib/time.ts'
import {
  type FakeKinesis,
  type FakeKinesisOptions,
  startFakeKinesis,
} from '../../testing/fake-kinesis/start-fake-kinesis.ts'
import { createTotalsApp } from '../apps/totals/totals-app.ts'
import { systemClock } from '../platform/clock.ts'
import { pause } from '../platform/pause.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { settleStream } from '../store/settle-stream.ts'
import { type Consumer, createConsumer, type ReadOptions } from './consumer.ts'
import { createKinesisSource } from './read/kinesis-source.ts'
import type { StreamSource } from './read/stream-source.ts'
import { subscribedFeeds } from './read/subscribed-feed.ts'
import type { StreamApp } from './stream-app.ts'

export const MEBIBYTE = 1_024 * 1_024

export interface StartOptions {
  apps?: StreamApp[]
  startAt?: StartAt
  read?: Partial<ReadOptions>
  renewAfterMs?: number
  /** An endpoint that says nothing for so long is given up. */
  answerWithinMs?: number
  wire?: Wire
  /** A subscription without any event for so long is given up. */
  silentAfterMs?: number
  db?: Store['db']
  /** Its time passes so many times as fast, and its pauses are so much shorter. */
  timesAsFast?: number
  /** What stands between the consumer and the stream. */
  through?: (source: StreamSource) => StreamSource
}

/** A fake Kinesis, a store, and consumers that read the one into the other. */
export interface World {
  readonly fake: FakeKinesis
  readonly store: Store
  /** This machine's clock, which a test may set wrong, or let more time pass by than passed. */
  readonly clock: { now(): EpochMs; monotonicMs(): number; skewMs: number; passedMs: number }
  start(options?: StartOptions): Promise<Consumer>
  stop(consumer: Consumer): Promise<void>
  /** Events by type, as committed. */
  totals(): Promise<Record<string, number>>
  fates(): Promise<{ applied: number; duplicate: number; rejected: number }>
  close(): Promise<void>
}

const log = pino({ level: 'silent' })

/** `beside`: the stream of that world, with a store and consumers of its own. */
export async function openWorld(options: FakeKinesisOptions = {}, beside?: World): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-consumer-'))
  const store = await openStore(path.join(folder, 'kinesight.db'))
  const fake = beside?.fake ?? (await startFakeKinesis({ shards: 2, ...options }))
  let running: Consumer[] = []
  const clock = {
    skewMs: 0,
    passedMs: 0,
    now: () => epochMs(systemClock.now() + clock.skewMs),
    monotonicMs: () => systemClock.monotonicMs() + clock.passedMs,
  }

  function sourceOf({ answerWithinMs, silentAfterMs, wire }: StartOptions) {
    return createKinesisSource({
      streamName: fake.streamName,
      region: 'us-east-1',
      endpoint: fake.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      ...(answerWithinMs !== undefined && { answerWithinMs }),
      ...(wire !== undefined && { wire }),
      ...(silentAfterMs !== undefined && { silentAfterMs }),
    })
  }

  async function start(how: StartOptions = {}): Promise<Consumer> {
    const { through = (source) => source } = how
    const source = through(sourceOf(how))
    const { createdMs, answeredAt } = await source.describe()
    const row = await settleStream(
      store.db,
      { name: fake.streamName, place: 'test' },
      {
        createdMs,
        startAt: how.startAt ?? { kind: 'trim_horizon' },
        now: answeredAt ?? clock.now(),
      },
    )
    const { renewAfterMs, timesAsFast = 1 } = how
    const consumer = createConsumer(row, {
      db: how.db ?? store.db,
      source,
      apps: how.apps ?? [createTotalsApp()],
      read: {
        mode: 'polling',
        consumerName: 'kinesight',
        bufferBytes: 64 * MEBIBYTE,
        ...how.read,
      },
      subscribed: subscribedFeeds({
        source,
        random: () => 0,
        ...(renewAfterMs !== undefined && { renewAfterMs }),
      }),
      clock: { now: clock.now, monotonicMs: () => clock.monotonicMs() * timesAsFast },
      pause: (ms, signal) => pause(ms / timesAsFast, signal),
      random: () => 0,
      log,
    })
    consumer.failed.catch(() => {})
    running.push(consumer)
    await consumer.start()
    return consumer
  }

  return {
    fake,
    store,
    clock,
    start,
    async stop(consumer) {
      running = running.filter((each) => each !== consumer)
      await consumer.stop()
    },
    async totals() {
      const rows = await store.db.selectFrom('event_total').select(['type', 'n']).execute()
      return Object.fromEntries(rows.map(({ type, n }) => [type, n]))
    },
    fates: () =>
      store.db
        .selectFrom('shard')
        .select([
          sql<number>`coalesce(sum(applied), 0)`.as('applied'),
          sql<number>`coalesce(sum(duplicate), 0)`.as('duplicate'),
          sql<number>`coalesce(sum(rejected), 0)`.as('rejected'),
        ])
        .executeTakeFirstOrThrow(),
    async close() {
      for (const consumer of running) await consumer.stop().catch(() => {})
      if (beside === undefined) await fake.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until what `check` expects is so. */
export const until = (check: () => Promise<void> | void, timeout = 8_000): Promise<void> =>
  vi.waitFor(check, { timeout, interval: 20 })

export const view = (id: string): string => JSON.stringify({ id, type: 'page_view' })

/** An app that does nothing but what `fold` does. */
export const appOf = (name: string, fold: StreamApp['fold'], sealed = () => {}): StreamApp => ({
  name,
  fold,
  discard() {},
  seal() {
    sealed()
    return { write: async () => {}, committed() {} }
  },
})
