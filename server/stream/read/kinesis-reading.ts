import { GetRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import { encodeCbor } from './cbor-encode.ts'
import { CborError } from './cbor-head.ts'
import { decodePage, isWholeCbor, type Page } from './get-records-cbor.ts'
import { CBOR, isCbor, isJson, refused, wholeAnswer } from './kinesis-answers.ts'
import { dateOf, headOf } from './kinesis-client.ts'
import { notKinesis, unreadable } from './kinesis-errors.ts'
import type { KinesisPlace } from './kinesis-place.ts'
import { prepareCall } from './kinesis-prepared-call.ts'
import { childShard, millisBehind, streamRecord } from './kinesis-records.ts'
import type { Miss, WireChoice } from './kinesis-wire.ts'
import { withOwnSignal } from './own-signal.ts'
import type { Batch } from './stream-source.ts'

/** Kinesis cuts an answer at 10 MiB; close to that there is more, whatever else it says. */
const NEARLY_FULL_BYTES = 9 * 1024 * 1024

export interface ReadOptions {
  limit: number
  signal?: AbortSignal
}

/** Throws `SourceError`, or what the SDK throws. */
export type ReadRecords = (iterator: string, options: ReadOptions) => Promise<Batch>

/** Reads by the wire that the endpoint speaks. */
export function createRecordsReader(
  client: KinesisClient,
  place: KinesisPlace,
  wire: WireChoice,
): ReadRecords {
  const readJson = jsonReader(client, place)
  const readCbor = cborReader(client, place)
  return async (iterator, options) => {
    if (wire.spoken() === 'json') return readJson(iterator, options)
    const got = await readCbor(iterator, options)
    if (got.kind === 'batch') {
      wire.understood()
      return got.batch
    }
    if (got.kind === 'broken' && !wire.isLast('broken')) {
      wire.missed(got)
      throw unreadable(`an answer that cannot be read: ${got.why}`, place)
    }
    // What answers neither way is no Kinesis: then nothing was learnt about it.
    const batch = await readJson(iterator, options)
    if (got.kind !== 'unclear') wire.missed(got)
    return batch
  }
}

/** What an answer to CBOR was. */
type Got =
  | { kind: 'batch'; batch: Batch }
  | Miss
  /** What it said cannot be told from something in between. */
  | { kind: 'unclear' }

function jsonReader(client: KinesisClient, place: KinesisPlace): ReadRecords {
  return async (ShardIterator, { limit, signal }) => {
    const command = new GetRecordsCommand({ ShardIterator, Limit: limit })
    const answer = await withOwnSignal(signal, (options) => client.send(command, options))
    const records = answer.Records?.map(streamRecord)
    const page: Page = {
      records,
      next: answer.NextShardIterator ?? undefined,
      children: (answer.ChildShards ?? []).map(childShard),
      millisBehindLatest: answer.MillisBehindLatest ?? null,
    }
    const dataBytes = records?.reduce((sum, { data }) => sum + data.byteLength, 0) ?? 0
    const { bytes = dataBytes, answeredAt } = headOf(answer)
    return batchOf(page, { bytes, limit, answeredAt, place })
  }
}

function cborReader(client: KinesisClient, place: KinesisPlace) {
  const getRecords = prepareCall(client, new GetRecordsCommand({ ShardIterator: '-' }), CBOR)
  return async (ShardIterator: string, { limit, signal }: ReadOptions): Promise<Got> => {
    const asked = encodeCbor({ ShardIterator, Limit: limit })
    const answer = await wholeAnswer(await getRecords(asked, signal))
    if (answer.status !== 200) return { kind: refused(answer) }
    if (!isCbor(answer)) return { kind: isJson(answer) ? 'not_cbor' : 'unclear' }
    const page = understood(answer.body)
    if ('kind' in page) return page
    const bytes = answer.body.length
    const batch = batchOf(page, { bytes, limit, answeredAt: dateOf(answer), place })
    return { kind: 'batch', batch }
  }
}

function understood(body: Buffer): Page | Miss {
  try {
    const page = decodePage(body)
    return page.records === undefined ? { kind: 'other_shape', why: 'no Records' } : page
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    return { kind: isWholeCbor(body) ? 'other_shape' : 'broken', why: error.message }
  }
}

function batchOf(
  page: Page,
  answer: { bytes: number; limit: number; answeredAt: number | undefined; place: KinesisPlace },
): Batch {
  const { records } = page
  // Such an answer has no next iterator either, and must not count as the shard's end.
  if (records === undefined) throw notKinesis(answer.place)
  const { bytes, limit, answeredAt } = answer
  const full = records.length >= limit || bytes >= NEARLY_FULL_BYTES
  const isEnd = page.next === undefined && answer.place.endsBehind === true
  const millisBehindLatest = isEnd ? null : millisBehind(page.millisBehindLatest)
  return { ...page, records, bytes, full, millisBehindLatest, answeredAt }
}
