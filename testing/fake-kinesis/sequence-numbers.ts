/** `49`, creation of the stream in ms (14 digits), a counter (32), the shard's number (8). */
const COUNTER_DIGITS = 32
const SHARD_DIGITS = 8
const LENGTH = 56
const WELL_FORMED = /^(0|[1-9]\d{0,128})$/

export interface SequenceNumbers {
  /** The next number of the whole stream, given out for a shard. */
  next(shardIndex: number): string
}

export function createSequenceNumbers(createdMs: number): SequenceNumbers {
  const prefix = prefixOf(createdMs)
  let counter = 0
  return {
    next(shardIndex) {
      counter += 1
      const count = String(counter).padStart(COUNTER_DIGITS, '0')
      return prefix + count + String(shardIndex).padStart(SHARD_DIGITS, '0')
    },
  }
}

const prefixOf = (createdMs: number): string => `49${String(createdMs).padStart(14, '0')}`

export type Origin = 'here' | 'beginning' | 'malformed' | 'other_shard' | 'other_stream'

/** Where a sequence number comes from, seen from one shard of the stream created at `createdMs`. */
export function originOf(text: string, createdMs: number, shardIndex: number): Origin {
  if (!WELL_FORMED.test(text)) return 'malformed'
  if (text === '0') return 'beginning'
  if (text.length !== LENGTH || !text.startsWith(prefixOf(createdMs))) return 'other_stream'
  return Number(text.slice(-SHARD_DIGITS)) === shardIndex ? 'here' : 'other_shard'
}
