/** Concise Binary Object Representation (RFC 8949), as far as Kinesis speaks it. */

const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const LIST = 4
const MAP = 5
const TAG = 6
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
const DOUBLE = 0xfb
/** Tag 1: time of the epoch. Amazon's dialect counts whole milliseconds, not seconds. */
const EPOCH_TAG = 1

export interface CborWriter {
  head: (major: 'list' | 'map', count: number) => void
  text: (value: string) => void
  value: (value: unknown) => void
  finish: () => Buffer
}

export function createCborWriter(sizeBytes = 1_024): CborWriter {
  let buffer = Buffer.allocUnsafe(sizeBytes)
  let length = 0
  const room = (bytes: number) => {
    if (length + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + bytes))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }
  const byte = (value: number) => {
    room(1)
    buffer[length++] = value
  }
  const head = (major: number, value: number) => {
    room(9)
    const type = major << 5
    if (value < 24) {
      buffer[length++] = type | value
    } else if (value < 0x100) {
      buffer[length++] = type | 24
      buffer[length++] = value
    } else if (value < 0x10000) {
      buffer[length++] = type | 25
      length = buffer.writeUInt16BE(value, length)
    } else if (value < 0x100000000) {
      buffer[length++] = type | 26
      length = buffer.writeUInt32BE(value, length)
    } else {
      buffer[length++] = type | 27
      length = buffer.writeBigUInt64BE(BigInt(value), length)
    }
  }
  const text = (value: string) => {
    const bytes = Buffer.byteLength(value)
    head(TEXT, bytes)
    room(bytes)
    length += buffer.write(value, length)
  }
  const number = (value: number) => {
    if (Number.isSafeInteger(value)) {
      head(value < 0 ? NEGATIVE : UNSIGNED, value < 0 ? -1 - value : value)
      return
    }
    byte(DOUBLE)
    room(8)
    length = buffer.writeDoubleBE(value, length)
  }
  const bytes = (value: Uint8Array) => {
    head(BYTES, value.byteLength)
    room(value.byteLength)
    buffer.set(value, length)
    length += value.byteLength
  }
  const write = (value: unknown): void => {
    if (typeof value === 'string') text(value)
    else if (typeof value === 'number') number(value)
    else if (typeof value === 'boolean') byte(value ? TRUE : FALSE)
    else if (value === null || value === undefined) byte(NULL)
    else if (value instanceof Uint8Array) bytes(value)
    else if (value instanceof Date) {
      head(TAG, EPOCH_TAG)
      number(value.getTime())
    } else if (Array.isArray(value)) {
      head(LIST, value.length)
      for (const each of value) write(each)
    } else {
      const entries = Object.entries(value)
      head(MAP, entries.length)
      for (const [key, each] of entries) {
        text(key)
        write(each)
      }
    }
  }
  return {
    head: (major, count) => head(major === 'list' ? LIST : MAP, count),
    text,
    value: write,
    finish: () => Buffer.from(buffer.subarray(0, length)),
  }
}

export function encodeCbor(value: unknown): Buffer {
  const writer = createCborWriter()
  writer.value(value)
  return writer.finish()
}
