import type { CallFault, Faults, SubscriptionFault } from '../fake-kinesis/faults.ts'
import { between, chance, pick, type Random, weighted, whole } from './random.ts'

const error = (type: string, message?: string): CallFault => ({
  kind: 'error',
  type,
  ...(message !== undefined && { message }),
})

/** What any call may meet. */
const EVERYWHERE: readonly CallFault[] = [
  error('ProvisionedThroughputExceededException'),
  error('LimitExceededException', 'Rate exceeded for stream fake'),
  error('ThrottlingException', 'Rate exceeded'),
  error('KMSThrottlingException'),
  error('InternalFailure'),
  error('ServiceUnavailable'),
  { kind: 'status', status: 503, body: '<html>503 \u{1f4a5}</html>' },
  { kind: 'status', status: 200, body: '<html>Sign in to the network</html>' },
  { kind: 'status', status: 200, body: '{}' },
  { kind: 'status', status: 200, body: '' },
  { kind: 'delay', ms: 60 },
  { kind: 'delay', ms: 900 },
  { kind: 'cut', when: 'before' },
  { kind: 'cut', when: 'after' },
  { kind: 'cut', when: 'mid_answer' },
  { kind: 'hang' },
]
/** A shard pauses for these, up to half a minute: they come rarely. */
const DENIED: readonly CallFault[] = [
  error('AccessDeniedException'),
  error('KMSAccessDeniedException'),
  error('KMSDisabledException'),
  error('KMSInvalidStateException'),
  error('KMSNotFoundException'),
  error('ExpiredTokenException'),
]
const BAD_POSITION = error(
  'InvalidArgumentException',
  'StartingSequenceNumber 1 used in GetShardIterator is invalid.',
)
/** What only these calls may meet. */
const AT_CALLS: readonly { call: string; fault: CallFault }[] = [
  { call: 'GetRecords', fault: error('ExpiredIteratorException') },
  { call: 'GetRecords', fault: error('InvalidArgumentException', 'Invalid ShardIterator.') },
  { call: 'GetRecords', fault: { kind: 'empty', millisBehindLatest: 5_000 } },
  { call: 'GetRecords', fault: { kind: 'empty', millisBehindLatest: 0 } },
  { call: 'GetRecords', fault: error('ResourceNotFoundException') },
  { call: 'GetShardIterator', fault: error('ResourceNotFoundException') },
  { call: 'GetShardIterator', fault: BAD_POSITION },
  { call: 'ListShards', fault: error('ExpiredNextTokenException') },
  { call: 'ListShards', fault: error('InvalidArgumentException', 'NextToken is invalid.') },
  { call: 'ListShards', fault: error('ResourceInUseException') },
  { call: 'DescribeStreamSummary', fault: error('ResourceNotFoundException') },
  { call: 'SubscribeToShard', fault: { kind: 'silence' } },
  { call: 'SubscribeToShard', fault: error('ResourceInUseException') },
  { call: 'SubscribeToShard', fault: error('ResourceNotFoundException') },
  { call: 'SubscribeToShard', fault: BAD_POSITION },
  { call: 'RegisterStreamConsumer', fault: error('ResourceInUseException') },
]
const SUBSCRIPTION: readonly SubscriptionFault[] = [
  { kind: 'silence' },
  { kind: 'cut' },
  { kind: 'end' },
  { kind: 'error', type: 'InternalFailureException' },
  { kind: 'error', type: 'KMSThrottlingException' },
  { kind: 'error', type: 'LimitExceededException' },
  { kind: 'error', type: 'ResourceInUseException' },
  { kind: 'error', type: 'ResourceNotFoundException' },
]
/** While these last nothing gets through. */
const OUTAGE = EVERYWHERE.filter(
  (fault) => fault.kind === 'status' || fault.kind === 'hang' || fault.kind === 'cut',
)

const SPELLS = { calm: 14, drizzle: 40, storm: 15, outage: 8, one_shard: 17 }

