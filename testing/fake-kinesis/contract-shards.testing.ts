import {
  ListShardsCommand,
  type ListShardsCommandOutput,
  MergeShardsCommand,
} from '@aws-sdk/client-kinesis'
import { describe, expect, test } from 'vitest'
import { iteratorAt, put, readFrom, readTail, TRIM_HORIZON } from './contract-reading.testing.ts'
import {
  middleOf,
  type Needs,
  type Subject,
  shardsOf,
  splitInTheMiddle,
  untilActive,
} from './contract-subjects.testing.ts'
import { HASH_KEYS } from './vocabulary.ts'

export function shardsContract(open: () => Subject, needs: Needs): void {
  describe('shards', () => {
    test('cover every hash key, open and without parents at first', async () => {
      const stream = await open().stream(3)
      const shards = await shardsOf(open().client, stream)
      let next = 0n
      for (const { HashKeyRange, SequenceNumberRange, ParentShardId } of shards) {
        expect(BigInt(HashKeyRange?.StartingHashKey ?? -1)).toBe(next)
        next = BigInt(HashKeyRange?.EndingHashKey ?? -1) + 1n
        expect(SequenceNumberRange?.EndingSequenceNumber).toBeUndefined()
        expect(ParentShardId).toBeUndefined()
      }
      expect(next).toBe(HASH_KEYS)
    })

    test('that are split end, and their children share the hash keys', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      await put(client, stream, 'k', 'before')
      const [whole] = await shardsOf(client, stream)
      await splitInTheMiddle(client, stream, whole!)
      await put(client, stream, 'k', 'after')
      const [parent, lower, upper] = await shardsOf(client, stream)
      expect(parent?.SequenceNumberRange?.EndingSequenceNumber).toMatch(/^\d+$/)
      for (const child of [lower, upper]) {
        expect(child?.ParentShardId).toBe(parent?.ShardId)
        expect(child?.AdjacentParentShardId).toBeUndefined()
        expect(child?.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined()
      }
      expect(upper?.HashKeyRange?.StartingHashKey).toBe(middleOf(whole!))
      expect(BigInt(lower?.HashKeyRange?.EndingHashKey ?? 0) + 1n).toBe(BigInt(middleOf(whole!)))

      const old = await readFrom(client, stream, parent?.ShardId ?? '')
      expect(old).toMatchObject({ texts: ['before'], ended: true })
      const young = await Promise.all(
        [lower, upper].map((child) => readFrom(client, stream, child?.ShardId ?? '')),
      )
      expect(young.flatMap(({ texts }) => texts)).toEqual(['after'])
      expect(young.some(({ ended }) => ended)).toBe(false)
    })

    test('that are merged name both in their child', async () => {
      const { client } = open()
      const stream = await open().stream(2)
      const [left, right] = await shardsOf(client, stream)
      await client.send(
        new MergeShardsCommand({
          StreamName: stream,
          ShardToMerge: left?.ShardId,
          AdjacentShardToMerge: right?.ShardId,
        }),
      )
      await untilActive(client, stream)
      const child = (await shardsOf(client, stream))[2]
      expect([child?.ParentShardId, child?.AdjacentParentShardId]).toEqual([
        left?.ShardId,
        right?.ShardId,
      ])
      expect(child?.HashKeyRange).toEqual({
        StartingHashKey: '0',
        EndingHashKey: (HASH_KEYS - 1n).toString(),
      })
    })

    needs('child_shards')('name their children with their end, and not before', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      for (const text of ['a', 'b']) await put(client, stream, 'k', text)
      const [whole] = await shardsOf(client, stream)
      await splitInTheMiddle(client, stream, whole!)
      const iterator = await iteratorAt(client, stream, whole?.ShardId ?? '', TRIM_HORIZON)
      const { answers, texts } = await readTail(client, iterator, 1)
      expect(texts).toEqual(['a', 'b'])
      const last = answers.at(-1)
      expect(last?.NextShardIterator ?? undefined).toBeUndefined()
      expect(
        last?.ChildShards?.map(({ ShardId, ParentShards }) => [ShardId, ParentShards]),
      ).toEqual(
        (await shardsOf(client, stream)).slice(1).map(({ ShardId }) => [ShardId, [whole?.ShardId]]),
      )
      for (const answer of answers.slice(0, -1)) {
        expect(answer.NextShardIterator).toBeTruthy()
        expect(answer.ChildShards ?? []).toEqual([])
      }
    })

    needs('listing_pages')('are listed in pages', async () => {
      const { client } = open()
      const stream = await open().stream(5)
      const ids = (await shardsOf(client, stream)).map(({ ShardId }) => ShardId)
      const seen: (string | undefined)[] = []
      let NextToken: string | undefined
      const sizes = []
      do {
        const answer: ListShardsCommandOutput = await client.send(
          new ListShardsCommand(
            NextToken === undefined
              ? { StreamName: stream, MaxResults: 2 }
              : { NextToken, MaxResults: 2 },
          ),
        )
        sizes.push(answer.Shards?.length)
        seen.push(...(answer.Shards ?? []).map(({ ShardId }) => ShardId))
        NextToken = answer.NextToken ?? undefined
      } while (NextToken !== undefined)
      expect(seen).toEqual(ids)
      expect(sizes).toEqual([2, 2, 1])
    })

    needs('shard_filter')('are listed without the closed ones if asked', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const [whole] = await shardsOf(client, stream)
      await splitInTheMiddle(client, stream, whole!)
      const answer = await client.send(
        new ListShardsCommand({ StreamName: stream, ShardFilter: { Type: 'AT_LATEST' } }),
      )
      expect(answer.Shards?.map(({ ParentShardId }) => ParentShardId)).toEqual([
        whole?.ShardId,
        whole?.ShardId,
      ])
    })
  })
}
