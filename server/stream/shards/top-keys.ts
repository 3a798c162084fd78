import { SECOND_MS } from '../../../lib/time.ts'

/** Keys are counted by generations of this span; what is said is about this one and the one before. */
export const GENERATION_MS = 30 * SECOND_MS

/** Of m counters, every key with more than 1/m of the records has one, and is off by at most 1/m of them. */
export const KEY_COUNTERS = 64

/**
 * Of the n-th thousand records of a generation one in n is counted, for n: a share p has a standard error of
 * √(p(1-p)/2000) by that, 1.1 % at a half, however many records there are.
 */
export const SAMPLED_FROM = 1_000

export interface TopKey {
  key: string
  /** Per second; at the least. */
  records: number
  /** Of all records of the shard, 0 to 1; at the least: it may be up to 1/64 more. */
  share: number
}

/** What has a partition key. */
export interface Keyed {
  readonly partitionKey: string
}

export interface TopKeys {
  /**
   * One record by default; several are not sampled. `arrivedAt` in epoch ms. O(1), below 0.1 µs. The key is asked
   * for only where it is counted.
   */
  add(record: Keyed, arrivedAt: number, count?: number): void
  /** The `n` heaviest keys over the last 30 to 60 s before `now`, on the clock of the arrivals. */
  top(now: number, n: number): TopKey[]
}

/** Which partition keys carry one shard. Two alternating generations of Space-Saving counters. */
export function createTopKeys(): TopKeys {
  let current = createCounters(0)
  let previous = createCounters(-1)
  let firstArrivalMs = Number.POSITIVE_INFINITY
  let lastArrivalMs = 0

  function countersOf(number: number): Counters | undefined {
    if (number === current.generation) return current
    if (number < current.generation) return number === previous.generation ? previous : undefined
    previous = number === current.generation + 1 ? current : createCounters(number - 1)
    current = createCounters(number)
    return current
  }

  return {
    add(record, arrivedAt, count = 1) {
      firstArrivalMs = Math.min(firstArrivalMs, arrivedAt)
      lastArrivalMs = Math.max(lastArrivalMs, arrivedAt)
      countersOf(generationOf(arrivedAt))?.add(record, count)
    },
    top(now, n) {
      // The clock that says `now` may be a little behind the one that says when records arrive.
      const to = Math.max(now, lastArrivalMs)
      const newest = generationOf(to)
      const parts = [previous, current].filter(({ generation }) => generation >= newest - 1)
      const from = Math.max((newest - 1) * GENERATION_MS, Math.min(firstArrivalMs, to - SECOND_MS))
      return heaviest(parts, n, (to - from) / SECOND_MS)
    },
  }
}

const generationOf = (ms: number): number => Math.floor(ms / GENERATION_MS)

function heaviest(parts: readonly Counters[], n: number, seconds: number): TopKey[] {
  const total = parts.reduce((sum, part) => sum + part.total(), 0)
  const sums = new Map<string, number>()
  for (const part of parts) {
    for (const [key, count] of part.counts()) sums.set(key, (sums.get(key) ?? 0) + count)
  }
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, n)
    .map(([key, count]) => ({ key, records: count / seconds, share: count / total }))
}

interface Counters {
  readonly generation: number
  add(record: Keyed, count: number): void
  total(): number
  /** What is certain of each key: its counter, less what may have been another's. */
  counts(): [key: string, count: number][]
}

/** All keys of one generation: the first records one by one, then one of each block of n, which counts n. */
function createCounters(generation: number): Counters {
  const { count, counts } = createSpaceSaving()
  let total = 0
  let block = 1
  let leftOfBlock = 1
  let picked = 1
  let state = generation >>> 0

  /** From a linear congruential generator: which one of a block must not go with the order of the keys. */
  function nextBlock(): void {
    block = 1 + Math.floor(total / SAMPLED_FROM)
    leftOfBlock = block
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    picked = 1 + Math.floor((state / 2 ** 32) * block)
  }

  return {
    generation,
    add(record, records) {
      total += records
      if (records !== 1) {
        count(record.partitionKey, records)
        return
      }
      if (leftOfBlock === picked) count(record.partitionKey, block)
      leftOfBlock--
      if (leftOfBlock === 0) nextBlock()
    },
    total: () => total,
    counts,
  }
}

/**
 * Space-Saving (Metwally, Agrawal, El Abbadi 2005): a key without a counter takes over the smallest one, and
 * with it its count as a possible error. With N records and m counters no error is above N/m.
 */
function createSpaceSaving() {
  const slots = new Map<string, number>()
  const keys: string[] = []
  const counts = new Float64Array(KEY_COUNTERS)
  const errors = new Float64Array(KEY_COUNTERS)
  /** No counter is below this; the search for one that is no higher goes round. */
  let smallest = 0
  let at = 0

  function smallestSlot(): number {
    for (let looked = 0; looked < KEY_COUNTERS; looked++) {
      at = (at + 1) % KEY_COUNTERS
      if (counts[at] === smallest) return at
    }
    smallest = Math.min(...counts)
    at = counts.indexOf(smallest)
    return at
  }

  function takeOver(key: string): number {
    if (keys.length < KEY_COUNTERS) return keys.push(key) - 1
    const slot = smallestSlot()
    slots.delete(keys[slot] as string)
    keys[slot] = key
    errors[slot] = counts[slot] as number
    return slot
  }

  return {
    count(key: string, records: number): void {
      let slot = slots.get(key)
      if (slot === undefined) {
        slot = takeOver(key)
        slots.set(key, slot)
      }
      counts[slot] = (counts[slot] as number) + records
    },
    counts: () =>
      keys.map((key, slot): [string, number] => [
        key,
        (counts[slot] as number) - (errors[slot] as number),
      ]),
  }
}
