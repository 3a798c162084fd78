import { createHash } from 'node:crypto'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { messageOf } from '../../platform/errors.ts'
import type { Steps } from './steps.ts'

/**
 * A user record inside a record of the Kinesis Producer Library. The format: magic number, protobuf
 * `AggregatedRecord`, MD5 of the protobuf (aggregation-format.md of amazon-kinesis-producer).
 */
export interface SubRecord {
  partitionKey: string
  /** A decimal number below 2^128 that stands for the key's hash; undefined: the hash is the key's MD5. */
  explicitHashKey: string | undefined
  data: Uint8Array
}

export type ParsedAggregate =
  | { kind: 'sub_records'; subRecords: SubRecord[] }
  /** The checksum does not match: plain data that only begins so. */
  | { kind: 'no_aggregate' }
  | { kind: 'broken'; problem: string }
  | { kind: 'too_many' }

const STEP_ENTRIES = 4_096
const MAGIC_BYTES = 4
const MD5_BYTES = 16

export const beginsLikeAggregate = (data: Uint8Array): boolean =>
  data[0] === 0xf3 && data[1] === 0x89 && data[2] === 0x9a && data[3] === 0xc2

/** Reads data that begins like an aggregate; at most `maxSubRecords`, and as many keys. About 0.5 µs for each. */
export function* parseAggregate(data: Uint8Array, maxSubRecords: number): Steps<ParsedAggregate> {
  const end = data.length - MD5_BYTES
  if (end < MAGIC_BYTES) return { kind: 'no_aggregate' }
  const message = data.subarray(MAGIC_BYTES, end)
  const checksum = createHash('md5').update(message).digest()
  if (checksum.compare(data, end) !== 0) return { kind: 'no_aggregate' }
  try {
    const tables = yield* readTables(message, maxSubRecords)
    if (tables === undefined) return { kind: 'too_many' }
    const subRecords: SubRecord[] = []
    for (const record of tables.records) {
      if (subRecords.length % STEP_ENTRIES === STEP_ENTRIES - 1) yield
      subRecords.push(subRecord(record, subRecords.length, tables))
    }
    return { kind: 'sub_records', subRecords }
  } catch (error) {
    return { kind: 'broken', problem: messageOf(error) }
  }
}

/** As it is in the message: keys by their index in the tables, which may stand behind it. */
interface IndexedRecord {
  partitionKeyIndex: number | undefined
  explicitHashKeyIndex: number | undefined
  data: Uint8Array | undefined
}

interface Tables {
  partitionKeys: string[]
  explicitHashKeys: string[]
  records: IndexedRecord[]
}

/** Fields of AggregatedRecord that are not known are passed over, as protobuf wants it. */
function* readTables(message: Uint8Array, max: number): Steps<Tables | undefined> {
  const tables: Tables = { partitionKeys: [], explicitHashKeys: [], records: [] }
  const { partitionKeys, explicitHashKeys, records } = tables
  const reader = new BinaryReader(message)
  for (let entries = 1; reader.pos < reader.len; entries++) {
    if (entries % STEP_ENTRIES === 0) yield
    const [field, wire] = reader.tag()
    if (wire !== WireType.LengthDelimited) reader.skip(wire, field)
    else if (field === 1) partitionKeys.push(reader.string())
    else if (field === 2) explicitHashKeys.push(reader.string())
    else if (field === 3) records.push(readRecord(reader.bytes()))
    else reader.skip(wire, field)
    if (Math.max(partitionKeys.length, explicitHashKeys.length, records.length) > max) {
      return undefined
    }
  }
  return tables
}

function readRecord(message: Uint8Array): IndexedRecord {
  const record: IndexedRecord = {
    partitionKeyIndex: undefined,
    explicitHashKeyIndex: undefined,
    data: undefined,
  }
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1 && wire === WireType.Varint) record.partitionKeyIndex = Number(reader.uint64())
    else if (field === 2 && wire === WireType.Varint) {
      record.explicitHashKeyIndex = Number(reader.uint64())
    } else if (field === 3 && wire === WireType.LengthDelimited) record.data = reader.bytes()
    else reader.skip(wire, field)
  }
  return record
}

function subRecord(record: IndexedRecord, at: number, tables: Tables): SubRecord {
  const { partitionKeyIndex, explicitHashKeyIndex, data } = record
  if (partitionKeyIndex === undefined) throw new Error(`record ${at} has no partition key`)
  if (data === undefined) throw new Error(`record ${at} has no data`)
  return {
    partitionKey: entry(tables.partitionKeys, partitionKeyIndex, { at, of: 'partition key' }),
    explicitHashKey:
      explicitHashKeyIndex === undefined
        ? undefined
        : entry(tables.explicitHashKeys, explicitHashKeyIndex, { at, of: 'explicit hash key' }),
    data,
  }
}

function entry(table: string[], index: number, wanted: { at: number; of: string }): string {
  const key = table[index]
  if (key !== undefined) return key
  throw new Error(
    `record ${wanted.at} names ${wanted.of} ${index}, and the table holds ${table.length}`,
  )
}
