import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  ListShardsCommand,
  MergeShardsCommand,
} from '@aws-sdk/client-kinesis'
import { describe, expect, test } from 'vitest'
import { iteratorAt, put, refusal, TRIM_HORIZON } from './contract-reading.testing.ts'
import {
  type Needs,
  type Subject,
  shardsOf,
  splitInTheMiddle,
} from './contract-subjects.testing.ts'

export function refusalsContract(open: () => Subject, needs: Needs): void {
  describe('refuses', () => {
    test('a stream that is not there', async () => {
      const { client } = open()
      const StreamName = 'nowhere'
      const calls = [
        client.send(new DescribeStreamSummaryCommand({ StreamName })),
        client.send(new ListShardsCommand({ StreamName })),
        iteratorAt(client, StreamName, 'shardId-000000000000', TRIM_HORIZON),
        put(client, StreamName, 'k', 'x'),
      ]
      expect(await Promise.all(calls.map(refusal))).toEqual(
        calls.map(() => 'ResourceNotFoundException'),
      )
    })

    test('a shard that is not there', async () => {
      const stream = await open().stream(1)
      const call = iteratorAt(open().client, stream, 'shardId-000000000007', TRIM_HORIZON)
      expect(await refusal(call)).toBe('ResourceNotFoundException')
    })

    needs('refuses_strange_iterators')('an iterator that was not given out', async () => {
      const ShardIterator = Buffer.from('not an iterator at all').toString('base64')
      const call = open().client.send(new GetRecordsCommand({ ShardIterator }))
      expect(await refusal(call)).toBe('InvalidArgumentException')
    })

    needs('refuses_strange_numbers')('a sequence number that was not given out', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const { shardId } = await put(client, stream, 'k', 'x')
      const call = iteratorAt(client, stream, shardId, {
        type: 'AFTER_SEQUENCE_NUMBER',
        sequenceNumber: '123456',
      })
      expect(await refusal(call)).toBe('InvalidArgumentException')
    })

    needs('refuses_foreign_numbers')('a sequence number of another shard', async () => {
      const { client } = open()
      const stream = await open().stream(2)
      const { shardId, sequenceNumber } = await put(client, stream, 'k', 'x')
      const other = (await shardsOf(client, stream)).find(({ ShardId }) => ShardId !== shardId)
      const type = 'AFTER_SEQUENCE_NUMBER'
      const call = iteratorAt(client, stream, other?.ShardId ?? '', { type, sequenceNumber })
      expect(await refusal(call)).toBe('InvalidArgumentException')
    })

    needs('refuses_future_times')('to begin in the future', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const time = new Date(Date.now() + 3_600_000)
      const call = iteratorAt(client, stream, 'shardId-000000000000', {
        type: 'AT_TIMESTAMP',
        time,
      })
      expect(await refusal(call)).toBe('InvalidArgumentException')
    })

    needs('refuses_closed_shards')('to split a shard twice', async () => {
      const stream = await open().stream(1)
      const [whole] = await shardsOf(open().client, stream)
      await splitInTheMiddle(open().client, stream, whole!)
      const again = await refusal(splitInTheMiddle(open().client, stream, whole!))
      // Which of the two the service says is not known.
      expect(['ResourceInUseException', 'InvalidArgumentException']).toContain(again)
    })

    test('to merge shards that do not touch', async () => {
      const { client } = open()
      const stream = await open().stream(3)
      const [left, , right] = await shardsOf(client, stream)
      const call = client.send(
        new MergeShardsCommand({
          StreamName: stream,
          ShardToMerge: left?.ShardId,
          AdjacentShardToMerge: right?.ShardId,
        }),
      )
      expect(await refusal(call)).toBe('InvalidArgumentException')
    })
  })
}
