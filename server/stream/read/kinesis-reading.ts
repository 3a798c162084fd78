import { GetRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import { encodeCbor } from './cbor-encode.ts'
import { CborError } from './cbor-head.ts'
import { decodePage, type Page } from './get-records-cbor.ts'
import { CBOR, isCbor, type NotUnderstood, refused, wholeAnswer } from './kinesis-answers.ts'
import { dateOf, headOf } from './kinesis-client.ts'
import { notKinesis } from './kinesis-errors.ts'
import { type KinesisPlace, type Wire, whereOf } from './kinesis-place.ts'
import { prepareCall } from './kinesis-prepared-call.ts'
import { childShard, streamRecord } from './kinesis-records.ts'
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

/** Reads by CBOR, and by the SDK's JSON for ever once the endpoint turned out not to speak it. */
export function createRecordsReader(client: KinesisClient, place: KinesisPlace): ReadRecords {
  const readJson = jsonReader(client, place)
  if (place.wire === 'json') return readJson
  const readCbor = cborReader(client, place)
  let spoken: Wire | 'unknown' = 'unknown'
  const turnToJson = (why: Got): void => {
    // Several reads may have found out at the same time.
    if (spoken === 'json') return
    spoken = 'json'
    place.onNotice?.(noticeOf(why, place))
  }
  return async (iterator, options) => {
    if (spoken === 'json') return readJson(iterator, options)
    const got = await readCbor(iterator, options)
    if (got.kind === 'batch') {
      spoken = 'cbor'
      return got.batch
    }
    // What answers neither way is no Kinesis: then nothing was learnt about it.
    const batch = await readJson(iterator, options)
    if (got.kind === 'malformed' || (got.kind === 'not_cbor' && spoken === 'unknown')) {
      turnToJson(got)
    }
    return batch
  }
}

/** What an answer to CBOR was. */
type Got =
  | { kind: 'batch'; batch: Batch }
  /** It says that it is CBOR, and is not what Kinesis would say. */
  | { kind: 'malformed'; error: CborError }
  | { kind: NotUnderstood }

const noticeOf = (got: Got, place: KinesisPlace): string =>
  [
    got.kind === 'malformed'
      ? `${whereOf(place)} does not speak CBOR as Kinesis does (${got.error.message})`
      : `${whereOf(place)} does not speak CBOR`,
    'records are read as JSON, which takes more of the processor.',
  ].join(': ')

function jsonReader(client: KinesisClient, place: KinesisPlace): ReadRecords {
  return async (ShardIterator, { limit, signal }) => {
    const command = new GetRecordsCommand({ ShardIterator, Limit: limit })
    const answer = await withOwnSignal(signal, (options) => client.send(command, options))
    const records = answer.Records?.map(streamRecord)
    const page: Page = {
      records,
      next: answer.NextShardIterator ?? undefined,
      children: (answer.ChildShards ?? []).map(childShard),
      millisBehindLatest: answer.MillisBehindLatest ?? 0,
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
    if (!isCbor(answer)) return { kind: 'not_cbor' }
    const bytes = answer.body.length
    try {
      const page = decodePage(answer.body)
      const batch = batchOf(page, { bytes, limit, answeredAt: dateOf(answer), place })
      return { kind: 'batch', batch }
    } catch (error) {
      if (error instanceof CborError) return { kind: 'malformed', error }
      throw error
    }
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
  return { ...page, records, bytes, full, answeredAt }
}
