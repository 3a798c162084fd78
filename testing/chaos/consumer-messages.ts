import type { AuditFinding } from '../../lib/frames.ts'
import type { ConsumerPlan } from './plan.ts'

/** Given to a consumer process as JSON, its only argument. */
export interface ConsumerOrders extends ConsumerPlan {
  storeFile: string
  endpoint: string
  streamName: string
  /** Of what it draws itself. */
  seed: number
}

/** What a consumer process says; nothing depends on it but the report. */
export type FromConsumer =
  | { kind: 'started' }
  | ({ kind: 'readings' } & ConsumerSays)
  /** Told to end, it did: `taken` in memory, `stored` in the store. */
  | { kind: 'stopped'; ms: number; taken: FateSum; stored: FateSum }
  | { kind: 'failed'; problem: string }

export interface FateSum {
  applied: number
  duplicate: number
  rejected: number
}

export interface ConsumerSays {
  fates: FateSum
  findings: AuditFinding[]
  mode: string
  notice: string | null
  /** Of every shard that is not finished, in words. */
  readers: string[]
  restarts: number
  /** Shards of which something is wrong, or that are not read yet. */
  unsettled: number
}

/** Another process took over, or the consumer ended for a reason of its own. */
export const EXIT_FAILED = 3
/** What is under way did not end in time. */
export const EXIT_LATE = 4
export const STOP_WITHIN_MS = 2_000
