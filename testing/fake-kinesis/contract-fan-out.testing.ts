import {
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  RegisterStreamConsumerCommand,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'
import { describe, expect, vi } from 'vitest'
import { put, refusal, textOf } from './contract-reading.testing.ts'
import {
  type Needs,
  type Subject,
  shardsOf,
  splitInTheMiddle,
} from './contract-subjects.testing.ts'

export async function streamArnOf(client: KinesisClient, StreamName: string): Promise<string> {
  const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName }))
  return answer.StreamDescriptionSummary?.StreamARN ?? ''
}

/** Registers a consumer and waits until it is ACTIVE; answers its ARN. */
export async function registered(
  client: KinesisClient,
  StreamARN: string,
  ConsumerName: string,
): Promise<string> {
  await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }))
  return vi.waitFor(async () => {
    const answer = await client.send(new DescribeStreamConsumerCommand({ StreamARN, ConsumerName }))
    expect(answer.ConsumerDescription?.ConsumerStatus).toBe('ACTIVE')
    return answer.ConsumerDescription?.ConsumerARN ?? ''
  })
}

export async function subscribe(
  client: KinesisClient,
  ConsumerARN: string,
  ShardId: string,
  position: StartingPosition = { Type: 'TRIM_HORIZON' },
  abortSignal: AbortSignal = new AbortController().signal,
) {
  const answer = await client.send(
    new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: position }),
    { abortSignal },
  )
  return answer.EventStream!
}

type Events = Awaited<ReturnType<typeof subscribe>>

/** Events until one is the last that is wanted, or the stream ends. */
export async function eventsUntil(
  events: Events,
  isLast: (event: SubscribeToShardEvent) => boolean,
): Promise<SubscribeToShardEvent[]> {
  const seen: SubscribeToShardEvent[] = []
  for await (const { SubscribeToShardEvent: event } of events) {
    if (event === undefined) continue
    seen.push(event)
    if (isLast(event)) break
  }
  return seen
}

export const textsIn = (events: SubscribeToShardEvent[]): string[] =>
  events.flatMap(({ Records }) => (Records ?? []).map(({ Data }) => textOf(Data)))

export function fanOutContract(open: () => Subject, needs: Needs): void {
  describe('enhanced fan-out', () => {
    needs('fan_out')('registers a consumer once', async () => {
      const { client } = open()
      const StreamARN = await streamArnOf(client, await open().stream(1))
      const ConsumerARN = await registered(client, StreamARN, 'one')
      const again = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'one' })
      expect(await refusal(client.send(again))).toBe('ResourceInUseException')
      await client.send(new DeregisterStreamConsumerCommand({ ConsumerARN }))
      await vi.waitFor(async () => {
        const gone = client.send(new DescribeStreamConsumerCommand({ ConsumerARN }))
        expect(await refusal(gone)).toBe('ResourceNotFoundException')
      })
    })

    needs('fan_out')('sends what is there and what comes, to each consumer', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const { shardId } = await put(client, stream, 'k', 'a')
      const StreamARN = await streamArnOf(client, stream)
      const both = await Promise.all(
        ['one', 'two'].map(async (name) =>
          subscribe(client, await registered(client, StreamARN, name), shardId),
        ),
      )
      await put(client, stream, 'k', 'b')
      const hasB = (event: SubscribeToShardEvent) => textsIn([event]).includes('b')
      const seen = await Promise.all(both.map((events) => eventsUntil(events, hasB)))
      expect(seen.map(textsIn)).toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ])
      for (const { ContinuationSequenceNumber } of seen.flat()) {
        expect(ContinuationSequenceNumber).toMatch(/^\d+$/)
      }
    })

    needs('fan_out')('goes on at the continuation of an event without records', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const { shardId } = await put(client, stream, 'k', 'a')
      const StreamARN = await streamArnOf(client, stream)
      const first = await subscribe(client, await registered(client, StreamARN, 'one'), shardId)
      const seen = await eventsUntil(first, ({ Records }) => Records?.length === 0)
      expect(textsIn(seen)).toEqual(['a'])
      await put(client, stream, 'k', 'b')
      const second = await subscribe(client, await registered(client, StreamARN, 'two'), shardId, {
        Type: 'AFTER_SEQUENCE_NUMBER',
        SequenceNumber: seen.at(-1)?.ContinuationSequenceNumber,
      })
      const later = await eventsUntil(second, ({ Records }) => Records?.length === 1)
      expect(textsIn(later)).toEqual(['b'])
    })

    // kinesis-mock says nothing when a shard ends, and sends idle events for ever.
    needs('fan_out_shard_end')('ends with the children and without a continuation', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const { shardId } = await put(client, stream, 'k', 'a')
      const [whole] = await shardsOf(client, stream)
      const arn = await registered(client, await streamArnOf(client, stream), 'one')
      const events = await subscribe(client, arn, shardId)
      await splitInTheMiddle(client, stream, whole!)
      const seen = await eventsUntil(events, () => false)
      expect(textsIn(seen)).toEqual(['a'])
      const last = seen.at(-1)
      expect(last?.ContinuationSequenceNumber).toBeUndefined()
      expect(last?.ChildShards?.map(({ ParentShards }) => ParentShards)).toEqual([
        [shardId],
        [shardId],
      ])
    })
  })
}
