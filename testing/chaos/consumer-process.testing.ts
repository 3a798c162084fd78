/** The consumer as the product composes it, in a process of its own that may be killed at any moment. */
import { pino } from 'pino'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { createKpiApp } from '../../server/apps/kpi/kpi-app.ts'
import { createTotalsApp } from '../../server/apps/totals/totals-app.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { messageOf } from '../../server/platform/errors.ts'
import { pause } from '../../server/platform/pause.ts'
import { openStore, type Store } from '../../server/store/open-store.ts'
import { settleStream } from '../../server/store/settle-stream.ts'
import { type Consumer, createConsumer } from '../../server/stream/consumer.ts'
import { createKinesisSource } from '../../server/stream/read/kinesis-source.ts'
import { subscribedFeeds } from '../../server/stream/read/subscribed-feed.ts'
import { createRetention } from '../../server/window/retention.ts'
import { addChaosTables } from './chaos-tables.ts'
import {
  type ConsumerOrders,
  EXIT_FAILED,
  EXIT_LATE,
  type FromConsumer,
  STOP_WITHIN_MS,
} from './consumer-messages.ts'
import { says, storedFates, takenFates } from './consumer-says.ts'
import { createMinuteWitness } from './minute-witness.ts'
import { createOrderWitness } from './order-witness.ts'
import { createPicky } from './picky.ts'
import { derivedRandom } from './random.ts'
import { createSluggish } from './sluggish.ts'

const AGAIN_AFTER_MS = 150
const SAYS_EVERY_MS = 400

const orders = JSON.parse(process.argv[2] ?? '{}') as ConsumerOrders
const random = derivedRandom(orders.seed, 'consumer')
const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }))
const ending = new AbortController()
const say = (message: FromConsumer): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve()
    process.send(message, undefined, {}, () => resolve())
  })
let store: Store | undefined
let consumer: Consumer | undefined
let flush = (): void => {}

process.on('SIGTERM', stop)
// The harness is gone: nothing is to be left behind.
process.on('disconnect', () => process.exit(EXIT_FAILED))
await run().catch(failed)

async function run(): Promise<void> {
  const opened = await again(() => openStore(orders.storeFile))
  if (opened === undefined) return
  store = opened
  const { db } = opened
  await again(() => addChaosTables(db))
  const source = createKinesisSource({
    streamName: orders.streamName,
    region: 'us-east-1',
    endpoint: orders.endpoint,
    credentials: { accessKeyId: 'chaos', secretAccessKey: 'chaos' },
    answerWithinMs: orders.answerWithinMs,
    silentAfterMs: orders.silentAfterMs,
    wire: orders.wire,
  })
  const described = await again(() => source.describe())
  if (described === undefined) return
  await again(async () => {
    const stream = await settleStream(
      db,
      { name: orders.streamName, place: 'chaos' },
      {
        createdMs: described.createdMs,
        startAt: { kind: 'trim_horizon' },
        now: described.answeredAt ?? systemClock.now(),
      },
    )
    const retention = createRetention()
    const kpi = createKpiApp({
      ...{ catalog: BUILT_IN, db, retention },
      ...{ streamId: stream.id, clock: systemClock },
    })
    const sluggish = createSluggish(orders.appMsAnEvent, systemClock.monotonicMs)
    const witness = createOrderWitness(db)
    const mine = createConsumer(stream, {
      db,
      source,
      apps: [
        ...[createTotalsApp(), kpi, witness, createMinuteWitness()],
        ...[createPicky(random), sluggish],
      ],
      // Apps throw all the time here, and the events to isolate are few.
      read: {
        mode: orders.mode,
        consumerName: 'chaos',
        bufferBytes: orders.bufferBytes,
        careful: true,
      },
      keptFrom: retention.oldest,
      subscribed: subscribedFeeds({ source, random, renewAfterMs: orders.renewAfterMs }),
      clock: systemClock,
      random,
      log,
    })
    mine.failed.catch(failed)
    await mine.start()
    consumer = mine
    flush = kpi.flushNext
  })
  if (consumer === undefined) return
  await say({ kind: 'started' })
  await report(consumer)
}

/** Until it succeeds, or the process is to end. */
async function again<T>(work: () => Promise<T>): Promise<T | undefined> {
  while (!ending.signal.aborted) {
    try {
      return await work()
    } catch (error) {
      log.warn({ problem: messageOf(error) }, 'not started yet')
      await pause(AGAIN_AFTER_MS, ending.signal)
    }
  }
  return undefined
}

async function report(of: Consumer): Promise<void> {
  while (!ending.signal.aborted) {
    const { wire, wireNotice } = of.readings().reading
    // Much is broken, and nothing of that is a reason to give CBOR up.
    if (wire !== orders.wire) return failed(new Error(`the wire was given up: ${wireNotice}`))
    await say({ kind: 'readings', ...says(of) })
    await pause(SAYS_EVERY_MS, ending.signal)
  }
}

function failed(error: unknown): void {
  if (ending.signal.aborted) return
  log.error({ problem: messageOf(error) }, 'failed')
  void say({ kind: 'failed', problem: messageOf(error) }).then(() => process.exit(EXIT_FAILED))
}

/** As the product's own `main.ts`: in time, or at once when asked twice. */
function stop(): void {
  if (ending.signal.aborted) process.exit(1)
  const startedAt = systemClock.monotonicMs()
  ending.abort()
  setTimeout(() => process.exit(EXIT_LATE), STOP_WITHIN_MS)
  void end(startedAt).then(
    () => process.exit(0),
    (error: unknown) => {
      log.error({ problem: messageOf(error) }, 'stop failed')
      process.exit(1)
    },
  )
}

async function end(startedAt: number): Promise<void> {
  flush()
  await consumer?.stop()
  const ms = systemClock.monotonicMs() - startedAt
  if (consumer !== undefined && store !== undefined) {
    const stored = await storedFates(store.db)
    await say({ kind: 'stopped', ms, taken: takenFates(consumer), stored })
  }
  await store?.close()
}
