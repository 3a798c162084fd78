import { createHash } from 'node:crypto'
import type { SubRecord } from './kpl-aggregate.ts'
import type { Steps } from './steps.ts'

/** Hash keys of a shard: decimal numbers below 2^128, both ends inside. */
export interface HashRange {
  readonly hashFrom: string
  readonly hashTo: string
}

const HASH_DIGITS = 32
const STEP_HASHES = 1_024

/** Which sub-records of an aggregate belong to another shard. */
export interface OutOfRange {
  count: number
  /** 1 for each that does; empty where none does. */
  marks: Uint8Array
}

export const NONE_OUT_OF_RANGE: OutOfRange = { count: 0, marks: new Uint8Array(0) }

/**
 * Which of these sub-records belong to another shard by their hash key: the explicit one, else the MD5
 * of the partition key. About 1.5 µs for each key that differs.
 */
export function* findOutOfRange(
  subRecords: readonly SubRecord[],
  range: HashRange,
): Steps<OutOfRange> {
  const from = toHex(BigInt(range.hashFrom))
  const to = toHex(BigInt(range.hashTo))
  const known = new Map<string, boolean>()
  const marks = new Uint8Array(subRecords.length)
  let count = 0
  let hashed = 0
  for (const [at, { partitionKey, explicitHashKey }] of subRecords.entries()) {
    let inside = explicitHashKey === undefined ? known.get(partitionKey) : undefined
    if (inside === undefined) {
      if (++hashed % STEP_HASHES === 0) yield
      const hash = explicitHashKey === undefined ? md5(partitionKey) : explicitHash(explicitHashKey)
      inside = hash !== undefined && hash >= from && hash <= to
      if (explicitHashKey === undefined) known.set(partitionKey, inside)
    }
    if (inside) continue
    marks[at] = 1
    count++
  }
  return count === 0 ? NONE_OUT_OF_RANGE : { count, marks }
}

/** Hash keys as hex texts of one length, which sort like the numbers. */
const toHex = (hash: bigint): string => hash.toString(16).padStart(HASH_DIGITS, '0')

const md5 = (key: string): string => createHash('md5').update(key).digest('hex')

/** undefined: not a number below 2^128, so a key of no shard. */
function explicitHash(text: string): string | undefined {
  if (!/^\d{1,39}$/.test(text)) return undefined
  const hex = toHex(BigInt(text))
  return hex.length === HASH_DIGITS ? hex : undefined
}
