/** Reads CBOR (RFC 8949) piece by piece. Nothing is copied that can be looked at where it lies. */
export interface Cursor {
  readonly bytes: Buffer
  at: number
  /** Where the name last read by `readName` lies. */
  nameAt: number
  nameLength: number
}

export class CborError extends Error {
  override readonly name = 'CborError'
  constructor(
    problem: string,
    /** Byte offset in the answer. */
    readonly at: number,
  ) {
    super(`malformed CBOR at byte ${at}: ${problem}`)
  }
}

export const UINT = 0
export const NEGATIVE = 1
export const BYTES = 2
export const TEXT = 3
export const ARRAY = 4
export const MAP = 5
export const TAG = 6
export const SIMPLE = 7
export const BREAK = 0xff
export const NULL = 0xf6
export const UNDEFINED = 0xf7
export const INDEFINITE = 31

export const cursorOf = (bytes: Uint8Array): Cursor => ({
  bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  at: 0,
  nameAt: 0,
  nameLength: 0,
})

const NAMES = [
  'a number',
  'a negative number',
  'bytes',
  'a text',
  'an array',
  'a map',
  'a tag',
  'a simple value',
]

export function takeInitial(cursor: Cursor, major: number): number {
  const initial = takeByte(cursor)
  if (initial >> 5 !== major) throw unexpected(initial, NAMES[major] ?? '', cursor.at - 1)
  return initial
}

export const unexpected = (initial: number, expected: string, at: number): CborError =>
  new CborError(`${NAMES[initial >> 5]} instead of ${expected}`, at)

export function takeByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at]
  if (byte === undefined) throw cutOff(cursor)
  cursor.at += 1
  return byte
}

const cutOff = ({ bytes }: Cursor): CborError =>
  new CborError('the answer is cut off', bytes.length)

function need(cursor: Cursor, bytes: number): void {
  if (cursor.at + bytes > cursor.bytes.length) throw cutOff(cursor)
}

export function takeLength(cursor: Cursor, info: number): number {
  const length = takeArgument(cursor, info)
  need(cursor, length)
  return length
}

export function takeArgument(cursor: Cursor, info: number, exact = true): number {
  if (info < 24) return info
  if (info > 27) throw new CborError(`a length of the kind ${info}`, cursor.at - 1)
  const width = 1 << (info - 24)
  need(cursor, width)
  const { bytes, at } = cursor
  cursor.at += width
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i]!
  if (exact && value > Number.MAX_SAFE_INTEGER) throw new CborError(`the number ${value}`, at - 1)
  return value
}

export function takeFloat(cursor: Cursor, info: number, from: number): number {
  const { bytes, at } = cursor
  switch (info) {
    case 25:
      need(cursor, 2)
      cursor.at += 2
      return halfFloat(bytes.readUInt16BE(at))
    case 26:
      need(cursor, 4)
      cursor.at += 4
      return bytes.readFloatBE(at)
    case 27:
      need(cursor, 8)
      cursor.at += 8
      return bytes.readDoubleBE(at)
    default:
      throw unexpected((SIMPLE << 5) | info, 'a number', from)
  }
}

/** IEEE 754 binary16 (RFC 8949, appendix D). */
function halfFloat(half: number): number {
  const exponent = (half >> 10) & 0x1f
  const mantissa = half & 0x3ff
  const sign = half & 0x8000 ? -1 : 1
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (mantissa + 1_024) * 2 ** (exponent - 25)
}

/** All was read: what is left over belongs to nothing. */
export function expectEnd({ bytes, at }: Cursor): void {
  if (at !== bytes.length) throw new CborError(`${bytes.length - at} bytes too many`, at)
}
