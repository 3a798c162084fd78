import { SECOND_MS } from '../../../lib/time.ts'

/** Kinesis answers five reads a second and shard, whoever asks. */
export const READS_PER_SECOND = 5
/** However many applications read the shard, this one reads now and then. */
const LEAST_PER_SECOND = 0.5
/** On the way to Kinesis one read may gain so much on another. */
const MARGIN_MS = 50
/** What a read that was answered gives back of a rate that throttling took. */
const GROWTH_PER_READ = 0.1

/**
 * When a shard may be read next: a bucket of five tokens, each usable again after 5/rate seconds. So no window of
 * a second ever sees more than five reads. Throttling halves the rate and every answer raises it a little: all who
 * read the shard by such a rule end with equal shares (Chiu & Jain 1989). Times in ms, monotonic.
 */
export interface Pace {
  /** When the last reads began, oldest first; at most five. */
  readonly begun: readonly number[]
  /** Reads a second, 0.5 to 5. */
  readonly rate: number
}

export const freshPace = (): Pace => ({ begun: [], rate: READS_PER_SECOND })

export const began = ({ begun, rate }: Pace, now: number): Pace => ({
  begun: [...begun.slice(1 - READS_PER_SECOND), now],
  rate,
})

export const answered = ({ begun, rate }: Pace): Pace => ({
  begun,
  rate: Math.min(READS_PER_SECOND, rate + GROWTH_PER_READ),
})

export const throttled = ({ begun, rate }: Pace): Pace => ({
  begun,
  rate: Math.max(LEAST_PER_SECOND, rate / 2),
})

/** How long until the next read may begin; 0: now. */
export function untilNextRead({ begun, rate }: Pace, now: number): number {
  const bucketMs =
    begun.length < READS_PER_SECOND
      ? 0
      : (begun[0] as number) + (READS_PER_SECOND / rate) * SECOND_MS + MARGIN_MS - now
  // Below the full rate a burst would only be throttled again: then reads are spread out.
  const last = begun.at(-1)
  const spreadMs = rate < READS_PER_SECOND && last !== undefined ? last + SECOND_MS / rate - now : 0
  return Math.max(0, bucketMs, spreadMs)
}

/** While caught up one of the five is left to others. */
const IDLE_MS = 250
/** All idle shards of a process together are asked so often; a call costs a quarter to half a millisecond. */
const IDLE_READS_PER_SECOND = 320

/** How long a reader of an idle shard rests, from the beginning of one read to the next; `readers`: of idle shards. */
export const idleRestMs = (readers: number): number =>
  Math.max(IDLE_MS, (readers / IDLE_READS_PER_SECOND) * SECOND_MS)

/** A shard that brought nothing for so long is idle. */
export const IDLE_AFTER_MS = 10 * SECOND_MS
/** And all that are not idle, though caught up, are asked so often together. */
const BUSY_READS_PER_SECOND = 1_000

/** The same for a reader that is caught up with a shard that is not idle. */
export const busyRestMs = (readers: number): number =>
  Math.max(IDLE_MS, (readers / BUSY_READS_PER_SECOND) * SECOND_MS)

/** Very many idle shards are asked in groups, at moments so far apart. */
const TOGETHER_MS = 100

/**
 * When the next read of a shard that is caught up is due: `restMs` after the last one began, and where that is shared
 * among many, together with others. What a read needs is then in the processor's cache already, which halves its cost.
 * Times in ms, monotonic.
 */
export function dueAt(readAt: number, restMs: number): number {
  const due = readAt + restMs
  return restMs <= IDLE_MS ? due : Math.ceil(due / TOGETHER_MS) * TOGETHER_MS
}
