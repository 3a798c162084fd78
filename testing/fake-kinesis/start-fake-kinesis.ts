import { answerCall, type Caller } from './answer-call.ts'
import { CONSUMER_OPERATIONS } from './consumer-operations.ts'
import { type Counts, createCallCounter } from './counts.ts'
import { type Door, openDoor } from './door.ts'
import { eventStreamSink } from './event-stream-sink.ts'
import { createFaults, type Faults } from './faults.ts'
import { createOwnHand, type OwnHand } from './own-hand.ts'
import { RECORD_OPERATIONS } from './record-operations.ts'
import { createRecordPages } from './record-pages.ts'
import type { SubscriptionTimes } from './run-subscription.ts'
import { SHARD_OPERATIONS } from './shard-operations.ts'
import { createStreamEngine, type EngineOptions } from './stream-engine.ts'
import { STREAM_OPERATIONS } from './stream-operations.ts'
import { createSubscriptions, type Subscriptions } from './subscriptions.ts'

export interface FakeKinesisOptions extends EngineOptions, Partial<SubscriptionTimes> {
  /** `fake` if left out. */
  streamName?: string
  /** Shards the stream begins with; 1. */
  shards?: number
  /** A free one if left out. */
  port?: number
  /** false: answers enhanced fan-out with UnknownOperationException, as kinesalite does. */
  fanOut?: boolean
  /** How much encoded text of large GetRecords answers is kept; 512 MiB. */
  keepEncodedBytes?: number
}

/** A Kinesis of one stream (more by CreateStream), in this process, on a port of its own. */
export interface FakeKinesis extends OwnHand {
  endpoint: string
  streamName: string
  streamArn: string
  faults: Faults
  counts(): Counts
  /** Ends every subscription and every socket. */
  close(): Promise<void>
}

const FAN_OUT = /Consumer|SubscribeToShard/
const KEEP_ENCODED_BYTES = 512 * 1_024 * 1_024

/**
 * Speaks JSON and CBOR over HTTP/1.1 and HTTP/2 with prior knowledge; signatures are not checked.
 * A clock of its own (`now`) moves iterators, limits and retention; subscriptions run on timers.
 */
export async function startFakeKinesis(options: FakeKinesisOptions = {}): Promise<FakeKinesis> {
  const { streamName = 'fake', shards = 1 } = options
  const engine = createStreamEngine(options)
  const { arn: streamArn } = engine.create(streamName, shards)
  const faults = createFaults()
  const counter = createCallCounter()
  const pages = createRecordPages(options.keepEncodedBytes ?? KEEP_ENCODED_BYTES)
  const subscriptions = createSubscriptions(engine, {
    subscriptionMs: options.subscriptionMs ?? 300_000,
    resubscribeMs: options.resubscribeMs ?? 5_000,
    heartbeatMs: options.heartbeatMs ?? 5_000,
  })
  const operations = operationsOf(options.fanOut ?? true)
  const door: Door = await openDoor(options.port ?? 0, (request, response) => {
    void answerCall(caller, request, response).catch(() => {})
  })
  const caller: Caller = {
    engine,
    operations,
    pages,
    faults,
    counter,
    reset: door.reset,
    subscribe: (asked, encoding, request, response, silent) =>
      subscriptions.open(asked, silent, () => eventStreamSink(caller, encoding, request, response)),
  }

  return {
    ...createOwnHand(engine, pages, streamName, shards),
    endpoint: `http://127.0.0.1:${door.port}`,
    streamName,
    streamArn,
    faults: faultsOf(faults, subscriptions),
    counts: () => ({
      ...counter.read(),
      http2Sessions: door.http2Sessions(),
      sockets: door.sockets(),
      openSubscriptions: subscriptions
        .running()
        .map(({ shardId, consumerName }) => ({ shardId, consumerName })),
    }),
    async close() {
      subscriptions.close()
      await door.close()
    },
  }
}

const faultsOf = (
  { next, chance, pending, clear }: Omit<Faults, 'subscriptions'>,
  subscriptions: Subscriptions,
): Faults => ({
  next,
  chance,
  pending,
  clear,
  subscriptions(fault, shardId) {
    const met = subscriptions
      .running()
      .filter((each) => shardId === undefined || each.shardId === shardId)
    for (const subscription of met) subscription.meet(fault)
    return met.length
  },
})

function operationsOf(fanOut: boolean): Caller['operations'] {
  const all = {
    ...STREAM_OPERATIONS,
    ...SHARD_OPERATIONS,
    ...RECORD_OPERATIONS,
    ...CONSUMER_OPERATIONS,
  }
  if (fanOut) return all
  return Object.fromEntries(Object.entries(all).filter(([name]) => !FAN_OUT.test(name)))
}
