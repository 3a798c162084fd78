import type { Answer } from './operation.ts'
import {
  type EventSink,
  type RunningSubscription,
  runSubscription,
  type Subscription,
  type SubscriptionTimes,
} from './run-subscription.ts'
import type { StreamEngine } from './stream-engine.ts'
import { inUse } from './vocabulary.ts'

export interface Subscriptions {
  /** Throws ResourceInUseException before it takes over from an earlier call. */
  open(
    asked: Extract<Answer, { kind: 'subscription' }>,
    silent: boolean,
    begin: () => EventSink,
  ): void
  running(): Subscription[]
  close(): void
}

export function createSubscriptions(engine: StreamEngine, times: SubscriptionTimes): Subscriptions {
  const running = new Map<string, RunningSubscription>()
  const calledMs = new Map<string, number>()
  return {
    open(asked, silent, begin) {
      const { consumer, shard } = asked
      const key = `${consumer.arn} ${shard.startingSequenceNumber}`
      const lastMs = calledMs.get(key)
      if (lastMs !== undefined && engine.now() - lastMs < times.resubscribeMs) {
        throw inUse(
          `Another active subscription exists for this consumer: ${consumer.arn} and shard: ${shard.shardId}`,
        )
      }
      calledMs.set(key, engine.now())
      running.get(key)?.stop()
      const subscription: RunningSubscription = runSubscription(
        engine,
        times,
        asked,
        begin(),
        silent,
        () => {
          if (running.get(key) === subscription) running.delete(key)
        },
      )
      running.set(key, subscription)
      subscription.start()
    },
    running: () => [...running.values()],
    close() {
      for (const subscription of running.values()) subscription.stop()
    },
  }
}
