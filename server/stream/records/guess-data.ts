import { brotliDecompressSync, constants, inflateRawSync } from 'node:zlib'
import type { Rejection } from '../../../lib/rejection.ts'
import { asBase64 } from './base64.ts'
import { beforeBlanks } from './blanks.ts'
import { PUT_TEXT } from './name-data.ts'

/** So much of the data is looked at: 0.3 ms. */
const LOOKED_AT = 512

/** What data may be in which nothing could be read; undefined: lines that are none. */
export function guess(data: Uint8Array, isUtf8: boolean): Rejection | undefined {
  const begin = Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, LOOKED_AT))
  if (isUtf8) {
    // Blanks in pairs are fields of protobuf: those at the end say nothing.
    const asMessage = () => asProtobuf(data.subarray(0, beforeBlanks(data, data.length)))
    return asBase64(begin.toString('latin1')) ?? (hasControl(begin) ? asMessage() : undefined)
  }
  return (
    asCompressed(begin) ??
    asMap(begin) ??
    asProtobuf(data) ?? { reason: 'not_utf8', detail: `the record is not UTF-8 text: ${PUT_TEXT}` }
  )
}

const hasControl = (begin: Uint8Array): boolean =>
  begin.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)

const MAX_UNFOLDED = 64 * 1024

/** Neither of them says what it is: it is tried. */
const TRIALS = [
  {
    name: 'brotli',
    unfold: (begin: Uint8Array) =>
      brotliDecompressSync(begin, {
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
        maxOutputLength: MAX_UNFOLDED,
      }),
  },
  {
    name: 'deflate without a header',
    unfold: (begin: Uint8Array) =>
      inflateRawSync(begin, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: MAX_UNFOLDED,
      }),
  },
]

function asCompressed(begin: Uint8Array): Rejection | undefined {
  for (const { name, unfold } of TRIALS) {
    if (!looksLikeText(begin, unfold)) continue
    const detail = `this may be ${name}, which is not opened: put gzip, zlib or plain data`
    return { reason: 'compression', detail }
  }
  return undefined
}

const TEXT = /^[\x20-\x7e\s]{16}/

function looksLikeText(begin: Uint8Array, unfold: (begin: Uint8Array) => Buffer): boolean {
  try {
    return TEXT.test(unfold(begin).toString('latin1', 0, 16))
  } catch {
    return false
  }
}

const NAME = /^[A-Za-z_][\w.-]*$/

/** A map whose first key is a short word, in one of the encodings that begin with their size. */
function asMap(begin: Buffer): Rejection | undefined {
  const [map = 0, key = 0] = begin
  const messagePack = map > 0x80 && map <= 0x8f && key > 0xa0 && key <= 0xbf ? key - 0xa0 : 0
  const cbor =
    ((map > 0xa0 && map <= 0xb7) || map === 0xbf) && key > 0x60 && key <= 0x77 ? key - 0x60 : 0
  const name = begin.toString('latin1', 2, 2 + messagePack + cbor)
  if (!NAME.test(name)) return undefined
  const detail = `${cbor > 0 ? 'CBOR' : 'MessagePack'} is not read: ${PUT_TEXT}`
  return { reason: 'binary_format', detail }
}

const MAX_FIELDS = 32
const MAX_FIELD_NUMBER = 4_096

/** Whether it is a message of protobuf, one field after the other, as far as they are looked at. */
function asProtobuf(data: Uint8Array): Rejection | undefined {
  let at = 0
  for (let fields = 0; at < data.length; fields++) {
    if (fields === MAX_FIELDS) break
    const next = endOfField(data, at)
    if (next === undefined || next > data.length) return undefined
    at = next
  }
  const detail = `this may be protobuf, which is not read: ${PUT_TEXT}`
  return { reason: 'binary_format', detail }
}

function endOfField(data: Uint8Array, from: number): number | undefined {
  const tag = varint(data, from)
  if (tag === undefined) return undefined
  const field = Math.floor(tag.value / 8)
  if (field === 0 || field > MAX_FIELD_NUMBER) return undefined
  switch (tag.value % 8) {
    case 0:
      return varint(data, tag.end)?.end
    case 1:
      return tag.end + 8
    case 2: {
      const length = varint(data, tag.end)
      return length === undefined ? undefined : length.end + length.value
    }
    case 5:
      return tag.end + 4
    default:
      return undefined
  }
}

const MAX_VARINT_BYTES = 10

function varint(data: Uint8Array, from: number): { value: number; end: number } | undefined {
  let value = 0
  for (let n = 0; n < MAX_VARINT_BYTES; n++) {
    const byte = data[from + n]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * n)
    if (byte < 0x80) return { value, end: from + n + 1 }
  }
  return undefined
}
