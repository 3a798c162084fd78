import type { ReadMode } from '../../../lib/frames.ts'
import type { Log } from '../../platform/log.ts'
import { type Feed, pollingFeed } from './feed.ts'
import { SourceError, type StreamSource } from './stream-source.ts'

export type SubscribedFeed = (shardId: string, consumerArn: () => Promise<string>) => Feed

/** How the shards are read: as it was asked for, or by polling where the endpoint has nothing else. */
export interface Reading {
  mode(): ReadMode
  notice(): string | null
  feed(shardId: string): Feed
  /** Enhanced fan-out is not to be had. */
  pollInstead(why: string): void
}

export function createReading(ports: {
  source: StreamSource
  asked: ReadMode
  /** Under which name enhanced fan-out knows this application. */
  consumerName: string
  subscribed: SubscribedFeed
  log: Log
  signal: AbortSignal
}): Reading {
  const { source, consumerName, log, signal } = ports
  let mode = ports.asked
  let notice: string | null = null
  let arn: Promise<string> | undefined

  /** Registered once for all shards; a failure is each reader's to try again. */
  function consumerArn(): Promise<string> {
    arn ??= source.fanOut.consumer(consumerName, signal).then(
      (consumer) => {
        log.info(consumer, 'enhanced fan-out consumer')
        return consumer.arn
      },
      (error: unknown) => {
        arn = undefined
        throw error
      },
    )
    return arn
  }

  /** The consumer may have been deregistered meanwhile: the next one who opens registers it again. */
  function forgetIfGone(error: unknown): never {
    if (error instanceof SourceError && error.kind === 'gone') arn = undefined
    throw error
  }

  function subscribedFeed(shardId: string): Feed {
    const feed = ports.subscribed(shardId, consumerArn)
    return {
      open: (position, own) => feed.open(position, own).catch(forgetIfGone),
      read: (limit, own) => feed.read(limit, own).catch(forgetIfGone),
      close: feed.close,
    }
  }

  return {
    mode: () => mode,
    notice: () => notice,
    feed: (shardId) => (mode === 'fanout' ? subscribedFeed(shardId) : pollingFeed(source, shardId)),
    pollInstead(why) {
      if (mode === 'polling') return
      mode = 'polling'
      notice = `Reading by polling, not by enhanced fan-out: ${why.replace(/\.$/, '')}.`
      log.warn({ why }, 'no enhanced fan-out, reading by polling')
    },
  }
}
