import { crc32 } from 'node:zlib'

/** One message of `application/vnd.amazon.eventstream`: all headers are strings. */
const PRELUDE_BYTES = 12
const CRC_BYTES = 4
const STRING_HEADER = 7

export function eventFrame(headers: Record<string, string>, payload: Buffer): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [
      Buffer.from([Buffer.byteLength(name)]),
      Buffer.from(name),
      Buffer.from([STRING_HEADER, Buffer.byteLength(value) >> 8, Buffer.byteLength(value) & 0xff]),
      Buffer.from(value),
    ]),
  )
  const frame = Buffer.alloc(PRELUDE_BYTES + head.length + payload.length + CRC_BYTES)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(head.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  head.copy(frame, PRELUDE_BYTES)
  payload.copy(frame, PRELUDE_BYTES + head.length)
  const end = frame.length - CRC_BYTES
  frame.writeUInt32BE(crc32(frame.subarray(0, end)), end)
  return frame
}
