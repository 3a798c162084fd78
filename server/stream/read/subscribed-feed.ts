import { pause } from '../../platform/pause.ts'
import { checkAnswer, passedBy } from './answer-check.ts'
import type { Feed } from './feed.ts'
import type { SubscribedFeed } from './read-mode.ts'
import { type Batch, SourceError, type StreamSource } from './stream-source.ts'
import { keepSubscribed } from './subscription.ts'

/** Enhanced fan-out as a feed: subscriptions that follow one another without a gap. */
export function subscribedFeeds(ports: {
  source: StreamSource
  random: () => number
  renewAfterMs?: number
}): SubscribedFeed {
  const { source, random, renewAfterMs } = ports
  return (shardId, consumerArn): Feed => {
    let batches: AsyncGenerator<Batch> | undefined
    let first: Promise<IteratorResult<Batch>> | undefined
    let open = new AbortController()
    let passed: string | undefined
    return {
      async open(position) {
        passed = undefined
        open = new AbortController()
        const arn = await consumerArn()
        batches = keepSubscribed({
          subscribe: (from, signal) =>
            source.fanOut.subscribe(shardId, { consumerArn: arn, position: from, signal }),
          position,
          signal: open.signal,
          pause,
          random,
          ...(renewAfterMs !== undefined && { renewAfterMs }),
        })
        // The first event comes at once, with or without records: until it is there, it is not open.
        first = batches.next()
        await first
      },
      async read() {
        const next = first ?? batches?.next()
        first = undefined
        const step = await next
        if (step === undefined || step.done === true) {
          throw new SourceError('temporary', 'the subscription ended', 'It is made anew by itself.')
        }
        const asked = { shardId, passed }
        const answer = checkAnswer(step.value, asked)
        passed = passedBy(answer, asked)
        return answer
      },
      close() {
        open.abort()
        batches?.return(undefined).catch(() => {})
        batches = undefined
        first = undefined
      },
    }
  }
}
