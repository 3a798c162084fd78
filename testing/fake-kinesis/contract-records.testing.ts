import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { describe, expect, test, vi } from 'vitest'
import {
  iteratorAt,
  put,
  readFrom,
  readTail,
  TRIM_HORIZON,
  textOf,
} from './contract-reading.testing.ts'
import { type Needs, type Subject, shardsOf } from './contract-subjects.testing.ts'

export function recordsContract(open: () => Subject, needs: Needs): void {
  describe('records', () => {
    test('come back in the order they were put, with what was put', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const placed = []
      for (let n = 0; n < 5; n++) placed.push(await put(client, stream, 'schlüssel', `n ${n}`))
      const { shardId } = placed[0]!
      const { answers, texts, ended } = await readFrom(client, stream, shardId)
      expect(texts).toEqual(['n 0', 'n 1', 'n 2', 'n 3', 'n 4'])
      expect(ended).toBe(false)
      const records = answers.flatMap(({ Records }) => Records ?? [])
      expect(records.map(({ SequenceNumber }) => SequenceNumber)).toEqual(
        placed.map(({ sequenceNumber }) => sequenceNumber),
      )
      expect(records.every(({ PartitionKey }) => PartitionKey === 'schlüssel')).toBe(true)
      const arrived = records.map(({ ApproximateArrivalTimestamp }) =>
        Number(ApproximateArrivalTimestamp?.getTime()),
      )
      expect(Math.abs(arrived[0]! - Date.now())).toBeLessThan(60_000)
    })

    test('have sequence numbers that grow', async () => {
      const stream = await open().stream(1)
      const numbers: bigint[] = []
      for (let n = 0; n < 20; n++) {
        const { sequenceNumber } = await put(open().client, stream, `key ${n}`, 'x')
        expect(sequenceNumber).toMatch(/^[1-9]\d{55}$/)
        numbers.push(BigInt(sequenceNumber))
      }
      expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)))
      expect(new Set(numbers).size).toBe(20)
    })

    test('are read from a position', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const placed = []
      for (const text of ['a', 'b', 'c']) placed.push(await put(client, stream, 'k', text))
      const { shardId, sequenceNumber } = placed[1]!
      const at = (type: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER') =>
        readFrom(client, stream, shardId, { type, sequenceNumber }).then(({ texts }) => texts)
      expect(await at('AT_SEQUENCE_NUMBER')).toEqual(['b', 'c'])
      expect(await at('AFTER_SEQUENCE_NUMBER')).toEqual(['c'])
      const early = { type: 'AT_TIMESTAMP' as const, time: new Date(0) }
      expect((await readFrom(client, stream, shardId, early)).texts).toEqual(['a', 'b', 'c'])
      const latest = await iteratorAt(client, stream, shardId, { type: 'LATEST' })
      await put(client, stream, 'k', 'd')
      expect((await readTail(client, latest)).texts).toEqual(['d'])
    })

    test('come in pages without holes, and again from the same iterator', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const texts = Array.from({ length: 7 }, (_, n) => `n ${n}`)
      let shardId = ''
      for (const text of texts) shardId = (await put(client, stream, 'k', text)).shardId
      const iterator = await iteratorAt(client, stream, shardId, TRIM_HORIZON)
      const pages = []
      let next: string | undefined = iterator
      for (let n = 0; n < 3; n++) {
        const answer: GetRecordsCommandOutput = await client.send(
          new GetRecordsCommand({ ShardIterator: next, Limit: 3 }),
        )
        pages.push((answer.Records ?? []).map(({ Data }) => textOf(Data)))
        next = answer.NextShardIterator
      }
      expect(pages).toEqual([texts.slice(0, 3), texts.slice(3, 6), texts.slice(6)])
      const again = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 3 }))
      expect(again.Records?.map(({ Data }) => textOf(Data))).toEqual(texts.slice(0, 3))
    })

    needs('millis_behind')('say how far behind the tip an answer is', async () => {
      const { client } = open()
      const stream = await open().stream(1)
      const { shardId } = await put(client, stream, 'k', 'a')
      await put(client, stream, 'k', 'b')
      const ShardIterator = await iteratorAt(client, stream, shardId, TRIM_HORIZON)
      const first = await vi.waitFor(async () => {
        const answer = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }))
        expect(answer.MillisBehindLatest).toBeGreaterThan(0)
        return answer
      })
      const second = await client.send(
        new GetRecordsCommand({ ShardIterator: first.NextShardIterator }),
      )
      expect(second.Records).toHaveLength(1)
      expect(second.MillisBehindLatest).toBe(0)
    })

    test('of one PutRecords go to the shard of their hash key, and are answered in order', async () => {
      const { client } = open()
      const stream = await open().stream(2)
      const shards = await shardsOf(client, stream)
      const keys = shards.map(({ HashKeyRange }) => HashKeyRange?.EndingHashKey)
      const Records = [1, 0, 1].map((shard) => ({
        PartitionKey: 'k',
        ExplicitHashKey: keys[shard]!,
        Data: new TextEncoder().encode('x'),
      }))
      const answer = await client.send(new PutRecordsCommand({ StreamName: stream, Records }))
      expect(answer.FailedRecordCount).toBe(0)
      expect(answer.Records?.map(({ ShardId }) => ShardId)).toEqual(
        [1, 0, 1].map((shard) => shards[shard]?.ShardId),
      )
    })
  })
}
