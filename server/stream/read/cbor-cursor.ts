import {
  ARRAY,
  BREAK,
  BYTES,
  CborError,
  type Cursor,
  INDEFINITE,
  MAP,
  NEGATIVE,
  NULL,
  SIMPLE,
  TAG,
  TEXT,
  takeArgument,
  takeByte,
  takeFloat,
  takeInitial,
  takeLength,
  UINT,
  UNDEFINED,
  unexpected,
} from './cbor-head.ts'

/** Deeper than any answer of Kinesis, and shallow enough for the stack. */
const MAX_DEPTH = 32

/** What `openMap` and `openArray` return where the end is marked instead of counted. */
const UNCOUNTED = -1

/** For `for (let left = openMap(cursor); more(cursor, left); left--)`. */
export const openMap = (cursor: Cursor): number => open(cursor, MAP, 2)
export const openArray = (cursor: Cursor): number => open(cursor, ARRAY, 1)

export function more(cursor: Cursor, left: number): boolean {
  if (left >= 0) return left > 0
  if (cursor.bytes[cursor.at] !== BREAK) return true
  cursor.at += 1
  return false
}

function open(cursor: Cursor, major: number, bytesEach: number): number {
  const from = cursor.at
  const initial = takeInitial(cursor, major)
  if ((initial & 31) === INDEFINITE) return UNCOUNTED
  const count = takeArgument(cursor, initial & 31)
  if (count * bytesEach > cursor.bytes.length - cursor.at) {
    throw new CborError(`${count} entries where the answer ends before`, from)
  }
  return count
}

/** Leaves the name where it lies, for `nameIs`. */
export function readName(cursor: Cursor): void {
  const initial = takeInitial(cursor, TEXT)
  if ((initial & 31) === INDEFINITE) throw new CborError('a name in pieces', cursor.at - 1)
  const length = takeLength(cursor, initial & 31)
  cursor.nameAt = cursor.at
  cursor.nameLength = length
  cursor.at += length
}

/** For `nameIs`. */
export const nameOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export function nameIs(cursor: Cursor, name: Uint8Array): boolean {
  const { bytes, nameAt, nameLength } = cursor
  if (nameLength !== name.length) return false
  for (let i = 0; i < nameLength; i++) if (bytes[nameAt + i] !== name[i]) return false
  return true
}

/** Takes a null (or undefined) and says so; leaves anything else. */
export function takeNull(cursor: Cursor): boolean {
  const next = cursor.bytes[cursor.at]
  if (next !== NULL && next !== UNDEFINED) return false
  cursor.at += 1
  return true
}

export function readText(cursor: Cursor): string {
  const initial = takeInitial(cursor, TEXT)
  if ((initial & 31) === INDEFINITE) return Buffer.concat(takePieces(cursor, TEXT)).toString()
  const length = takeLength(cursor, initial & 31)
  const from = cursor.at
  cursor.at += length
  return cursor.bytes.toString('utf8', from, cursor.at)
}

/** A view into the answer, unless it came in pieces. */
export function readBytes(cursor: Cursor): Uint8Array {
  const initial = takeInitial(cursor, BYTES)
  if ((initial & 31) === INDEFINITE) return Buffer.concat(takePieces(cursor, BYTES))
  const length = takeLength(cursor, initial & 31)
  const { bytes, at } = cursor
  cursor.at += length
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at, length)
}

function takePieces(cursor: Cursor, major: number): Uint8Array[] {
  const pieces: Uint8Array[] = []
  while (more(cursor, UNCOUNTED)) {
    const length = takeLength(cursor, takeInitial(cursor, major) & 31)
    pieces.push(cursor.bytes.subarray(cursor.at, cursor.at + length))
    cursor.at += length
  }
  return pieces
}

/** An integer or a float, with or without tags before it. */
export function readNumber(cursor: Cursor): number {
  const from = cursor.at
  const initial = takeByte(cursor)
  const info = initial & 31
  switch (initial >> 5) {
    case UINT:
      return takeArgument(cursor, info)
    case NEGATIVE:
      return -1 - takeArgument(cursor, info)
    case TAG:
      takeArgument(cursor, info)
      if (cursor.bytes[cursor.at]! >> 5 === TAG) throw new CborError('a tag on a tag', cursor.at)
      return readNumber(cursor)
    case SIMPLE:
      return takeFloat(cursor, info, from)
    default:
      throw unexpected(initial, 'a number', from)
  }
}

/** Passes over one value of any kind. */
export function skip(cursor: Cursor, depth = 0): void {
  if (depth > MAX_DEPTH) throw new CborError(`nested deeper than ${MAX_DEPTH}`, cursor.at)
  const from = cursor.at
  const initial = takeByte(cursor)
  const info = initial & 31
  switch (initial >> 5) {
    case UINT:
    case NEGATIVE:
      takeArgument(cursor, info, false)
      return
    case BYTES:
    case TEXT:
      cursor.at = from
      if (initial >> 5 === TEXT) skipString(cursor, TEXT)
      else skipString(cursor, BYTES)
      return
    case TAG:
      takeArgument(cursor, info, false)
      skip(cursor, depth + 1)
      return
    case SIMPLE:
      skipSimple(cursor, info, from)
      return
    default:
      cursor.at = from
      skipEntries(cursor, initial >> 5, depth)
  }
}

function skipEntries(cursor: Cursor, major: number, depth: number): void {
  const isMap = major === MAP
  for (let left = isMap ? openMap(cursor) : openArray(cursor); more(cursor, left); left--) {
    if (isMap) skip(cursor, depth + 1)
    skip(cursor, depth + 1)
  }
}

/** Passes over a text or bytes; throws where it is anything else. */
export function skipString(cursor: Cursor, major: number): void {
  const info = takeInitial(cursor, major) & 31
  if (info === INDEFINITE) {
    takePieces(cursor, major)
    return
  }
  // By itself: what takes the length moves on, too.
  const length = takeLength(cursor, info)
  cursor.at += length
}

function skipSimple(cursor: Cursor, info: number, from: number): void {
  if (info >= 25 && info <= 27) takeFloat(cursor, info, from)
  else if (info === 24) takeByte(cursor)
  else if (info > 27) throw new CborError('an end without a beginning', from)
}
