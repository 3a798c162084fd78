/** What requests to Kinesis are made of. */
export type CborValue = string | number | EpochMs | { [name: string]: CborValue }

interface EpochMs {
  epochMs: number
}

const UINT = 0x00
const TEXT = 0x60
const MAP = 0xa0
/** Kinesis takes a time as integer milliseconds behind this tag, against RFC 8949. */
const EPOCH_TAG = 0xc1

/** Numbers are whole and not negative. */
export function encodeCbor(value: CborValue): Buffer {
  if (typeof value === 'number') return head(UINT, value)
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    return Buffer.concat([head(TEXT, bytes.length), bytes])
  }
  if (isTime(value)) return Buffer.concat([Buffer.of(EPOCH_TAG), head(UINT, value.epochMs)])
  const entries = Object.entries(value)
  return Buffer.concat([
    head(MAP, entries.length),
    ...entries.flatMap(([name, each]) => [encodeCbor(name), encodeCbor(each)]),
  ])
}

const isTime = (value: object): value is EpochMs =>
  'epochMs' in value && typeof value.epochMs === 'number'

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.of(major | argument)
  if (argument < 0x100) return Buffer.of(major | 24, argument)
  if (argument < 0x1_0000) return Buffer.of(major | 25, argument >> 8, argument & 0xff)
  const bytes = Buffer.alloc(9)
  bytes.writeUInt8(major | 27)
  bytes.writeBigUInt64BE(BigInt(argument), 1)
  return bytes
}
