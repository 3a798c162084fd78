import type { ListLie, RecordsLie } from '../fake-kinesis/contradictions.ts'
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
  { kind: 'truncated' },
  { kind: 'garbled' },
]
/**
 * Answers that contradict themselves, or what there is. A time of arrival that cannot be is not among them: whether an
 * event comes from the future is told by it, and the ledger knows the true one.
 */
const LIES: readonly RecordsLie[] = [
  'end_while_open',
  'end_with_invented_children',
  'end_while_behind',
  'children_while_open',
  'no_place',
  'out_of_order',
  'twice',
  'again',
  'no_sequence_number',
  'strange_sequence_number',
  'no_data',
  'behind_below_zero',
  'behind_beyond_retention',
  'behind_missing',
]
const FALSE_LISTS: readonly ListLie[] = ['own_parent', 'no_hash_keys', 'no_shard', 'other_parents']
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
const LYING_SUBSCRIPTION: readonly SubscriptionFault[] = [
  { kind: 'truncated' },
  ...[...LIES, 'place_ahead' as const].map((lie) => ({ kind: 'lie' as const, lie })),
]
/** While these last nothing gets through. */
const OUTAGE = EVERYWHERE.filter(
  (fault) => fault.kind === 'status' || fault.kind === 'hang' || fault.kind === 'cut',
)

/** Names of what was met. */
const LIED = /\blie |false_list/
const BROKEN = /truncated|garbled/

const SPELLS = { calm: 14, drizzle: 40, storm: 15, outage: 8, one_shard: 17 }

export interface Weather {
  advance(ms: number): void
  /** No fault is met from now on. */
  clearUp(): void
  /** How many faults were met, by kind. */
  readonly met: ReadonlyMap<string, number>
  /** How many answers lied, and how many were broken. */
  lies(): number
  broken(): number
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
  let lying = false

  function nameOf(fault: CallFault | SubscriptionFault): string {
    if (fault.kind === 'error') return fault.type
    return 'lie' in fault ? `${fault.kind} ${fault.lie}` : fault.kind
  }
  const allowed = <T extends CallFault | SubscriptionFault>(list: readonly T[]): T[] =>
    list.filter(
      (fault) => ![fault.kind, nameOf(fault)].some((name) => ports.without.includes(name)),
    )
  const add = (name: string, times: number): void => {
    met.set(name, (met.get(name) ?? 0) + times)
  }
  const meet = (fault: CallFault, times = 1): void => add(nameOf(fault), times)

  const sumOf = (kind: RegExp): number =>
    [...met].reduce((sum, [name, times]) => (kind.test(name) ? sum + times : sum), 0)

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

  /** Several on end at one shard: one of them alone is soon forgotten. */
  function contradict(): void {
    const lies = LIES.map((lie): CallFault => ({ kind: 'lie', lie }))
    const lists = FALSE_LISTS.map((lie): CallFault => ({ kind: 'false_list', lie }))
    const broken: readonly CallFault[] = [{ kind: 'truncated' }, { kind: 'garbled' }]
    for (let n = whole(random, 2, 8); n > 0; n--) {
      const isBroken = chance(random, 0.25)
      // A short run in bad weather has few answers: none of the two kinds stays out.
      const told = allowed(isBroken || (sumOf(BROKEN) === 0 && sumOf(LIED) > 0) ? broken : lies)
      // An open shard may wait for its parents: half of them are for whoever reads.
      const shardId = chance(random, 0.5) ? undefined : pick(random, shardIds())
      if (told.length > 0) script('GetRecords', shardId, pick(random, told))
    }
    const list = allowed(lists)
    if (chance(random, 0.2) && list.length > 0) script('ListShards', undefined, pick(random, list))
  }

  function begin(): void {
    stop()
    const spell = weighted(random, SPELLS)
    leftMs = between(random, 500, 5_000)
    stormy = spell === 'drizzle' || spell === 'storm'
    lying = stormy || spell === 'one_shard'
    switch (spell) {
      case 'calm':
        return
      case 'drizzle':
        often(between(random, 0.04, 0.3), allowed(EVERYWHERE))
        scriptAtCalls()
        contradict()
        return
      case 'storm': {
        const kinds = allowed(EVERYWHERE)
        const few = kinds.length === 0 ? [] : [1, 2, 3].map(() => pick(random, kinds))
        often(between(random, 0.2, 0.7), few)
        scriptAtCalls()
        contradict()
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
        contradict()
        return
      }
    }
  }

  /** Scripted ones that no call met are not counted. */
  function stop(): void {
    for (const { fault, times = 1 } of faults.pending()) meet(fault, -times)
    faults.clear()
  }

  function trouble(list: readonly SubscriptionFault[]): void {
    const kinds = allowed(list)
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
    lies: () => sumOf(LIED),
    broken: () => sumOf(BROKEN),
    advance(ms) {
      leftMs -= ms
      if (leftMs <= 0) begin()
      if (stormy && chance(random, ms / 300)) trouble(SUBSCRIPTION)
      if (lying && chance(random, ms / 400)) trouble(LYING_SUBSCRIPTION)
    },
    clearUp: stop,
  }
}
