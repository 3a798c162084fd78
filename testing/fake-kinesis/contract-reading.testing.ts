import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type KinesisClient,
  PutRecordCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-kinesis'

/** The calls of a consumer, as the contract's tests make them. */
export interface Position {
  type: ShardIteratorType
  sequenceNumber?: string
  time?: Date
}

export const TRIM_HORIZON: Position = { type: 'TRIM_HORIZON' }

export async function put(
  client: KinesisClient,
  StreamName: string,
  PartitionKey: string,
  text: string,
) {
  const Data = new TextEncoder().encode(text)
  const answer = await client.send(new PutRecordCommand({ StreamName, PartitionKey, Data }))
  return { shardId: answer.ShardId ?? '', sequenceNumber: answer.SequenceNumber ?? '' }
}

export async function iteratorAt(
  client: KinesisClient,
  StreamName: string,
  ShardId: string,
  { type, sequenceNumber, time }: Position,
): Promise<string> {
  const answer = await client.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId,
      ShardIteratorType: type,
      ...(sequenceNumber !== undefined && { StartingSequenceNumber: sequenceNumber }),
      ...(time !== undefined && { Timestamp: time }),
    }),
  )
  return answer.ShardIterator ?? ''
}

export interface Tail {
  texts: string[]
  answers: GetRecordsCommandOutput[]
  ended: boolean
}

const MAX_ANSWERS = 50

/** Reads until the shard ends, or has nothing more at the moment. */
export async function readTail(
  client: KinesisClient,
  iterator: string,
  Limit?: number,
): Promise<Tail> {
  const answers: GetRecordsCommandOutput[] = []
  let next: string | undefined = iterator
  while (next !== undefined && answers.length < MAX_ANSWERS) {
    const answer: GetRecordsCommandOutput = await client.send(
      new GetRecordsCommand({ ShardIterator: next, ...(Limit !== undefined && { Limit }) }),
    )
    answers.push(answer)
    next = answer.NextShardIterator ?? undefined
    if (answer.Records?.length === 0 && answer.MillisBehindLatest === 0) break
  }
  const texts = answers.flatMap((answer) => (answer.Records ?? []).map(({ Data }) => textOf(Data)))
  return { texts, answers, ended: next === undefined }
}

export const textOf = (data: Uint8Array | undefined): string => new TextDecoder().decode(data)

export const readFrom = async (
  client: KinesisClient,
  stream: string,
  shardId: string,
  position: Position = TRIM_HORIZON,
): Promise<Tail> => readTail(client, await iteratorAt(client, stream, shardId, position))

/** The error's name of a call that has to fail. */
export const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'was answered',
    (error: Error) => error.name,
  )
