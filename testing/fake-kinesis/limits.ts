import { MEBIBYTE, type Shard } from './vocabulary.ts'

/** What a service refuses by itself. Each method says whether the call may pass, and counts it then. */
export interface Limits {
  /** Calls of one kind in one second; `of` names the shard, stream or consumer they count for. */
  call(operation: string, of: string, perSecond: number): boolean
  read(shard: Shard): boolean
  /** The bytes an answer took: 10 MiB keep a shard silent for 5 s. */
  wasRead(shard: Shard, bytes: number): void
  write(shard: Shard, bytes: number): boolean
}

export const NO_LIMITS: Limits = {
  call: () => true,
  read: () => true,
  wasRead: () => {},
  write: () => true,
}

const SECOND_MS = 1_000
const READ_BYTES_PER_SECOND = 2 * MEBIBYTE
const READS_PER_SECOND = 5
const WRITE_BYTES_PER_SECOND = MEBIBYTE
const WRITE_RECORDS_PER_SECOND = 1_000

interface Use {
  untilMs: number
  amount: number
}

/** The limits of Kinesis for one shard and one stream, over sliding seconds. */
export function realLimits(now: () => number): Limits {
  const uses = new Map<string, Use[]>()
  const alive = (name: string): Use[] => {
    const left = (uses.get(name) ?? []).filter(({ untilMs }) => untilMs > now())
    uses.set(name, left)
    return left
  }
  const used = (name: string): number => alive(name).reduce((sum, { amount }) => sum + amount, 0)
  const use = (name: string, amount: number, forMs = SECOND_MS): void => {
    alive(name).push({ untilMs: now() + forMs, amount })
  }
  const call = (operation: string, of: string, perSecond: number): boolean => {
    const name = `${operation} ${of}`
    if (used(name) >= perSecond) return false
    use(name, 1)
    return true
  }
  const keyOf = ({ shardId, startingSequenceNumber }: Shard) => shardId + startingSequenceNumber

  return {
    call,
    read: (shard) =>
      used(`bytes out ${keyOf(shard)}`) < READ_BYTES_PER_SECOND &&
      call('GetRecords', keyOf(shard), READS_PER_SECOND),
    wasRead(shard, bytes) {
      // An answer larger than a second's share holds as many seconds as it took.
      const heldMs = Math.max(SECOND_MS, (bytes / READ_BYTES_PER_SECOND) * SECOND_MS)
      if (bytes > 0) use(`bytes out ${keyOf(shard)}`, bytes, heldMs)
    },
    write(shard, bytes) {
      const inBytes = used(`bytes in ${keyOf(shard)}`)
      // A record larger than a second's share passes alone, and holds the shard for as long.
      const fits = inBytes === 0 || inBytes + bytes <= WRITE_BYTES_PER_SECOND
      if (!fits || used(`records in ${keyOf(shard)}`) >= WRITE_RECORDS_PER_SECOND) return false
      const heldMs = Math.max(SECOND_MS, (bytes / WRITE_BYTES_PER_SECOND) * SECOND_MS)
      use(`bytes in ${keyOf(shard)}`, bytes, heldMs)
      use(`records in ${keyOf(shard)}`, 1)
      return true
    },
  }
}
