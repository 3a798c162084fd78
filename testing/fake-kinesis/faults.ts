import type { ListLie, RecordsLie } from './contradictions.ts'

/** What goes wrong with a call. */
export type CallFault =
  /** An answer of Kinesis; the status is that of the type unless it is given. */
  | { kind: 'error'; type: string; message?: string; status?: number }
  /** An answer of something else on the way. */
  | { kind: 'status'; status: number; body?: string }
  | { kind: 'delay'; ms: number }
  /** The connection is reset: before anything was done, after the call took effect, in mid-answer. */
  | { kind: 'cut'; when: 'before' | 'after' | 'mid_answer' }
  /** Accepted and never answered. */
  | { kind: 'hang' }
  /** The answer, as long as it says: without its second half, or with its first byte overwritten. */
  | { kind: 'truncated' | 'garbled' }
  /** GetRecords: no records, though there are some; MillisBehindLatest says so. */
  | { kind: 'empty'; millisBehindLatest?: number }
  /** GetRecords, ListShards: an answer that contradicts itself, another one, or what there is. */
  | { kind: 'lie'; lie: RecordsLie }
  | { kind: 'false_list'; lie: ListLie }
  /** PutRecords: the entries at these places fail, the others are taken. */
  | { kind: 'entries'; at: number[]; type: string }
  /** SubscribeToShard: begins, and then nothing comes. */
  | { kind: 'silence' }

/** What goes wrong with a running subscription. */
export type SubscriptionFault =
  | { kind: 'silence' }
  | { kind: 'cut' }
  /** An exception within the event stream, such as KMSDisabledException. */
  | { kind: 'error'; type: string; message?: string }
  /** The event stream ends as after five minutes. */
  | { kind: 'end' }
  /** The next event's payload comes without its second half, in a frame that is whole. */
  | { kind: 'truncated' }
  /** The next event contradicts itself, another one, or what there is. */
  | { kind: 'lie'; lie: RecordsLie }

export interface ScriptedFault {
  /** The operation; any if left out. */
  call?: string
  shardId?: string
  /** How many calls meet it; 1. */
  times?: number
  fault: CallFault
}

export interface Faults {
  /** Scripted faults are met in order, each by the calls it names. */
  next(scripted: ScriptedFault): void
  /** Each call meets one of `kinds` with probability `rate`. `call`: only these operations. */
  chance(
    rate: number,
    random: () => number,
    kinds: readonly CallFault[],
    calls?: readonly string[],
  ): void
  /** Meets every running subscription of the shard, or all; answers how many there were. */
  subscriptions(fault: SubscriptionFault, shardId?: string): number
  /** Scripted faults that no call has met yet. */
  pending(): ScriptedFault[]
  clear(): void
}

export interface FaultSource extends Omit<Faults, 'subscriptions'> {
  take(call: string, shardId: string | undefined): CallFault | undefined
}

export function createFaults(): FaultSource {
  let scripted: (ScriptedFault & { times: number })[] = []
  let chance: ((call: string) => CallFault | undefined) | undefined
  return {
    next: (fault) => void scripted.push({ times: 1, ...fault }),
    chance(rate, random, kinds, calls) {
      chance = (call) =>
        (calls === undefined || calls.includes(call)) && random() < rate
          ? kinds[Math.floor(random() * kinds.length)]
          : undefined
    },
    pending: () => scripted.map((fault) => ({ ...fault })),
    clear() {
      scripted = []
      chance = undefined
    },
    take(call, shardId) {
      const found = scripted.find(
        (fault) =>
          (fault.call === undefined || fault.call === call) &&
          (fault.shardId === undefined || fault.shardId === shardId),
      )
      if (found === undefined) return chance?.(call)
      found.times -= 1
      if (found.times <= 0) scripted = scripted.filter((fault) => fault !== found)
      return found.fault
    },
  }
}
