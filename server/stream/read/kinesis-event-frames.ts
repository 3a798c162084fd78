import { crc32 } from '../../platform/crc32.ts'

/** One message of `application/vnd.amazon.eventstream`. */
export interface EventFrame {
  /** Those with text in them, such as `:event-type`. */
  headers: Map<string, string>
  /** A view into what was received. */
  payload: Buffer
}

/** What cannot be a frame: the stream is not what it should be, or was cut. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/** Total length, length of the headers, checksum of both: 4 bytes each. */
const PRELUDE_BYTES = 12
const CRC_BYTES = 4
/** A record of 10 MiB is 13.4 MiB in base64. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024

/** The frames of `stream`, each once it is whole. Throws `FrameError`, and what the stream throws. */
export async function* eventFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<EventFrame> {
  let pieces: Buffer[] = []
  let bytes = 0
  let needed = PRELUDE_BYTES
  for await (const piece of stream) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes < needed) continue
    let rest = pieces.length === 1 ? piece : Buffer.concat(pieces, bytes)
    for (needed = frameBytes(rest); rest.length >= needed; needed = frameBytes(rest)) {
      yield parseFrame(rest.subarray(0, needed))
      rest = rest.subarray(needed)
    }
    pieces = rest.length === 0 ? [] : [rest]
    bytes = rest.length
  }
  if (bytes > 0) throw new FrameError('the event stream was cut in the middle of an event')
}

/** How many bytes make the next step possible: the prelude, or the whole frame. */
function frameBytes(bytes: Buffer): number {
  if (bytes.length < PRELUDE_BYTES) return PRELUDE_BYTES
  const total = bytes.readUInt32BE(0)
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) {
    throw new FrameError('the event stream is damaged: the checksum of a length is wrong')
  }
  if (total < PRELUDE_BYTES + CRC_BYTES || total > MAX_FRAME_BYTES) {
    throw new FrameError(`the event stream is damaged: an event of ${total} bytes`)
  }
  return total
}

function parseFrame(frame: Buffer): EventFrame {
  const end = frame.length - CRC_BYTES
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) {
    throw new FrameError('the event stream is damaged: the checksum of an event is wrong')
  }
  const headersEnd = PRELUDE_BYTES + frame.readUInt32BE(4)
  if (headersEnd > end) throw new FrameError('the event stream is damaged: headers too long')
  return {
    headers: parseHeaders(frame.subarray(PRELUDE_BYTES, headersEnd)),
    payload: frame.subarray(headersEnd, end),
  }
}

/** Bytes of a value by its type; those of type 6 and 7 begin with their length. */
const VALUE_BYTES = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]
const TEXT = 7

function parseHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  try {
    while (at < bytes.length) {
      const nameEnd = at + 1 + bytes.readUInt8(at)
      const name = bytes.toString('utf8', at + 1, nameEnd)
      const type = bytes.readUInt8(nameEnd)
      const counted = type === TEXT || type === TEXT - 1
      const from = nameEnd + (counted ? 3 : 1)
      const length = counted ? bytes.readUInt16BE(nameEnd + 1) : VALUE_BYTES[type]
      if (length === undefined || from + length > bytes.length) throw new RangeError('no value')
      if (type === TEXT) headers.set(name, bytes.toString('utf8', from, from + length))
      at = from + length
    }
  } catch (cause) {
    throw new FrameError('the event stream is damaged: a header cannot be read', { cause })
  }
  return headers
}
