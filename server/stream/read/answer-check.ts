import { compareSequenceNumbers } from '../shards/sequence-number.ts'
import { flawOf, isNumber } from './record-flaws.ts'
import { type Batch, type ChildShard, type RecordList, SourceError } from './stream-source.ts'

/** What follows an answer, by what it says in several places; SPEC.md, "What an answer claims". */
export type Claim =
  | { kind: 'more' }
  /** The shard is over, and these are its children. */
  | { kind: 'end'; children: readonly ChildShard[] }
  /** The shard is over, and nothing but this says so. */
  | { kind: 'bare_end' }
  /** The shard is over, and the answer, which has no record, is so far behind all the same; `why` that cannot be. */
  | { kind: 'late_end'; behindMs: number; why: string }
  /** It cannot be; `why` in words. Its records are good. */
  | { kind: 'doubt'; why: string }

/** An answer that was held against itself. */
export interface Answer extends Batch {
  claim: Claim
}

/** What the answer is an answer to. */
export interface Asked {
  shardId: string
  /** By which iterator; undefined in a subscription. */
  iterator?: string | undefined
  /** The last sequence number that this feed brought, or said to have passed. */
  passed: string | undefined
}

export const REMEDY =
  'It is read again by itself, from where it was read to, and nothing is lost. If it stays, look at what answers: a proxy, an emulator, or Kinesis itself.'

export const contradicting = (problem: string): SourceError =>
  new SourceError('contradicting', problem, REMEDY)

/** Throws `SourceError` of kind `contradicting` where nothing of it may be taken in. */
export function checkAnswer(batch: Batch, asked: Asked): Answer {
  const flaw = flawOf(batch.records) ?? stepBack(batch.records, asked.passed)
  if (flaw !== undefined) throw contradicting(`an answer contradicts itself: ${flaw}`)
  return { ...batch, claim: claimOf(batch, asked) }
}

function claimOf(batch: Batch, { shardId, iterator }: Asked): Claim {
  const { next, records } = batch
  if (next === undefined) return claimedEnd(batch, shardId)
  if (next === '') return doubt('that the shard goes on at a place that is empty')
  if (batch.children.length > 0) return doubt('that the shard goes on, and that it has children')
  if (next === iterator && records.length > 0) {
    return doubt('that the shard goes on where these very records came from')
  }
  return { kind: 'more' }
}

function claimedEnd(batch: Batch, shardId: string): Claim {
  const { children, millisBehindLatest: behindMs, records } = batch
  if (behindMs !== null && behindMs > 0) {
    const { why } = doubt('that the shard was read to its end, and that it is still behind')
    return records.length > 0 ? { kind: 'doubt', why } : { kind: 'late_end', behindMs, why }
  }
  if (!children.every((child) => isChildOf(child, shardId))) {
    return doubt('that the shard was read to its end, and names children of others')
  }
  return children.length > 0 && behindMs !== null ? { kind: 'end', children } : { kind: 'bare_end' }
}

const doubt = (says: string) => ({ kind: 'doubt' as const, why: `an answer says ${says}` })

const isChildOf = ({ shardId, parents }: ChildShard, parent: string): boolean =>
  shardId !== '' && shardId !== parent && parents.includes(parent)

/** One record at the place passed comes twice, and is dropped. What lies before it was left out, or comes again. */
function stepBack(records: RecordList, passed: string | undefined): string | undefined {
  const first = records.at(0)?.sequenceNumber
  if (passed === undefined || first === undefined) return undefined
  return compareSequenceNumbers(first, passed) < 0
    ? 'its records begin before the last ones that came, by their sequence numbers'
    : undefined
}

/** What a feed has passed once it brought this answer. */
export function passedBy({ records, next }: Answer, asked: Asked): string | undefined {
  const last = records.at(-1)?.sequenceNumber
  // Of a subscription the place to go on is a sequence number, too.
  const place = asked.iterator === undefined && isNumber(next) ? next : undefined
  return [last, place].reduce(later, asked.passed)
}

const later = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && compareSequenceNumbers(b, a) > 0) ? b : a
