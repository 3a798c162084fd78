import type { Transaction } from 'kysely'
import type { StreamEvent } from '../../lib/event.ts'
import type { Schema } from '../store/schema.ts'

/**
 * The plug: one independent computation over the record stream. What an app writes and the checkpoint
 * up to which it has read land in the same transaction, so an app never sees an event twice.
 */
export interface StreamApp {
  readonly name: string
  /**
   * It reads the fields of events by their names and keeps no event: then it is given them as they were read, which
   * costs less, and a field may be a getter (`ScannedEvent`). Otherwise it is given plain objects.
   */
  readonly readsFields?: true
  /** Loads what it stored: after the lease was taken, so that nobody else commits meanwhile, and before any fold. */
  restore?(): Promise<void>
  /**
   * Takes events in, in shard order, each once. Synchronous and without I/O. Where it throws, what it took in
   * since the last seal is discarded and given again without the event that it cannot take.
   */
  fold(events: readonly AppliedEvent[]): void
  /** Forgets everything that was folded since the last seal. */
  discard(): void
  /** Takes out what was folded since the last seal, as one unit of writing. Synchronous. */
  seal(): SealedWork
  /** It has writing left that needs no event: a seal is to come soon, though nothing new does. */
  owes?(): boolean
}

/** An event whose fate is "applied". */
export interface AppliedEvent {
  event: StreamEvent
  shardId: string
  sequenceNumber: string
  /** Its place in the record. */
  index: number
  arrivedAt: number
  late: boolean
  /** Older than all that is kept: counted as such, so no app shows it in a window. */
  beyond: boolean
}

export interface SealedWork {
  /** Writes inside the commit's transaction. Called again with a new one if the commit failed. */
  write(tx: Transaction<Schema>, streamId: number): Promise<void>
  /** The transaction is durable. */
  committed(): void
}
