import { MINUTE_MS } from '../../lib/time.ts'
import type { OwnHand } from '../fake-kinesis/own-hand.ts'
import type { Shard } from '../fake-kinesis/vocabulary.ts'
import { between, chance, pick, type Random, whole } from './random.ts'

/** Hash keys that a shard needs to be split at any place. */
const LEAST_KEYS = 1_000n
const MOST_A_MINUTE = 40

export interface Reshaper {
  advance(ms: number): void
  readonly splits: number
  readonly merges: number
}

/** Splits and merges open shards at random; sometimes several at once, so that some never get a record. */
export function createReshaper(ports: {
  stream: OwnHand
  random: Random
  everyMs: number
  maxOpenShards: number
}): Reshaper {
  const { stream, random, everyMs, maxOpenShards } = ports
  let waitMs = between(random, 0, 2 * everyMs)
  let splits = 0
  let merges = 0
  let spentMs = 0

  const open = (): Shard[] =>
    stream
      .shards()
      .filter(({ closed }) => closed === undefined)
      .sort((a, b) => (a.hashFrom < b.hashFrom ? -1 : 1))

  function reshape(): void {
    const shards = open()
    const full = shards.length >= maxOpenShards
    if (shards.length > 1 && (full || chance(random, 0.45))) merge(shards)
    else split(shards)
  }

  function split(shards: readonly Shard[]): void {
    const { shardId, hashFrom, hashTo } = pick(random, shards)
    const width = hashTo - hashFrom
    if (width < LEAST_KEYS) return
    const share = BigInt(whole(random, 1, 99))
    const cut = chance(random, 0.5) ? undefined : hashFrom + 2n + ((width - 4n) * share) / 100n
    stream.split(shardId, cut)
    splits++
  }

  function merge(shards: readonly Shard[]): void {
    const at = whole(random, 0, shards.length - 2)
    const pair = [shards[at]?.shardId ?? '', shards[at + 1]?.shardId ?? '']
    const [first = '', second = ''] = chance(random, 0.5) ? pair : pair.reverse()
    stream.merge(first, second)
    merges++
  }

  return {
    get splits() {
      return splits
    },
    get merges() {
      return merges
    },
    advance(ms) {
      spentMs += ms
      waitMs -= ms
      if (waitMs > 0) return
      waitMs = between(random, 0, 2 * everyMs)
      const most = Math.ceil((MOST_A_MINUTE * spentMs) / MINUTE_MS) + 3 - splits - merges
      const times = Math.min(most, chance(random, 0.2) ? whole(random, 2, 4) : 1)
      for (let n = 0; n < times; n++) reshape()
    },
  }
}
