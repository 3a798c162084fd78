import { describe, expect, test } from 'vitest'
import { decodeCbor } from './cbor-reader.ts'
import { encodeCbor } from './cbor-writer.ts'
import type { Needs, Subject } from './contract-subjects.testing.ts'
import type { Fields } from './fields.ts'

/** One call as the Java SDK makes it; signatures are not checked by any of the servers. */
async function cborCall(
  { endpoint }: Subject,
  operation: string,
  input: Fields,
): Promise<{ status: number; contentType: string | null; fields: Fields }> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-cbor-1.1',
      'x-amz-target': `Kinesis_20131202.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=00',
    },
    body: Uint8Array.from(encodeCbor(input)),
  })
  const body = new Uint8Array(await answer.arrayBuffer())
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    fields: body.length === 0 ? {} : (decodeCbor(body) as Fields),
  }
}

export function cborContract(open: () => Subject, needs: Needs): void {
  describe('CBOR', () => {
    needs('cbor_bytes')('carries bytes as bytes and arrival as a time', async () => {
      const StreamName = await open().stream(1)
      const Data = Uint8Array.from([0, 255, 128, 10])
      const startedMs = Date.now()
      const placed = await cborCall(open(), 'PutRecord', { StreamName, PartitionKey: 'k', Data })
      expect(placed).toMatchObject({ status: 200, contentType: 'application/x-amz-cbor-1.1' })
      const { fields } = await cborCall(open(), 'GetShardIterator', {
        StreamName,
        ShardId: placed.fields.ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      })
      const read = await cborCall(open(), 'GetRecords', fields)
      const [record] = read.fields.Records as Fields[]
      expect(record).toMatchObject({
        SequenceNumber: placed.fields.SequenceNumber,
        PartitionKey: 'k',
      })
      expect(Uint8Array.from(record?.Data as Uint8Array)).toEqual(Data)
      const arrived = record?.ApproximateArrivalTimestamp
      expect(arrived).toBeInstanceOf(Date)
      expect(Math.abs(Number(arrived) - startedMs)).toBeLessThan(60_000)
    })

    needs('cbor_bytes')('takes times as milliseconds', async () => {
      const StreamName = await open().stream(1)
      const at = (Timestamp: Date) =>
        cborCall(open(), 'GetShardIterator', {
          StreamName,
          ShardId: 'shardId-000000000000',
          ShardIteratorType: 'AT_TIMESTAMP',
          Timestamp,
        })
      expect((await at(new Date(Date.now() - 60_000))).status).toBe(200)
      const future = await at(new Date(Date.now() + 60_000))
      expect(future.fields.__type).toBe('InvalidArgumentException')
    })

    test('carries errors', async () => {
      const answer = await cborCall(open(), 'ListShards', { StreamName: 'nowhere' })
      expect(answer).toMatchObject({ status: 400, contentType: 'application/x-amz-cbor-1.1' })
      expect(answer.fields.__type).toBe('ResourceNotFoundException')
    })
  })
}
