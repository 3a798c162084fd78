import { type Fields, requiredText, textField } from './fields.ts'
import type { Page } from './read-page.ts'
import type { StreamEngine } from './stream-engine.ts'
import {
  ACCOUNT,
  type Consumer,
  inUse,
  invalid,
  notFound,
  type Shard,
  type Stream,
} from './vocabulary.ts'

/** What a call is answered with: plain fields, a page of records, or a subscription that begins. */
export type Answer =
  | { kind: 'fields'; fields: Fields }
  | { kind: 'page'; page: Page; nextIterator: string | undefined }
  | { kind: 'subscription'; stream: Stream; shard: Shard; consumer: Consumer; ordinal: number }

export type Operation = (engine: StreamEngine, input: Fields) => Answer

export const fields = (values: Fields = {}): Answer => ({ kind: 'fields', fields: values })

/** By StreamName or StreamARN. */
export function streamOf(engine: StreamEngine, input: Fields): Stream {
  const name = textField(input, 'StreamName')
  if (name !== undefined) return engine.stream(name)
  const arn = textField(input, 'StreamARN')
  if (arn === undefined)
    throw invalid('Missing required parameters: Either StreamName or StreamARN is required.')
  return engine.stream(arn.slice(arn.lastIndexOf('/') + 1))
}

/** A stream that records can be put to and read from. */
export function activeStreamOf(engine: StreamEngine, input: Fields): Stream {
  const stream = streamOf(engine, input)
  if (stream.status === 'CREATING' || stream.status === 'DELETING') {
    throw notFound(`Stream ${stream.name} under account ${ACCOUNT} not found.`)
  }
  return stream
}

export function settledStreamOf(engine: StreamEngine, input: Fields): Stream {
  const stream = streamOf(engine, input)
  if (stream.status !== 'ACTIVE') {
    throw inUse(
      `Stream ${stream.name} under account ${ACCOUNT} not ACTIVE, instead in state ${stream.status}`,
    )
  }
  return stream
}

export const shardIdField = (input: Fields): string => requiredText(input, 'ShardId')
