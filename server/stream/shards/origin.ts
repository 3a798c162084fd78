import { type RecordList, SourceError } from '../read/stream-source.ts'

const SIZE = /^\d{56}$/
/** Numbers of this size begin with it, in hex. */
const SHAPE = /^2[\da-f]{46}$/
/** It, and in nine digits the second in which their shard was made. */
const MADE_DIGITS = 10

/**
 * When the shard of a record was made, by the record's sequence number; undefined: it does not say. Kinesis and most
 * emulators write it so, though nobody promises it.
 */
export function shardMade(sequenceNumber: string): string | undefined {
  if (!SIZE.test(sequenceNumber)) return undefined
  const hex = BigInt(sequenceNumber).toString(16)
  return SHAPE.test(hex) ? hex.slice(0, MADE_DIGITS) : undefined
}

/**
 * Whether what is read of a shard is of the shard that was read before. A stream that is deleted and created again has
 * shards of the same names, and some endpoints go on answering to the former's iterators: then the new one's records
 * would be counted to the former stream, until the next listing.
 */
export interface Origin {
  /** The listing says where its numbers begin. */
  listed(from: string): void
  /** Throws `SourceError` of kind `gone`: the stream has to be looked at before these are taken in. */
  check(records: RecordList): void
  /** It was, and is the same: its numbers mean something else. */
  looked(): void
}

/** `checkpoint`: null where nothing was read. O(1) a read. */
export function createOrigin(checkpoint: string | null): Origin {
  let made = checkpoint === null ? undefined : shardMade(checkpoint)
  let isDoubted = false
  let isMeaningless = false

  return {
    listed(from) {
      made ??= shardMade(from)
    },
    check(records) {
      const first = records.at(0)?.sequenceNumber
      if (first === undefined || isMeaningless) return
      const here = shardMade(first)
      if (made === undefined || here === undefined || here === made) return
      isDoubted = true
      const problem = 'its records are of a shard that was made at another time'
      const remedy = 'The stream is looked at by itself: it may have been created again.'
      throw new SourceError('gone', problem, remedy)
    },
    looked() {
      isMeaningless ||= isDoubted
    },
  }
}
