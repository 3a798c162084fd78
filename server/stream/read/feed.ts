import { type Answer, checkAnswer, passedBy } from './answer-check.ts'
import type { Position, StreamSource } from './stream-source.ts'

/** One shard's records, one answer after another, however they come. Each was held against itself. */
export interface Feed {
  open(position: Position, signal: AbortSignal): Promise<void>
  /** At most `limit` records where the reader decides; a subscription brings what it brings. */
  read(limit: number, signal: AbortSignal): Promise<Answer>
  /** Nothing more is wanted; can be opened again. */
  close(): void
}

export function pollingFeed(source: StreamSource, shardId: string): Feed {
  let iterator: string | undefined
  let passed: string | undefined
  return {
    async open(position, signal) {
      passed = undefined
      iterator = await source.iterator(shardId, position, signal)
    },
    async read(limit, signal) {
      if (iterator === undefined) throw new Error('the feed is not open')
      const asked = { shardId, iterator, passed }
      const answer = checkAnswer(await source.read(iterator, { limit, signal }), asked)
      iterator = answer.next
      passed = passedBy(answer, asked)
      return answer
    },
    close() {
      iterator = undefined
    },
  }
}
