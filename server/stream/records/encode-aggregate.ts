import { createHash } from 'node:crypto'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** A user record as a producer gives it to the Kinesis Producer Library. */
export interface UserRecord {
  partitionKey: string
  explicitHashKey?: string
  data: Uint8Array
}

/** What the Kinesis Producer Library puts: for tests. Each key stands in its table once. */
export function encodeAggregate(records: readonly UserRecord[]): Uint8Array {
  const partitionKeys = [...new Set(records.map(({ partitionKey }) => partitionKey))]
  const hashKeys = [...new Set(records.flatMap(({ explicitHashKey }) => explicitHashKey ?? []))]
  const writer = new BinaryWriter()
  for (const key of partitionKeys) writer.tag(1, WireType.LengthDelimited).string(key)
  for (const key of hashKeys) writer.tag(2, WireType.LengthDelimited).string(key)
  for (const { partitionKey, explicitHashKey, data } of records) {
    writer.tag(3, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.Varint).uint64(partitionKeys.indexOf(partitionKey))
    if (explicitHashKey !== undefined) {
      writer.tag(2, WireType.Varint).uint64(hashKeys.indexOf(explicitHashKey))
    }
    writer.tag(3, WireType.LengthDelimited).bytes(data)
    writer.join()
  }
  return sealAggregate(writer.finish())
}

/** Magic number and MD5 around a protobuf message, whatever it holds. */
export function sealAggregate(message: Uint8Array): Uint8Array {
  const md5 = createHash('md5').update(message).digest()
  return new Uint8Array(Buffer.concat([Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2), message, md5]))
}
