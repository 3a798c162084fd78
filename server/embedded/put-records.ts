import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import { backoffMs } from '../platform/retry.ts'
import type { Random } from './random.ts'

export interface PutEntry {
  partitionKey: string
  data: Uint8Array
}

/** Of one PutRecords. */
export const MAX_CALL_RECORDS = 500
export const MAX_CALL_BYTES = 5 * 1024 * 1024
/** Of one record: its data and its partition key. */
export const MAX_RECORD_BYTES = 1024 * 1024

export const entryBytes = (entry: PutEntry): number =>
  entry.data.byteLength + Buffer.byteLength(entry.partitionKey)

/** One PutRecords: the error code of each entry that failed, by index. Throws if the call failed. */
export type SendRecords = (entries: readonly PutEntry[]) => Promise<(string | undefined)[]>

const BACKOFF = { baseMs: 50, capMs: 2_000 }

export type PutOutcome =
  | { kind: 'put' }
  /** The calls went nowhere for so long that it gave up; `left` were not put. */
  | { kind: 'gave_up'; left: PutEntry[]; problem: string }
  | { kind: 'stopped'; left: PutEntry[] }

export interface PutOptions {
  send: SendRecords
  clock: Clock
  random: Random
  wait: (ms: number) => Promise<void>
  /** Gives up after this long without one record accepted. */
  patienceMs: number
  signal?: AbortSignal
  onRetry?: (failed: number, problem: string) => void
}

/**
 * Puts at most one call's worth of entries, sending again only those that failed, in their order. Throws
 * what no retry can mend (no such stream, no permission).
 */
export async function putRecords(
  entries: readonly PutEntry[],
  options: PutOptions,
): Promise<PutOutcome> {
  const { clock, signal, patienceMs } = options
  let left = [...entries]
  let lastProgressMs = clock.monotonicMs()
  for (let attempt = 0; ; attempt += 1) {
    if (signal?.aborted === true) return { kind: 'stopped', left }
    const { failed, problem } = await attemptOnce(left, options.send)
    if (failed.length === 0) return { kind: 'put' }
    if (failed.length < left.length) {
      lastProgressMs = clock.monotonicMs()
      attempt = 0
    }
    left = failed
    if (clock.monotonicMs() - lastProgressMs > patienceMs) return { kind: 'gave_up', left, problem }
    options.onRetry?.(left.length, problem)
    await options.wait(backoffMs(attempt, options.random(), BACKOFF))
  }
}

async function attemptOnce(entries: PutEntry[], send: SendRecords) {
  try {
    const codes = await send(entries)
    const failed = entries.filter((_, index) => codes[index] !== undefined)
    return { failed, problem: codes.find((code) => code !== undefined) ?? '' }
  } catch (error) {
    if (!worthRetrying(error)) throw error
    return { failed: entries, problem: messageOf(error) }
  }
}

const RETRYABLE =
  /Throttl|ProvisionedThroughputExceeded|LimitExceeded|InternalFailure|ServiceUnavailable|Timeout|ECONN|EPIPE|EAI_AGAIN|socket hang up/i

/** Network trouble, throttling and the server's own errors pass; a wrong name or key does not. */
function worthRetrying(error: unknown): boolean {
  const { name, code, $metadata } = error as {
    name?: string
    code?: string
    $metadata?: { httpStatusCode?: number }
  }
  if (($metadata?.httpStatusCode ?? 0) >= 500) return true
  return RETRYABLE.test(`${name} ${code} ${messageOf(error)}`)
}
