import {
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis'
import { notKinesis } from './kinesis-errors.ts'
import type { KinesisPlace } from './kinesis-place.ts'
import { checkList, mergeListed, toListed } from './listed-shards.ts'
import { withOwnSignal } from './own-signal.ts'
import { type ListedShard, SourceError } from './stream-source.ts'

/** 1,000 shards a page: a listing that never ends is cut here. */
const MAX_PAGES = 1_000
/** Nor is it worth waiting for after so many pages that name no further shard. */
const MAX_IDLE_PAGES = 10
/** A token lives 300 s; a listing slower than that does not become faster by more attempts. */
const MAX_ATTEMPTS = 3

/** All shards over all pages, each once, in the order they were first named. A list that cannot be is an error. */
export async function listShards(
  client: KinesisClient,
  place: KinesisPlace,
  signal?: AbortSignal,
): Promise<ListedShard[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listOnce(client, place, signal)
    } catch (error) {
      const expired = error instanceof Error && error.name === 'ExpiredNextTokenException'
      if (!expired || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

async function listOnce(
  client: KinesisClient,
  place: KinesisPlace,
  signal: AbortSignal | undefined,
): Promise<ListedShard[]> {
  const shards = new Map<string, ListedShard>()
  const tokens = new Set<string>()
  let NextToken: string | undefined
  let idlePages = 0
  for (let page = 0; page < MAX_PAGES; page++) {
    const input = NextToken === undefined ? { StreamName: place.streamName } : { NextToken }
    const command = new ListShardsCommand(input)
    const answer: ListShardsCommandOutput = await withOwnSignal(signal, (options) =>
      client.send(command, options),
    )
    if (answer.Shards === undefined) throw notKinesis(place)
    const known = shards.size
    for (const shard of answer.Shards) {
      const listed = toListed(shard)
      shards.set(listed.shardId, mergeListed(shards.get(listed.shardId), listed))
    }
    NextToken = answer.NextToken
    if (NextToken === undefined || NextToken === '') return checkList([...shards.values()])
    idlePages = shards.size > known ? 0 : idlePages + 1
    if (tokens.has(NextToken) || idlePages === MAX_IDLE_PAGES) throw endless('repeats itself')
    tokens.add(NextToken)
  }
  throw endless(`does not end after ${MAX_PAGES.toLocaleString('en')} pages`)
}

/** A part of the list would look like a stream with holes. */
const endless = (does: string): SourceError =>
  new SourceError('temporary', `the list of shards ${does}`, 'It is tried again by itself.')
