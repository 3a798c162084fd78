import { lieAbout, type RecordsLie } from './contradictions.ts'
import type { SubscriptionFault } from './faults.ts'
import type { Fields } from './fields.ts'
import type { Answer } from './operation.ts'
import { endOf } from './positions.ts'
import { type Page, readPage } from './read-page.ts'
import type { StreamEngine } from './stream-engine.ts'
import { idleEvent, lastEvent, recordsEvent } from './subscription-events.ts'
import { MEBIBYTE } from './vocabulary.ts'

export interface SubscriptionTimes {
  /** How long a subscription lasts; 5 min. */
  subscriptionMs: number
  /** How long after a successful call another is refused; 5 s. */
  resubscribeMs: number
  /** The silence that is broken by an event without records; 5 s. */
  heartbeatMs: number
}

/** Where the events of one subscription go. */
export interface EventSink {
  /** Answers false when it is full; `drained` is called later then. */
  event(fields: Fields, how?: 'truncated'): boolean
  exception(type: string, message: string): void
  end(): void
  cut(): void
  onDrained(drained: () => void): void
  onGone(gone: () => void): void
}

export interface Subscription {
  shardId: string
  consumerName: string
  meet(fault: SubscriptionFault): void
}

export interface RunningSubscription extends Subscription {
  start(): void
  stop(): void
}

const PLACE = 'ContinuationSequenceNumber'
const EVENT_BYTES = MEBIBYTE
const EVENT_RECORDS = 10_000
const BYTES_PER_MS = (2 * MEBIBYTE) / 1_000

/** Sends what there is and what comes, until one of the many ends of a subscription. */
export function runSubscription(
  engine: StreamEngine,
  times: SubscriptionTimes,
  asked: Extract<Answer, { kind: 'subscription' }>,
  sink: EventSink,
  silentFromTheStart: boolean,
  over: () => void,
): RunningSubscription {
  const { stream, shard, consumer } = asked
  let { ordinal } = asked
  let state: 'running' | 'full' | 'silent' | 'over' = silentFromTheStart ? 'silent' : 'running'
  let pumpAgain: NodeJS.Immediate | undefined
  let heartbeat: NodeJS.Timeout | undefined
  let how: 'truncated' | undefined
  let lie: RecordsLie | undefined

  const finish = (last: () => void) => {
    if (state === 'over') return
    state = 'over'
    clearTimeout(heartbeat)
    clearTimeout(lifetime)
    clearImmediate(pumpAgain)
    unwatch()
    over()
    last()
  }
  const stop = () => finish(() => sink.end())
  const fail = (type: string, message: string) =>
    finish(() => {
      sink.exception(type, message)
      sink.end()
    })
  const rest = () => {
    clearTimeout(heartbeat)
    heartbeat = setTimeout(beat, times.heartbeatMs)
  }
  const send = (fields: Fields, bytes: number) => {
    const fits = sink.event(fields, how)
    how = undefined
    rest()
    const waitMs = engine.options.limits === 'real' ? bytes / BYTES_PER_MS : 0
    if (fits && waitMs < 1) return
    state = 'full'
    const goOn = () => {
      if (state !== 'full') return
      state = 'running'
      wake()
    }
    if (!fits) sink.onDrained(goOn)
    else setTimeout(goOn, waitMs).unref()
  }
  const beat = () => {
    const allWasSent = ordinal === endOf(shard) && shard.closed === undefined
    if (state === 'running' && allWasSent) send(idleEvent(stream, shard), 0)
    else rest()
  }
  const pump = () => {
    pumpAgain = undefined
    if (state !== 'running') return
    if (stream.status === 'DELETING' || stream.consumers.get(consumer.name) !== consumer) {
      return fail('ResourceNotFoundException', `Consumer ${consumer.arn} not found.`)
    }
    const page = readPage(
      stream,
      shard,
      ordinal,
      { records: EVENT_RECORDS, bytes: EVENT_BYTES },
      engine.now(),
      engine.options.shardEnd,
    )
    if (lie !== undefined && page.to > page.from) return lieOnce(page, lie)
    ordinal = page.to
    if (page.end !== undefined) {
      return finish(() => {
        sink.event(lastEvent(page), how)
        sink.end()
      })
    }
    if (page.to === page.from) return
    send(recordsEvent(page), page.bytes)
    wake()
  }
  const lieOnce = (page: Page, told: RecordsLie) => {
    lie = undefined
    const next = recordsEvent(page).ContinuationSequenceNumber as string
    const fields = lieAbout(told, page, {
      name: PLACE,
      next: page.end === undefined ? next : undefined,
      from: shard.records[page.from - 1 - shard.trimmed]?.sequenceNumber ?? '0',
      ahead: stream.numbers.next(shard.index),
    })
    ordinal = page.to
    if (fields[PLACE] !== undefined) {
      send(fields, page.bytes)
      return wake()
    }
    finish(() => {
      sink.event(fields)
      sink.end()
    })
  }
  const wake = () => {
    pumpAgain ??= setImmediate(pump)
  }
  const unwatch = engine.watch(shard, wake)
  const lifetime = setTimeout(stop, times.subscriptionMs)
  sink.onGone(() => finish(() => {}))

  return {
    shardId: shard.shardId,
    consumerName: consumer.name,
    stop,
    start() {
      rest()
      wake()
    },
    meet(fault) {
      switch (fault.kind) {
        case 'silence':
          if (state !== 'over') state = 'silent'
          return
        case 'cut':
          return finish(() => sink.cut())
        case 'error':
          return fail(fault.type, fault.message ?? `${fault.type} by script`)
        case 'end':
          return stop()
        case 'truncated':
          how = 'truncated'
          return
        case 'lie':
          lie = fault.lie
          return
        default:
          fault satisfies never
      }
    },
  }
}
