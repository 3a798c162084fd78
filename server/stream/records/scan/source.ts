/**
 * Reading events straight from the bytes of a record: what most producers put is plain, and is read several times
 * as fast so. A scan understands only what is plain, and of that exactly what JSON.parse and `parseEvent` make of
 * it; at anything else it gives up, and they read the record from its beginning.
 *
 * One record is scanned at a time. Its bytes are copied here first. The parts of a scanner are closures over one
 * source, not functions of a module: only so the compiler takes the arrays for constants, which makes them twice as
 * fast to read.
 */
export interface Source {
  /** The record, and zeros behind it: no plain record holds one, so every loop ends there. */
  readonly bytes: Uint8Array
  /** The same bytes, to be read four at a time. */
  readonly words: DataView
  /** Where the scan is. It moves past what was read, unless the scan gives up. */
  at: number
  /** The record as it came. */
  data: Uint8Array
  /** Of the record, in bytes. */
  length: number
}

/** Larger records are not scanned. */
const MAX_BYTES = 1024 * 1024
/** More than is ever read at a stretch. */
const PADDING = 32

export function createSource(): Source {
  const bytes = new Uint8Array(MAX_BYTES + PADDING)
  return { bytes, words: new DataView(bytes.buffer), at: 0, data: bytes, length: 0 }
}

/** false: the record is too large. */
export function openSource(source: Source, data: Uint8Array): boolean {
  const { bytes, words } = source
  const { length } = data
  if (length > MAX_BYTES) return false
  bytes.set(data)
  for (let at = length; at < length + PADDING; at += 8) words.setFloat64(at, 0)
  source.at = 0
  source.data = data
  source.length = length
  return true
}

/** An enum, because what is built from this holds its numbers and not their names. */
export enum Byte {
  tab = 0x09,
  newline = 0x0a,
  return = 0x0d,
  space = 0x20,
  quote = 0x22,
  comma = 0x2c,
  minus = 0x2d,
  dot = 0x2e,
  zero = 0x30,
  colon = 0x3a,
  upperZ = 0x5a,
  openBracket = 0x5b,
  backslash = 0x5c,
  closeBracket = 0x5d,
  openBrace = 0x7b,
  closeBrace = 0x7d,
}

/** Of a word its first `count` bytes, 0 to 3. */
export const firstOf = (word: number, count: number): number => word & ((1 << (8 * count)) - 1)
