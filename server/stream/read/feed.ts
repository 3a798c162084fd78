import type { Batch, Position, StreamSource } from './stream-source.ts'

/** One shard's records, one batch after another, however they come. */
export interface Feed {
  open(position: Position, signal: AbortSignal): Promise<void>
  /** At most `limit` records where the reader decides; a subscription brings what it brings. */
  read(limit: number, signal: AbortSignal): Promise<Batch>
  /** Nothing more is wanted; can be opened again. */
  close(): void
}

export function pollingFeed(source: StreamSource, shardId: string): Feed {
  let iterator: string | undefined
  return {
    async open(position, signal) {
      iterator = await source.iterator(shardId, position, signal)
    },
    async read(limit, signal) {
      if (iterator === undefined) throw new Error('the feed is not open')
      const batch = await source.read(iterator, { limit, signal })
      iterator = batch.next
      return batch
    },
    close() {
      iterator = undefined
    },
  }
}
