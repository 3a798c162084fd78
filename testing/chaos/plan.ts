import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { between, chance, derivedRandom, pick, whole } from './random.ts'

/** What a seed settles before anything runs. */
export interface Plan {
  seed: number
  durationMs: number
  eventsPerSecond: number
  partitionKeys: number
  firstShards: number
  maxOpenShards: number
  /** Splits and merges come so far apart on average. */
  reshardEveryMs: number
  killEveryMs: number
  /** How often the store is damaged when no process runs on it; 0: never. */
  damage: number
  stream: {
    limits: 'real' | 'none'
    fanOut: boolean
    shardEnd: 'alone' | 'with_records'
    listPage: number
    recordsPage: number
    updateMs: number
    registerMs: number
    subscriptionMs: number
    resubscribeMs: number
    heartbeatMs: number
  }
  consumer: ConsumerPlan
}

/** How the consumer reads; given to every process that runs it. */
export interface ConsumerPlan {
  mode: 'polling' | 'fanout'
  bufferBytes: number
  wire: 'cbor' | 'json'
  answerWithinMs: number
  silentAfterMs: number
  renewAfterMs: number
  /** How long one of the apps takes for an event. */
  appMsAnEvent: number
}

const MEBIBYTE = 1_024 * 1_024
/** Of a buffer so small every page waits for a commit, and so many events a second are what it can take. */
const SMALL_BUFFER = 64 * 1_024
const SMALL_BUFFER_EVENTS = 400
/** Shorter runs have hardly any rows to damage. */
const DAMAGE_FROM_MINUTES = 0.5

export function planOf(seed: number, minutes: number): Plan {
  const random = derivedRandom(seed, 'plan')
  const heartbeatMs = 700
  const eventsPerSecond = whole(random, 300, 1_200)
  const plan: Plan = {
    seed,
    durationMs: minutes * MINUTE_MS,
    eventsPerSecond,
    partitionKeys: whole(random, 5, 80),
    firstShards: whole(random, 1, 4),
    maxOpenShards: whole(random, 4, 8),
    reshardEveryMs: between(random, 1.5, 6) * SECOND_MS,
    killEveryMs: between(random, 1.5, 6) * SECOND_MS,
    damage: damageOf(seed, minutes),
    stream: {
      limits: chance(random, 0.35) ? 'real' : 'none',
      fanOut: chance(random, 0.85),
      shardEnd: pick(random, ['alone', 'with_records']),
      listPage: pick(random, [2, 5, 1_000]),
      recordsPage: pick(random, [200, 500, 10_000]),
      updateMs: pick(random, [0, 300, 1_500]),
      registerMs: pick(random, [0, 1_200]),
      subscriptionMs: between(random, 4, 15) * SECOND_MS,
      resubscribeMs: pick(random, [900, 2_000]),
      heartbeatMs,
    },
    consumer: {
      mode: pick(random, ['polling', 'fanout']),
      bufferBytes: pick(random, [SMALL_BUFFER, MEBIBYTE, 16 * MEBIBYTE]),
      wire: pick(random, ['cbor', 'json']),
      answerWithinMs: 1_500,
      silentAfterMs: 3 * heartbeatMs,
      renewAfterMs: between(random, 3, 10) * SECOND_MS,
      appMsAnEvent: pick(random, [0, 0.05, 0.25]),
    },
  }
  const { bufferBytes } = plan.consumer
  return bufferBytes === SMALL_BUFFER
    ? { ...plan, eventsPerSecond: Math.min(eventsPerSecond, SMALL_BUFFER_EVENTS) }
    : plan
}

/** Of its own draws: what a seed settled before stays. */
function damageOf(seed: number, minutes: number): number {
  const random = derivedRandom(seed, 'damage plan')
  return minutes >= DAMAGE_FROM_MINUTES && chance(random, 0.5) ? between(random, 0.2, 0.8) : 0
}
