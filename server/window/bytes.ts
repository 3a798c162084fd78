/** Bytes being written; they grow as needed. */
export interface ByteWriter {
  bytes: Buffer
  length: number
}

export const newWriter = (capacity = 1_024): ByteWriter => ({
  bytes: Buffer.allocUnsafe(capacity),
  length: 0,
})

/** A copy of what was written. */
export const written = (writer: ByteWriter): Uint8Array =>
  new Uint8Array(writer.bytes.subarray(0, writer.length))

function reserve(writer: ByteWriter, more: number): void {
  if (writer.length + more <= writer.bytes.length) return
  const larger = Buffer.allocUnsafe(Math.max(2 * writer.bytes.length, writer.length + more))
  larger.set(writer.bytes.subarray(0, writer.length))
  writer.bytes = larger
}

/** LEB128 of a whole number in [0, 2^53]. */
export function writeVarint(writer: ByteWriter, value: number): void {
  reserve(writer, 8)
  const { bytes } = writer
  let at = writer.length
  let rest = value
  while (rest > 0x7fffffff) {
    bytes[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[at++] = rest
  writer.length = at
}

/** Zigzag, for |value| up to 2^52. */
export const writeSigned = (writer: ByteWriter, value: number): void =>
  writeVarint(writer, value < 0 ? -2 * value - 1 : 2 * value)

export function writeByte(writer: ByteWriter, value: number): void {
  reserve(writer, 1)
  writer.bytes[writer.length++] = value
}

export function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  reserve(writer, bytes.length)
  writer.bytes.set(bytes, writer.length)
  writer.length += bytes.length
}

/** Length in bytes, then UTF-8. */
export function writeText(writer: ByteWriter, text: string): void {
  const { length } = text
  reserve(writer, 3 * length + 8)
  const before = writer.length
  writeVarint(writer, length)
  const { bytes } = writer
  let at = writer.length
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 127) {
      writer.length = before
      writeVarint(writer, Buffer.byteLength(text, 'utf8'))
      writer.length += bytes.write(text, writer.length, 'utf8')
      return
    }
    bytes[at++] = unit
  }
  writer.length = at
}

export interface ByteReader {
  bytes: Buffer
  at: number
}

/** Reads from `bytes` without copying them. */
export const newReader = (bytes: Uint8Array, at = 0): ByteReader => ({
  bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  at,
})

export function readVarint(reader: ByteReader): number {
  const { bytes } = reader
  let byte = bytes[reader.at++] as number
  if (byte < 128) return byte
  let value = byte & 127
  let scale = 128
  do {
    byte = bytes[reader.at++] as number
    value += (byte & 127) * scale
    scale *= 128
  } while (byte > 127)
  return value
}

/** Of things that take a byte or more each: throws where there are not so many left. */
export function readCount(reader: ByteReader): number {
  const count = readVarint(reader)
  if (count <= reader.bytes.length - reader.at) return count
  throw new RangeError(`${count} are to come of ${reader.bytes.length - reader.at} bytes`)
}

export function readSigned(reader: ByteReader): number {
  const value = readVarint(reader)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

export const readByte = (reader: ByteReader): number => reader.bytes[reader.at++] as number

/** A view, not a copy. */
export function readBytes(reader: ByteReader, length: number): Uint8Array {
  reader.at += length
  return reader.bytes.subarray(reader.at - length, reader.at)
}

export function readText(reader: ByteReader): string {
  const length = readVarint(reader)
  reader.at += length
  return reader.bytes.toString('utf8', reader.at - length, reader.at)
}