export interface Weather {
  advance(ms: number): void
  /** No fault is met from now on. */
  clearUp(): void
  /** How many faults were met, by kind. */
  readonly met: ReadonlyMap<string, number>
}

/** One spell after the other, each with faults of its own; `without`: kinds or error types that never come. */
export function createWeather(ports: {
  faults: Faults
  shardIds: () => readonly string[]
  random: Random
  without: readonly string[]
}): Weather {
  const { faults, random, shardIds } = ports
  const met = new Map<string, number>()
  let leftMs = 0
  let stormy = false

  const nameOf = (fault: CallFault | SubscriptionFault): string =>
    fault.kind === 'error' ? fault.type : fault.kind
  const allowed = <T extends CallFault | SubscriptionFault>(list: readonly T[]): T[] =>
    list.filter((fault) => !ports.without.includes(nameOf(fault)))
  const add = (name: string, times: number): void => {
    met.set(name, (met.get(name) ?? 0) + times)
  }
  const meet = (fault: CallFault, times = 1): void => add(nameOf(fault), times)

  /** `Faults.chance` draws twice for a fault that is met: whether, and which. */
  function often(rate: number, kinds: readonly CallFault[]): void {
    if (kinds.length === 0) return
    let choosing = false
    const draw = () => {
      const drawn = random()
      if (choosing) meet(kinds[Math.floor(drawn * kinds.length)] as CallFault)
      choosing = !choosing && drawn < rate
      return drawn
    }
    faults.chance(rate, draw, kinds)
  }

  function script(call: string | undefined, shardId: string | undefined, fault: CallFault): void {
    const times = whole(random, 1, 3)
    meet(fault, times)
    faults.next({
      times,
      fault,
      ...(call !== undefined && { call }),
      ...(shardId !== undefined && { shardId }),
    })
  }

  function scriptAtCalls(): void {
    const list = AT_CALLS.filter(({ fault }) => allowed([fault]).length > 0)
    for (let n = whole(random, 1, 5); n > 0 && list.length > 0; n--) {
      const { call, fault } = pick(random, list)
      script(call, undefined, fault)
    }
  }

  function begin(): void {
    stop()
    const spell = weighted(random, SPELLS)
    leftMs = between(random, 500, 5_000)
    stormy = spell === 'drizzle' || spell === 'storm'
    switch (spell) {
      case 'calm':
        return
      case 'drizzle':
        often(between(random, 0.04, 0.3), allowed(EVERYWHERE))
        scriptAtCalls()
        return
      case 'storm': {
        const kinds = allowed(EVERYWHERE)
        const few = kinds.length === 0 ? [] : [1, 2, 3].map(() => pick(random, kinds))
        often(between(random, 0.2, 0.7), few)
        scriptAtCalls()
        return
      }
      case 'outage':
        leftMs = between(random, 300, 2_500)
        often(1, allowed(OUTAGE).slice(0, whole(random, 1, OUTAGE.length)))
        return
      case 'one_shard': {
        const kinds = allowed(chance(random, 0.4) ? DENIED : EVERYWHERE)
        const shardId = pick(random, shardIds())
        if (kinds.length > 0) script(undefined, shardId, pick(random, kinds))
        return
      }
    }
  }

  /** Scripted ones that no call met are not counted. */
  function stop(): void {
    for (const { fault, times = 1 } of faults.pending()) meet(fault, -times)
    faults.clear()
  }

  function trouble(): void {
    const kinds = allowed(SUBSCRIPTION)
    if (kinds.length === 0) return
    const fault = pick(random, kinds)
    const shardId = chance(random, 0.15) ? undefined : pick(random, shardIds())
    const many = faults.subscriptions(fault, shardId)
    if (many > 0)
      met.set(
        `subscription ${nameOf(fault)}`,
        (met.get(`subscription ${nameOf(fault)}`) ?? 0) + many,
      )
  }

  return {
    met,
    advance(ms) {
      leftMs -= ms
      if (leftMs <= 0) begin()
      if (stormy && chance(random, ms / 300)) trouble()
    },
    clearUp: stop,
  }
}
