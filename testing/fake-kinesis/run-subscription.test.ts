import { expect, onTestFinished, test, vi } from 'vitest'
import type { Fields } from './fields.ts'
import { type EventSink, runSubscription } from './run-subscription.ts'
import { createStreamEngine } from './stream-engine.ts'

const TIMES = { subscriptionMs: 300_000, resubscribeMs: 5_000, heartbeatMs: 5_000 }

function started(limits: 'real' | 'none' = 'none') {
  // Immediates stay real: what is put is sent a turn later, and a timer may come between.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const engine = createStreamEngine({ limits })
  const stream = engine.create('s', 1)
  const shard = stream.shards[0]!
  const consumer = { name: 'one', arn: 'one', createdMs: 0 }
  stream.consumers.set(consumer.name, consumer)
  const events: Fields[] = []
  const drains: (() => void)[] = []
  let isFull = false
  const sink: EventSink = {
    event(fields) {
      events.push(fields)
      return !isFull
    },
    exception: () => {},
    end: () => {},
    cut: () => {},
    onDrained: (drained) => void drains.push(drained),
    onGone: () => {},
  }
  const asked = { kind: 'subscription', stream, shard, consumer, ordinal: 0 } as const
  const subscription = runSubscription(engine, TIMES, asked, sink, false, () => {})
  subscription.start()
  return {
    events,
    put: (bytes = 1) => engine.append(stream, shard, 'k', new Uint8Array(bytes)).sequenceNumber,
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    fill: () => {
      isFull = true
    },
    drain: () => {
      isFull = false
      for (const drained of drains.splice(0)) drained()
    },
  }
}

const recordsIn = ({ Records }: Fields) => (Records as unknown[]).length

test('an idle event never comes before a record that was put before it', async () => {
  const { put, turn, events } = started()
  await turn()
  vi.advanceTimersByTime(4_999)
  put()
  vi.advanceTimersByTime(1)
  expect(events).toEqual([])
  await turn()
  expect(events.map(recordsIn)).toEqual([1])
  vi.advanceTimersByTime(5_000)
  expect(events.map(recordsIn)).toEqual([1, 0])
})

test('a full connection is waited for, and idle events go on after it', async () => {
  const { put, turn, events, fill, drain } = started()
  fill()
  put()
  await turn()
  put()
  await turn()
  vi.advanceTimersByTime(20_000)
  expect(events.map(recordsIn)).toEqual([1])
  drain()
  await turn()
  expect(events.map(recordsIn)).toEqual([1, 1])
  vi.advanceTimersByTime(5_000)
  expect(events.map(recordsIn)).toEqual([1, 1, 0])
})

test('with the limits of the service, a subscription carries 2 MiB a second', async () => {
  const { put, turn, events } = started('real')
  for (let n = 0; n < 4; n++) put(1 << 20)
  await turn()
  expect(events).toHaveLength(1)
  for (const sent of [2, 3, 4]) {
    vi.advanceTimersByTime(499)
    await turn()
    expect(events).toHaveLength(sent - 1)
    vi.advanceTimersByTime(1)
    await turn()
    expect(events).toHaveLength(sent)
  }
})
